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

/** Values are cut: a figure is never a place for contents. */
function lineOf(nowMs: number, level: string, event: string, figures: Figures): string {
  const cut = Object.entries(figures).map(([key, value]) => [
    key,
    typeof value === 'string' ? value.slice(0, nodeLimits.logValueLengthMax) : value,
  ])
  return JSON.stringify({ at: new Date(nowMs).toISOString(), level, event, ...Object.fromEntries(cut) })
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

/** How many lines of each level were written in this minute, and how many were not. */
class Allowance {
  #minute = Number.NaN
  readonly #used = new Map<string, number>()

  /** Whether one more line may be written; with how many were left out in the minute that has ended, by level. */
  take(level: string, nowMs: number): { readonly ok: boolean; readonly leftOut: ReadonlyMap<string, number> } {
    const leftOut = new Map<string, number>()
    const minute = Math.floor(nowMs / minuteMs)
    if (minute !== this.#minute) {
      for (const [name, used] of this.#used) {
        if (used > nodeLimits.logLinesPerMinuteMax) leftOut.set(name, used - nodeLimits.logLinesPerMinuteMax)
      }
      this.#used.clear()
      this.#minute = minute
    }
    const used = (this.#used.get(level) ?? 0) + 1
    this.#used.set(level, used)
    return { ok: used <= nodeLimits.logLinesPerMinuteMax, leftOut }
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
    const line = lineOf(nowMs, level, event, figures)
    options.also?.(line)
    if (level === 'debug' || options.directory === null) return
    const { ok, leftOut } = allowance.take(level, nowMs)
    for (const [name, lines] of leftOut) held += `${lineOf(nowMs, 'warn', 'log.leftOut', { level: name, lines })}\n`
    if (!ok) return
    held += `${line}\n`
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
