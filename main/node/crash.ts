/** What is done about a mistake of ours that nobody caught: a line in the log, and an end that the supervisor sees. */
import { basename } from 'node:path'
import type { NodeLog } from './log.ts'

/** Where it was thrown, as `function file:line`. The message is left out: it could quote what was worked on. */
export function placeOf(thrown: unknown): string {
  const frame = thrown instanceof Error ? /^\s+at (.+)$/m.exec(thrown.stack ?? '')?.[1] : undefined
  const parts = /^(?:(.+) \()?(.+):(\d+):\d+\)?$/.exec(frame ?? '')
  return parts === null ? 'unknown' : `${parts[1] ?? ''} ${basename(parts[2] ?? '')}:${parts[3]}`.trim()
}

/**
 * A process in an unknown state must not go on: it could acknowledge what it does not keep. What was committed is safe,
 * and a fresh start takes everything up again.
 */
export function endOnMistakes(log: NodeLog): void {
  const end = (thrown: unknown): void => {
    log.warn('node.mistake', { error: thrown instanceof Error ? thrown.name : typeof thrown, at: placeOf(thrown) })
    log.flush()
    process.exit(1)
  }
  process.on('uncaughtException', end)
  process.on('unhandledRejection', end)
}
