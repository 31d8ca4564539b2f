/** JSON-RPC over a pair of streams, one line each way, with back-pressure: who does not read is not read. */
import type { Readable, Writable } from 'node:stream'
import { contractLimits } from '../../../preload/contract/limits.ts'
import type { NumberedEvent } from '../../../preload/contract/events.ts'
import { nodeLimits } from '../limits.ts'
import { answerLine, lineTooLong, notification } from './jsonRpc.ts'
import type { RpcTarget } from './jsonRpc.ts'
import { LineSplitter } from './lines.ts'

export interface Stdio {
  /** Writes an event as a notification; dropped while the reader is far behind, who then sees a gap in the numbers. */
  event(event: NumberedEvent): void
  /** Settles when the input has ended and everything asked has been answered. */
  readonly done: Promise<void>
}

export function serveStdio(input: Readable, output: Writable, target: RpcTarget): Stdio {
  const splitter = new LineSplitter(contractLimits.messageSizeBytesMax)
  const pending = new Set<Promise<void>>()
  const crowded = () =>
    output.writableLength > nodeLimits.stdoutWaitingBytesMax || pending.size >= contractLimits.requestsInFlightMax

  function write(text: string): void {
    if (output.writable) output.write(`${text}\n`)
  }
  function resume(): void {
    if (!crowded()) input.resume()
  }
  function take(bytes: Uint8Array): void {
    // Lines of white space alone are forgiven: people type here too.
    if (bytes.every((byte) => byte === 0x20 || byte === 0x09 || byte === 0x0d)) return
    const work = answerLine(bytes, target, contractLimits.requestsInFlightMax)
      .then((text) => {
        if (text !== null) write(text)
      })
      .finally(() => {
        pending.delete(work)
        resume()
      })
    pending.add(work)
  }

  const done = new Promise<void>((resolve) => {
    const end = (): void => void Promise.allSettled(pending).then(() => resolve())
    input.on('data', (chunk: Buffer) => {
      for (const line of splitter.push(chunk)) {
        if (line.kind === 'line') take(line.bytes)
        else write(lineTooLong(line.got, line.max))
      }
      if (crowded()) input.pause()
    })
    output.on('drain', resume)
    input.once('end', end)
    input.once('error', end)
    // The reader is gone: there is nobody left to work for.
    output.once('error', end)
    output.once('close', end)
  })
  return {
    event(event) {
      if (output.writableLength <= nodeLimits.stdoutWaitingBytesMax) write(notification('event', event))
    },
    done,
  }
}
