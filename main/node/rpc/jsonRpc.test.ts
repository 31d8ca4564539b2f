import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { errorCodes, rpcCode } from '../../../preload/contract/errors.ts'
import { contractError } from '../errors.ts'
import { answerLine, lineTooLong } from './jsonRpc.ts'
import type { RpcTarget } from './jsonRpc.ts'

const calls: { method: string; params: unknown }[] = []
const target: RpcTarget = {
  async call(method, params) {
    calls.push({ method, params })
    if (method === 'fails') return { ok: false, error: contractError('messageTooLong', { got: 9, max: 8 }) }
    return { ok: true, value: { method, params } }
  },
}

async function answer(text: string, batchMax = 4): Promise<unknown> {
  calls.length = 0
  const reply = await answerLine(Buffer.from(text), target, batchMax)
  expect(reply?.includes('\n') ?? false).toBe(false)
  return reply === null ? null : JSON.parse(reply)
}

const failure = (id: unknown, code: number): unknown =>
  expect.objectContaining({ jsonrpc: '2.0', id, error: expect.objectContaining({ code }) as unknown })

describe('a request', () => {
  it('is answered under its id', async () => {
    const reply = await answer('{"jsonrpc":"2.0","id":"a","method":"m","params":{"x":1}}')
    expect(reply).toEqual({ jsonrpc: '2.0', id: 'a', result: { method: 'm', params: { x: 1 } } })
    expect(await answer('{"jsonrpc":"2.0","id":null,"method":"m"}')).toMatchObject({ id: null, result: { params: {} } })
    expect(await answer('{"jsonrpc":"2.0","id":1.5,"method":"m"}')).toMatchObject({ id: 1.5 })
  })

  it('without an id is done and never answered, not even when it fails', async () => {
    expect(await answer('{"jsonrpc":"2.0","method":"fails"}')).toBeNull()
    expect(calls).toEqual([{ method: 'fails', params: {} }])
  })

  it('that fails carries number, code, figures and sentence', async () => {
    expect(await answer('{"jsonrpc":"2.0","id":1,"method":"fails"}')).toEqual({
      jsonrpc: '2.0',
      id: 1,
      error: {
        code: rpcCode('messageTooLong'),
        message: contractError('messageTooLong', { got: 9, max: 8 }).message,
        data: { code: 'messageTooLong', got: 9, max: 8 },
      },
    })
  })

  it('of another form is refused with the numbers of the specification, and nothing is called', async () => {
    const refused: [string, unknown][] = [
      ['{', failure(null, -32700)],
      ['', failure(null, -32700)],
      ['1', failure(null, -32600)],
      ['null', failure(null, -32600)],
      ['"text"', failure(null, -32600)],
      ['[]', failure(null, -32600)],
      ['{}', failure(null, -32600)],
      ['{"jsonrpc":"1.0","id":1,"method":"m"}', failure(1, -32600)],
      ['{"jsonrpc":"2.0","id":1}', failure(1, -32600)],
      ['{"jsonrpc":"2.0","id":1,"method":2}', failure(1, -32600)],
      ['{"jsonrpc":"2.0","id":{},"method":"m"}', failure(null, -32600)],
      [`{"jsonrpc":"2.0","id":"${'x'.repeat(300)}","method":"m"}`, failure(null, -32600)],
      ['{"jsonrpc":"2.0","id":1,"method":"m","extra":1}', failure(1, -32600)],
      ['{"jsonrpc":"2.0","id":1,"method":"m","params":[1]}', failure(1, -32602)],
      ['{"__proto__":{"jsonrpc":"2.0","method":"m"},"id":1}', failure(1, -32600)],
    ]
    for (const [text, reply] of refused) {
      expect([text, await answer(text), calls]).toEqual([text, reply, []])
    }
  })

  it('in bytes that are no UTF-8 is refused', async () => {
    const bytes = Buffer.concat([
      Buffer.from('{"jsonrpc":"2.0","id":1,"method":"m'),
      Buffer.of(0xff),
      Buffer.from('"}'),
    ])
    expect(JSON.parse((await answerLine(bytes, target, 4)) ?? '')).toEqual(failure(null, -32700))
  })

  it('of any bytes at all gets at most one line, and never throws', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.oneof(
          fc.uint8Array({ maxLength: 64 }),
          fc.json().map((text) => Buffer.from(text)),
        ),
        async (bytes) => {
          const reply = await answerLine(bytes, target, 4)
          if (reply !== null) expect(JSON.parse(reply)).toBeTruthy()
        },
      ),
      { seed: 11 },
    )
  })
})

describe('a batch', () => {
  const request = (id: number) => `{"jsonrpc":"2.0","id":${id},"method":"m"}`

  it('is answered in one line, without its notifications', async () => {
    const reply = await answer(`[${request(1)},{"jsonrpc":"2.0","method":"m"},3,${request(2)}]`)
    expect(reply).toEqual([
      expect.objectContaining({ id: 1 }),
      failure(null, -32600),
      expect.objectContaining({ id: 2 }),
    ])
  })

  it('of notifications alone is not answered', async () => {
    expect(await answer('[{"jsonrpc":"2.0","method":"m"}]')).toBeNull()
  })

  it('that is too large is refused whole', async () => {
    expect(await answer(`[${[1, 2, 3, 4, 5].map(request).join()}]`)).toMatchObject({
      error: { code: -32600, data: { code: 'tooManyRequests', got: 5, max: 4 } },
    })
    expect(calls).toEqual([])
  })
})

it('says of a line that was dropped how long it was and may be', () => {
  expect(JSON.parse(lineTooLong(12, 10))).toMatchObject({
    id: null,
    error: { code: -32700, data: { got: 12, max: 10 } },
  })
})

it('gives every code of the contract a number of its own', () => {
  expect(new Set(errorCodes.map(rpcCode)).size).toBe(errorCodes.length)
})
