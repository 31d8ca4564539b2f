/** The native library where it fails: an attempt ends, and nothing else does. */
import { describe, expect, it } from 'vitest'
import { Attempt } from '../../main/net/webrtc/attempt.ts'
import type { AttemptOptions } from '../../main/net/webrtc/attempt.ts'
import type { Description } from '../../main/net/webrtc/description.ts'
import { loadNative } from '../../main/net/webrtc/native.ts'
import { realClock, silentLog } from './netNodes.ts'

const offer: Description = {
  name: 'aB3+',
  password: '0123456789abcdefghij+/',
  fingerprint: new Uint8Array(32).fill(7),
  candidates: [],
}
/** No address of this machine: a socket cannot be bound to it. */
const nowhere = '192.0.2.1'

async function options(
  role: 'offer' | 'answer',
  bindHost: string,
  ended = (): void => undefined,
): Promise<AttemptOptions> {
  const native = await loadNative(silentLog)
  if (native === null) throw new Error('No library')
  return { native, clock: realClock, role, stun: null, bindHost, mayTell: () => true, ended }
}

describe('an attempt without a socket', () => {
  it('to propose is not made', async () => {
    const made = await options('offer', nowhere)
    expect(() => new Attempt(made)).toThrow('No channel')
  })

  it('to answer takes no description', async () => {
    let endings = 0
    const attempt = new Attempt(await options('answer', nowhere, () => endings++))
    expect(attempt.accept(offer)).toBe(false)
    attempt.close()
    attempt.close()
    expect(endings).toBe(1)
    expect(attempt.accept(offer)).toBe(false)
    expect(await attempt.describe(new AbortController().signal)).toBeNull()
  })
})

describe('an attempt', () => {
  it('describes itself by one address of loopback, and gives up when it is told to', async () => {
    const attempt = new Attempt(await options('offer', '127.0.0.1'))
    const description = await attempt.describe(new AbortController().signal)
    expect(description?.candidates.map(({ kind, address }) => [kind, address.host])).toEqual([['host', '127.0.0.1']])
    expect(attempt.accept({ ...offer, name: '' })).toBe(false)
    expect(attempt.accept(offer)).toBe(true)
    const over = new AbortController()
    const opened = attempt.opened(over.signal)
    over.abort()
    expect(await opened).toBeNull()
    attempt.close()
    expect(() => attempt.send(Uint8Array.of(1))).toThrow('not open')
  })
})
