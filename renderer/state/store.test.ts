import { createEffect, createRoot } from 'solid-js'
import { describe, expect, it } from 'vitest'
import type { Message, NearbyPerson } from '../../preload/contract/dto.ts'
import { initialState } from './model.ts'
import { createAppStore } from './store.ts'

const here = 'c1'

function message(place: number, state: 'sent' | 'delivered' = 'sent'): Message {
  return {
    event: `e${place}`,
    conversation: here,
    sender: 'me',
    own: true,
    clientId: null,
    body: { kind: 'text', text: 'x' },
    timeMs: place,
    orderMs: place,
    counter: 0,
    storedAtMs: place,
    unread: false,
    delivery: { state, atMs: place },
    missingBefore: 0,
  }
}

function open(): ReturnType<typeof createAppStore> {
  const store = createAppStore()
  const { settings, network, nearby } = initialState()
  const self = { account: 'me', device: 'd', name: 'Mara', fingerprint: 'f', conversation: 'c0' }
  const conversation = {
    conversation: here,
    kind: 'direct',
    members: ['a'],
    unread: 0,
    last: null,
    createdAtMs: 0,
  } as const
  store.dispatch({
    kind: 'snapshot',
    snapshot: {
      sequence: 1,
      self,
      contacts: [],
      conversations: [conversation],
      invites: [],
      settings,
      network,
      nearby,
    },
  })
  store.dispatch({ kind: 'select', conversation: here })
  store.dispatch({
    kind: 'newestPage',
    conversation: here,
    messages: [message(3), message(2), message(1)],
    more: false,
  })
  return store
}

describe('the store', () => {
  it('shows what the reducer says', () => {
    const { state } = open()
    expect(state.selected).toBe(here)
    expect(state.windows[here]?.messages.map((one) => one.event)).toEqual(['e1', 'e2', 'e3'])
  })

  it('keeps each person nearby the same object while one of them changes', () => {
    const store = open()
    const person = (peer: string, stage: NearbyPerson['stage']): NearbyPerson => {
      return { peer, name: peer, stage, digits: null, problem: null, account: null, looksLike: null, alike: false }
    }
    const tell = (...people: readonly NearbyPerson[]): void => {
      const nearby = { available: true, endsAtMs: 9, ended: null, people }
      store.dispatch({ kind: 'event', event: { kind: 'nearbyChanged', nearby } })
    }
    tell(person('p1', 'here'), person('p2', 'here'))
    const [first, second] = store.state.nearby.people
    tell(person('p0', 'here'), person('p1', 'here'), person('p2', 'asking'))
    expect(store.state.nearby.people[1]).toBe(first)
    expect(store.state.nearby.people[2]).toBe(second)
    expect(store.state.nearby.people.map((one) => one.stage)).toEqual(['here', 'here', 'asking'])
  })

  it('keeps each message the same object while its delivery changes, and touches no other', () => {
    const { state, dispatch } = open()
    const before = [...(state.windows[here]?.messages ?? [])]
    const runs = [0, 0]
    createRoot((dispose) => {
      before.slice(0, 2).forEach((one, index) =>
        createEffect(() => {
          void one.delivery?.state
          runs[index] = (runs[index] ?? 0) + 1
        }),
      )
      queueMicrotask(dispose)
    })
    dispatch({ kind: 'event', event: { kind: 'messageChanged', message: message(2, 'delivered') } })
    const after = state.windows[here]?.messages ?? []
    expect(after[1]).toBe(before[1])
    expect(after[1]?.delivery?.state).toBe('delivered')
    expect(after[0]?.delivery?.state).toBe('sent')
    expect(runs).toEqual([1, 2])
  })

  it('takes away what is gone', () => {
    const { state, dispatch } = open()
    const locked = {
      state: 'locked',
      name: 'd',
      protection: 'passphrase',
      keyringAvailable: false,
      problem: null,
    } as const
    dispatch({ kind: 'profile', profile: locked })
    expect(Object.keys(state.conversations)).toEqual([])
    expect(Object.keys(state.windows)).toEqual([])
    expect(state.self).toBeNull()
    expect(state.profile?.state).toBe('locked')
  })

  it('does not let a later event reach into what an earlier one brought', () => {
    const { state, dispatch } = open()
    const first = message(4)
    dispatch({ kind: 'event', event: { kind: 'messageChanged', message: first } })
    dispatch({ kind: 'event', event: { kind: 'messageChanged', message: message(5) } })
    dispatch({ kind: 'event', event: { kind: 'messageChanged', message: message(5, 'delivered') } })
    expect(state.windows[here]?.messages.map((one) => one.delivery?.state)).toEqual([
      'sent',
      'sent',
      'sent',
      'sent',
      'delivered',
    ])
  })
})
