import { render } from '@solidjs/testing-library'
import { createSignal } from 'solid-js'
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import type { Connections } from '../../state/model.ts'
import type { AppContext } from '../app/context.ts'
import { appContext } from '../app/context.ts'
import { createConnections } from './watch.ts'

beforeEach(() => void vi.useFakeTimers())
afterEach(() => void vi.useRealTimers())

/** A view of somebody's connection, over a node that answers at once. */
function show() {
  const asked: (string | null)[] = []
  const [account, setAccount] = createSignal<string | null>('anna')
  let fails = false
  let seen: () => Connections | undefined = () => undefined
  const call = async (_method: string, { account: wanted }: { readonly account: string | null }) => {
    asked.push(wanted)
    const value: Connections = { contacts: [], reach: 'lan', relays: wanted === null ? [] : [wanted], mailboxes: [] }
    return fails ? { ok: false } : { ok: true, value }
  }
  const app = { controller: { client: { call } } } as unknown as AppContext
  const View = () => {
    seen = createConnections(account)
    return null
  }
  const { unmount } = render(() => (
    <appContext.Provider value={app}>
      <View />
    </appContext.Provider>
  ))
  return { asked, seen: () => seen(), setAccount, unmount, fail: () => (fails = true) }
}

describe('the watch over connections', () => {
  it('asks at once, soon again for what was measured meanwhile, then steadily', async () => {
    const { asked, seen } = show()
    await vi.advanceTimersByTimeAsync(0)
    expect(seen()?.relays).toEqual(['anna'])
    await vi.advanceTimersByTimeAsync(400)
    expect(asked).toHaveLength(2)
    await vi.advanceTimersByTimeAsync(6_000)
    expect(asked).toHaveLength(5)
  })

  it('ends with the view', async () => {
    const { asked, unmount } = show()
    await vi.advanceTimersByTimeAsync(400)
    unmount()
    await vi.advanceTimersByTimeAsync(60_000)
    expect(asked).toHaveLength(2)
  })

  it('turns to whoever is shown, and forgets what it knew of another', async () => {
    const { asked, seen, setAccount } = show()
    await vi.advanceTimersByTimeAsync(0)
    setAccount('ben')
    expect(seen()).toBeUndefined()
    await vi.advanceTimersByTimeAsync(3_000)
    expect(seen()?.relays).toEqual(['ben'])
    expect(asked).toEqual(['anna', 'ben', 'ben', 'ben'])
  })

  it('keeps what it saw last while the node does not answer, and goes on asking', async () => {
    const { asked, seen, fail } = show()
    await vi.advanceTimersByTimeAsync(0)
    fail()
    await vi.advanceTimersByTimeAsync(4_500)
    expect(seen()?.relays).toEqual(['anna'])
    expect(asked).toHaveLength(4)
  })
})
