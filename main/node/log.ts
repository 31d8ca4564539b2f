/**
 * The node's log: events and figures, one JSON object a line, in a file of bounded size beside the store.
 * Never a secret, a name, a text or an address of a contact: the type of `figures` admits no object, and callers pass
 * counts and kinds only.
 */
import { appendFileSync, chmodSync, renameSync, statSync } from 'node:fs'
import { join } from 'node:path'
import type { Log } from '../core/ports.ts'
import { nodeLimits } from './limits.ts'

export interface NodeLog extends Log {
  /** Writes out what is held back; the log stays usable. */
  flush(): void
}

type Figures = Readonly<Record<string, number | string | boolean>>

export interface LogOptions {
  /** The profile's folder, or null for no file. */
  readonly directory: string | null
  /** Where lines go as well, for `--verbose`. */
  readonly also?: (line: string) => void
  readonly nowMs: () => number
}

const fileName = 'node.log'
const olderFileName = 'node.1.log'

interface Line {
  readonly level: string
  readonly event: string
  readonly figures: Figures
}

/** Values are cut: a figure is never a place for contents. */
function cut(figures: Figures): Figures {
  return Object.fromEntries(
    Object.entries(figures).map(([key, value]) => [
      key,
      typeof value === 'string' ? value.slice(0, nodeLimits.logValueLengthMax) : value,
    ]),
  )
}

function lineOf(nowMs: number, { level, event, figures }: Line): string {
  return JSON.stringify({ at: new Date(nowMs).toISOString(), level, event, ...figures })
}

function appendTo(directory: string, text: string): void {
  const path = join(directory, fileName)
  try {
    const size = statSync(path, { throwIfNoEntry: false })?.size ?? 0
    const full = size > 0 && size + Buffer.byteLength(text) > nodeLimits.logSizeBytesMax
    if (full) renameSync(path, join(directory, olderFileName))
    appendFileSync(path, text, { mode: 0o600 })
    if (size === 0 || full) chmodSync(path, 0o600)
  } catch {
    // A log that cannot be written (a full or read-only disk) must not stop the node, which reports such things itself.
  }
}

const minuteMs = 60_000

/** What was written in this minute and what was not: lines that say the same, and lines of one level. */
class Allowance {
  #minute = Number.NaN
  readonly #used = new Map<string, number>()
  readonly #same = new Map<string, { readonly line: Line; times: number }>()

  /** Whether this line may be written; with what is to be said of the minute that has ended. */
  take(line: Line, nowMs: number): { readonly ok: boolean; readonly leftOut: readonly Line[] } {
    const leftOut: Line[] = []
    const minute = Math.floor(nowMs / minuteMs)
    if (minute !== this.#minute) {
      leftOut.push(...this.#ofMinute())
      this.#used.clear()
      this.#same.clear()
      this.#minute = minute
    }
    if (this.#isRepeated(line)) return { ok: false, leftOut }
    const used = (this.#used.get(line.level) ?? 0) + 1
    this.#used.set(line.level, used)
    return { ok: used <= nodeLimits.logLinesPerMinuteMax, leftOut }
  }

  #isRepeated(line: Line): boolean {
    const key = JSON.stringify([line.level, line.event, line.figures])
    const known = this.#same.get(key)
    if (known !== undefined) return ++known.times > nodeLimits.logSameLinesPerMinuteMax
    if (this.#same.size < nodeLimits.logKindsMax) this.#same.set(key, { line, times: 1 })
    return false
  }

  #ofMinute(): readonly Line[] {
    const lines: Line[] = []
    for (const { line, times } of this.#same.values()) {
      const more = times - nodeLimits.logSameLinesPerMinuteMax
      if (more > 0) lines.push({ ...line, figures: { ...line.figures, more } })
    }
    for (const [level, used] of this.#used) {
      const more = used - nodeLimits.logLinesPerMinuteMax
      if (more > 0) lines.push({ level: 'warn', event: 'log.leftOut', figures: { level, lines: more } })
    }
    return lines
  }
}

/** Lines are held back briefly and written together. At most two files of `logSizeBytesMax` exist. */
export function createLog(options: LogOptions): NodeLog {
  const allowance = new Allowance()
  let held = ''
  let timer: NodeJS.Timeout | null = null
  function flush(): void {
    if (timer !== null) clearTimeout(timer)
    timer = null
    const text = held
    held = ''
    if (options.directory !== null && text !== '') appendTo(options.directory, text)
  }
  function write(level: string, event: string, figures: Figures = {}): void {
    const nowMs = options.nowMs()
    const line = { level, event, figures: cut(figures) }
    const text = lineOf(nowMs, line)
    options.also?.(text)
    if (level === 'debug' || options.directory === null) return
    const { ok, leftOut } = allowance.take(line, nowMs)
    for (const one of leftOut) held += `${lineOf(nowMs, one)}\n`
    if (!ok) return
    held += `${text}\n`
    if (held.length >= nodeLimits.logHeldLengthMax) flush()
    else timer ??= setTimeout(flush, nodeLimits.logHoldMs).unref()
  }
  return {
    debug: (event, figures) => write('debug', event, figures),
    info: (event, figures) => write('info', event, figures),
    warn: (event, figures) => write('warn', event, figures),
    flush,
  }
}
