import { describe, expect, it } from 'vitest'
import { contractError } from './errors.ts'
import { servePort } from './portServer.ts'
import type { Service } from './service/service.ts'
import type { EventListener } from './service/eventStream.ts'
import { settingDefaults } from './service/dto.ts'

const silent = { debug: () => undefined, info: () => undefined, warn: () => undefined }

function setUp() {
  const said: unknown[] = []
  const listeners = new Set<EventListener>()
  const calls: unknown[] = []
  const service: Service = {
    async call(method, params) {
      calls.push([method, params])
      return method === 'profile.get'
        ? { ok: true, value: 'answer' }
        : { ok: false, error: contractError('unknownMethod') }
    },
    subscribe(listener) {
      listeners.add(listener)
      return () => listeners.delete(listener)
    },
    sequence: () => 0,
  }
  const port = { postMessage: (message: unknown) => void said.push(message), close: () => undefined }
  const connection = servePort(port, service, silent)
  const settle = () => new Promise((resolve) => setImmediate(resolve))
  return { said, listeners, calls, connection, settle }
}

describe('a window’s port', () => {
  it('answers requests under their ids, and passes events on', async () => {
    const { said, connection, listeners, settle } = setUp()
    connection.receive({ kind: 'request', id: 3, method: 'profile.get', params: {} })
    connection.receive({ kind: 'request', id: 4, method: 'other', params: {} })
    await settle()
    const event = { sequence: 1, event: { kind: 'settingsChanged', settings: settingDefaults } } as const
    for (const listener of listeners) listener(event)
    expect(said).toEqual([
      { kind: 'result', id: 3, result: 'answer' },
      { kind: 'error', id: 4, error: contractError('unknownMethod') },
      { kind: 'event', event },
    ])
  })

  it('refuses what is no request, and answers it where it has an id', async () => {
    const { said, calls, connection, settle } = setUp()
    const cyclic: Record<string, unknown> = { kind: 'request' }
    cyclic['id'] = cyclic
    const accessor = Object.defineProperty({}, 'id', { enumerable: true, get: () => 1 })
    for (const message of [
      null,
      7,
      'text',
      [],
      {},
      cyclic,
      accessor,
      { kind: 'request', id: -1, method: 'm', params: 0 },
    ]) {
      connection.receive(message)
    }
    connection.receive({ kind: 'request', id: 5, method: 'm'.repeat(65), params: {} })
    connection.receive({ kind: 'request', id: 6, method: 'm', params: {}, more: 1 })
    connection.receive(JSON.parse('{"__proto__":{"kind":"request"},"id":7,"method":"m","params":{}}'))
    await settle()
    expect(calls).toEqual([])
    expect(said).toMatchObject([5, 6, 7].map((id) => ({ kind: 'error', id, error: { code: 'badRequest' } })))
  })

  it('that closed hears nothing more', async () => {
    const { said, connection, listeners, settle } = setUp()
    connection.receive({ kind: 'request', id: 1, method: 'profile.get', params: {} })
    connection.closed()
    await settle()
    expect(said).toEqual([])
    expect(listeners.size).toBe(0)
  })
})
