const frames = ['⠋', '⠙', '⠹', '⠸', '⠼', '⠴', '⠦', '⠧', '⠇', '⠏']
const quietMs = 150

/**
 * Shows steps as they run, on stderr, because stdout may belong to a protocol. On a terminal one live line a step,
 * elsewhere one line when a step starts and one when it ends. A step that had nothing to do shows nothing.
 */
export class Progress {
  #live = process.stderr.isTTY === true && !process.env.CI
  #startedAt = Date.now()

  /**
   * @template T
   * @param {string} name
   * @param {(say: (detail: string) => void) => Promise<T> | T} work may return what to say about the result: a string,
   *   or an object with `sentence` and a count `failed`
   * @returns {Promise<T>}
   */
  async step(name, work) {
    const startedAt = Date.now()
    let detail = ''
    let shown = false
    const show = () => {
      shown = true
      if (this.#live) this.#draw(startedAt, name, detail)
      else process.stderr.write(`… ${name}\n`)
    }
    const first = setTimeout(show, quietMs)
    const ticker = this.#live && setInterval(() => shown && this.#draw(startedAt, name, detail), 80)
    try {
      const result = await work((text) => (detail = text))
      const outcome = /** @type {any} */ (result)
      const failed = outcome?.failed > 0
      const said = typeof outcome === 'string' ? outcome : (outcome?.sentence ?? '')
      if (shown || said !== '') this.#end(failed ? '✗' : '✓', name, startedAt, said)
      return result
    } catch (error) {
      this.#end('✗', name, startedAt, '')
      throw error
    } finally {
      clearTimeout(first)
      if (ticker) clearInterval(ticker)
    }
  }

  #draw(startedAt, name, detail) {
    const elapsedMs = Date.now() - startedAt
    const frame = frames[Math.floor(elapsedMs / 80) % frames.length]
    const line = `${frame} ${name}  ${seconds(elapsedMs)}  ${detail}`
    process.stderr.write(`\r\x1b[2K${line.slice(0, (process.stderr.columns ?? 80) - 1)}`)
  }

  #end(mark, name, startedAt, detail) {
    const clear = this.#live ? '\r\x1b[2K' : ''
    process.stderr.write(`${clear}${mark} ${name}  ${seconds(Date.now() - startedAt)}${detail ? `  ${detail}` : ''}\n`)
  }

  get elapsedMs() {
    return Date.now() - this.#startedAt
  }
}

export function seconds(milliseconds) {
  return `${(milliseconds / 1000).toFixed(1)} s`
}
