/** One bounded request to the router: its address alone, no redirect, so much of an answer, in so much time. */
import { request } from 'node:http'
import { networkLimits } from '../../core/limits.ts'
import type { Clock } from '../../core/ports.ts'
import { err, ok } from '../../core/result.ts'
import type { Result } from '../../core/result.ts'
import { deadline } from '../deadline.ts'
import type { MappingError, Standpoint } from './router.ts'

export interface HttpAnswer {
  readonly status: number
  readonly text: string
}

export interface HttpAsker {
  readonly clock: Clock
  readonly own: Standpoint
  /** The router; any other host is refused. */
  readonly gateway: string
}

export interface SoapCall {
  readonly action: string
  readonly body: string
}

/** A URL at the router itself, over plain HTTP as UPnP has it; null for any other. */
export function routerUrl(text: string, base: string | undefined, gateway: string): URL | null {
  if (text.length > networkLimits.mappingUrlLengthMax) return null
  try {
    const url = new URL(text, base)
    const isPlain = url.protocol === 'http:' && url.username === '' && url.password === ''
    return isPlain && url.hostname === gateway ? url : null
  } catch {
    return null
  }
}

/** GETs a page, or POSTs a call. */
export function askHttp(
  asker: HttpAsker,
  url: URL,
  call: SoapCall | null,
  outer: AbortSignal,
): Promise<Result<HttpAnswer, MappingError>> {
  return new Promise((resolve) => {
    if (url.hostname !== asker.gateway) return resolve(err({ kind: 'malformed' }))
    const { signal, clear } = deadline(asker.clock, networkLimits.mappingAnswerTimeoutMs, outer)
    const settle = (outcome: Result<HttpAnswer, MappingError>): void => {
      clear()
      resolve(outcome)
    }
    const headers =
      call === null
        ? {}
        : {
            'Content-Type': 'text/xml; charset="utf-8"',
            'Content-Length': Buffer.byteLength(call.body),
            SOAPAction: `"${call.action}"`,
          }
    const asked = request(
      {
        host: asker.gateway,
        port: Number(url.port === '' ? 80 : url.port),
        path: `${url.pathname}${url.search}`,
        localAddress: asker.own.host,
        method: call === null ? 'GET' : 'POST',
        headers: { Connection: 'close', ...headers },
        agent: false,
        maxHeaderSize: networkLimits.mappingHeaderBytesMax,
        signal,
      },
      (answer) => {
        const parts: Buffer[] = []
        let lengthBytes = 0
        answer.on('data', (part: Buffer) => {
          lengthBytes += part.length
          parts.push(part)
          if (lengthBytes <= networkLimits.mappingAnswerBytesMax) return
          answer.destroy()
          settle(err({ kind: 'malformed' }))
        })
        answer.on('error', () => settle(err({ kind: 'noAnswer' })))
        answer.on('end', () =>
          settle(ok({ status: answer.statusCode ?? 0, text: Buffer.concat(parts).toString('utf8') })),
        )
        answer.on('close', () => settle(err({ kind: 'noAnswer' })))
      },
    )
    asked.on('error', () => settle(err({ kind: 'noAnswer' })))
    // Of an answer that changes the protocol nothing else is told.
    asked.on('upgrade', (_, socket) => {
      socket.destroy()
      settle(err({ kind: 'noAnswer' }))
    })
    // Whatever else it does: who waits for the router to be told must not wait for ever.
    signal.addEventListener('abort', () => settle(err({ kind: 'noAnswer' })))
    asked.end(call?.body)
  })
}
