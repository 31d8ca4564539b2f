/** Holds the `waxwing:` link that the operating system handed over until the screen takes it. */
export class LaunchLink {
  #link: string | null
  readonly #announce: () => void

  constructor(first: string | null, announce: () => void) {
    this.#link = first
    this.#announce = announce
  }

  /** A newer link replaces one that nobody took. */
  offer(link: string): void {
    this.#link = link
    this.#announce()
  }

  take(): string | null {
    const link = this.#link
    this.#link = null
    return link
  }
}
