/** Runs a bundled process and kills it, without mercy, at a moment that the test chooses. */
import { spawn } from 'node:child_process'
import type { ChildProcess } from 'node:child_process'

export class Victim {
  readonly #process: ChildProcess
  readonly #exited: Promise<void>
  readonly #listeners = new Set<() => void>()
  #output = ''
  #errors = ''
  constructor(path: string, input: string) {
    this.#process = spawn(process.execPath, [path], { stdio: ['pipe', 'pipe', 'pipe'] })
    this.#exited = new Promise((resolve) => this.#process.once('close', () => resolve()))
    this.#process.stdout?.on('data', (chunk: Buffer) => {
      this.#output += chunk.toString()
      for (const listener of this.#listeners) listener()
    })
    this.#process.stderr?.on('data', (chunk: Buffer) => (this.#errors += chunk.toString()))
    void this.#exited.then(() => {
      for (const listener of this.#listeners) listener()
    })
    this.#process.stdin?.end(input)
  }
  get pid(): number | undefined {
    return this.#process.pid
  }
  /** The whole lines that it has printed. */
  lines(): readonly string[] {
    return this.#output.split('\n').slice(0, -1)
  }
  /** Settles once it has printed this many lines; rejects when it ends before. */
  printed(count: number): Promise<void> {
    return new Promise((resolve, reject) => {
      const check = (): void => {
        if (this.lines().length >= count) resolve()
        else if (this.#process.exitCode !== null) reject(new Error(this.#errors))
        else return
        this.#listeners.delete(check)
      }
      this.#listeners.add(check)
      check()
    })
  }
  /** kill -9, then everything that it printed before. */
  async kill(): Promise<readonly string[]> {
    this.#process.kill('SIGKILL')
    await this.#exited
    if (this.#errors !== '') throw new Error(this.#errors)
    return this.lines()
  }
}

/** A small generator of numbers in [0, 1) by seed (mulberry32), so that a failing run can be had again. */
export function seeded(seed: number): () => number {
  let state = seed
  return () => {
    state = (state + 0x6d2b79f5) | 0
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state)
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32
  }
}
