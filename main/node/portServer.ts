/** Serves one window over its MessagePort: requests in, replies and the event stream out. */
import type { PortReply } from '../../preload/contract/port.ts'
import { integer, object, oneOf, string } from '../../preload/contract/schema.ts'
import type { Schema } from '../../preload/contract/schema.ts'
import type { Log } from '../core/ports.ts'
import { badRequest } from './errors.ts'
import type { Service } from './service/service.ts'

/** As much of Electron's MessagePortMain, or a worker's MessagePort, as is used. */
export interface ServedPort {
  postMessage(message: unknown): void
  close(): void
}

const anything: Schema<unknown> = { json: {}, parse: (value) => ({ ok: true, value }) }

const requestSchema = object({
  kind: oneOf('request'),
  id: integer({ min: 0, max: Number.MAX_SAFE_INTEGER }),
  method: string({ max: 64 }),
  params: anything,
})

export interface PortConnection {
  /** One message of the window. */
  receive(message: unknown): void
  /** The window is gone. */
  closed(): void
}

/** Answers the requests of one port until it closes. What is no request at all is dropped: it has no id to answer. */
export function servePort(port: ServedPort, service: Service, log: Log): PortConnection {
  let open = true
  const say = (message: PortReply): void => {
    if (open) port.postMessage(message)
  }
  const unsubscribe = service.subscribe((event) => say({ kind: 'event', event }))
  async function answer(id: number, method: string, params: unknown): Promise<void> {
    const result = await service.call(method, params)
    say(result.ok ? { kind: 'result', id, result: result.value } : { kind: 'error', id, error: result.error })
  }
  return {
    receive(message) {
      const parsed = requestSchema.parse(message, 'message')
      if (parsed.ok) {
        void answer(parsed.value.id, parsed.value.method, parsed.value.params)
        return
      }
      log.warn('port.refused', { path: parsed.problem.path, reason: parsed.problem.reason })
      const id = requestSchema.parse({ kind: 'request', id: idOf(message), method: '', params: null }, 'message')
      if (id.ok)
        say({ kind: 'error', id: id.value.id, error: badRequest(`${parsed.problem.path} ${parsed.problem.reason}.`) })
    },
    closed() {
      open = false
      unsubscribe()
    },
  }
}

function idOf(message: unknown): unknown {
  return typeof message === 'object' && message !== null && Object.hasOwn(message, 'id')
    ? Object.getOwnPropertyDescriptor(message, 'id')?.value
    : null
}
