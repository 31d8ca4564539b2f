import { describe, expect, it } from 'vitest'
import type { Contact, Conversation, Message, Snapshot } from '../../preload/contract/dto.ts'
import type { MessageWindow, State } from './model.ts'
import { initialState, noticesMax, pendingMax, windowMessagesMax, windowsMax } from './model.ts'
import type { Action } from './reduce.ts'
import { reduce } from './reduce.ts'
import { contactOf, conversationsInOrder, mayWrite, neighbour, sealOf, unreadTotal } from './selectors.ts'

const anna = 'a1'
const here = 'c1'

function message(place: number, change: Partial<Message> = {}): Message {
  return {
    event: `e${String(place).padStart(6, '0')}`,
    conversation: here,
    sender: anna,
    own: false,
    clientId: null,
    body: { kind: 'text', text: `message ${place}` },
    timeMs: place,
    orderMs: place,
    counter: 0,
    storedAtMs: place,
    unread: false,
    delivery: null,
    missingBefore: 0,
    ...change,
  }
}

function messages(from: number, to: number): readonly Message[] {
  return Array.from({ length: to - from + 1 }, (_, index) => message(from + index))
}

function conversation(id: string, change: Partial<Conversation> = {}): Conversation {
  return { conversation: id, kind: 'direct', members: [anna], unread: 0, last: null, createdAtMs: 0, ...change }
}

function contact(change: Partial<Contact> = {}): Contact {
  return {
    account: anna,
    conversation: here,
    name: 'Anna',
    claimedName: 'Anna',
    petName: null,
    fingerprint: 'SHA256:x',
    state: 'active',
    verifiedAtMs: null,
    path: 'away',
    lastSeenAtMs: null,
    addedAtMs: 0,
    looksLike: null,
    pendingProblem: null,
    offers: { relay: false, mailbox: false },
    serviceUse: 'auto',
    ...change,
  }
}

function snapshot(change: Partial<Snapshot> = {}): Snapshot {
  const { settings, network, nearby } = initialState()
  const self = { account: 'me', device: 'd', name: 'Mara', fingerprint: 'SHA256:y', conversation: 'c0' }
  return {
    sequence: 1,
    self,
    contacts: [contact()],
    conversations: [conversation(here)],
    invites: [],
    settings,
    network,
    nearby,
    ...change,
  }
}

function run(state: State, ...actions: readonly Action[]): State {
  return actions.reduce((current, action) => reduce(current, action), state)
}

const opened = run(initialState(), { kind: 'snapshot', snapshot: snapshot() }, { kind: 'select', conversation: here })

function page(newest: readonly Message[], more = false): Action {
  return { kind: 'newestPage', conversation: here, messages: newest.toReversed(), more }
}

function changed(one: Message): Action {
  return { kind: 'event', event: { kind: 'messageChanged', message: one } }
}

function window(state: State): MessageWindow {
  const found = state.windows[here]
  if (!found) throw new Error('the window is missing')
  return found
}

const events = (state: State): readonly string[] => window(state).messages.map((one) => one.event)

describe('messages', () => {
  it('stand in the order of time, then counter, then id, whenever they come', () => {
    const late = message(5, { event: 'late', orderMs: 2 })
    const tie = message(3, { event: 'e000003b', counter: 1 })
    const state = run(opened, page(messages(1, 4)), changed(tie), changed(late))
    expect(events(state)).toEqual(['e000001', 'e000002', 'late', 'e000003', 'e000003b', 'e000004'])
  })

  it('are there once, whichever path they took', () => {
    const state = run(opened, page(messages(1, 3)), changed(message(3)), {
      kind: 'event',
      event: { kind: 'messageArrived', message: message(3), senderName: 'Anna' },
    })
    expect(events(state)).toEqual(['e000001', 'e000002', 'e000003'])
  })

  it('that arrive while the first page is on its way are kept', () => {
    const state = run(opened, { kind: 'newestLoading', conversation: here }, changed(message(9)), page(messages(1, 8)))
    expect(events(state).at(-1)).toBe('e000009')
  })

  it('keep the delivery that is further when a page is older than an event', () => {
    const delivered = message(2, { own: true, delivery: { state: 'delivered', atMs: 5 } })
    const stale = message(2, { own: true, delivery: { state: 'written', atMs: 1 } })
    const state = run(
      opened,
      { kind: 'newestLoading', conversation: here },
      changed(delivered),
      page([message(1), stale]),
    )
    expect(window(state).messages[1]?.delivery?.state).toBe('delivered')
  })

  it('show how far the last one has come in the list as well', () => {
    const own = message(4, { own: true, delivery: { state: 'written', atMs: 1 } })
    const read = message(4, { own: true, delivery: { state: 'read', atMs: 2 } })
    const listed: Action = {
      kind: 'event',
      event: { kind: 'conversationChanged', conversation: conversation(here, { last: own }) },
    }
    expect(run(opened, listed, changed(read)).conversations[here]?.last?.delivery?.state).toBe('read')
    expect(run(opened, listed, changed(message(3))).conversations[here]?.last?.event).toBe(own.event)
  })

  it('of a conversation that is not open change nothing', () => {
    const before = run(opened, page(messages(1, 2)))
    expect(run(before, changed(message(3, { conversation: 'other' })))).toBe(before)
  })

  it('older than the stretch are left to a later page', () => {
    const state = run(opened, page(messages(10, 20), true), changed(message(1)))
    expect(events(state)[0]).toBe('e000010')
  })
})

describe('pages', () => {
  it('of older messages go in front, without repeating', () => {
    const older: Action = { kind: 'olderPage', conversation: here, messages: messages(1, 12).toReversed(), more: false }
    const state = run(opened, page(messages(10, 20), true), older)
    expect(events(state)).toHaveLength(20)
    expect(window(state).older).toBe(false)
    expect(window(state).atNewest).toBe(true)
  })

  it('are trimmed at the far end, and say so', () => {
    const many = messages(1, windowMessagesMax + 100)
    const state = run(opened, page(many.slice(200), true), {
      kind: 'olderPage',
      conversation: here,
      messages: many.slice(0, 200).toReversed(),
      more: true,
    })
    const trimmed = run(state, { kind: 'trim', conversation: here, keep: 'oldest' })
    expect(window(trimmed).messages).toHaveLength(windowMessagesMax)
    expect(events(trimmed)[0]).toBe('e000001')
    expect(window(trimmed).atNewest).toBe(false)
    expect(events(run(trimmed, changed(message(99_999))))).toEqual(events(trimmed))
  })

  it('let go of the oldest while messages keep coming', () => {
    let state = run(opened, page(messages(1, windowMessagesMax)))
    state = run(state, changed(message(windowMessagesMax + 1)), { kind: 'trim', conversation: here, keep: 'newest' })
    expect(events(state)[0]).toBe('e000002')
    expect(window(state).older).toBe(true)
  })

  it('never grow past twice the bound, even if nobody trims', () => {
    let state = run(opened, page(messages(1, windowMessagesMax * 2)))
    state = run(state, changed(message(windowMessagesMax * 2 + 1)))
    expect(window(state).messages).toHaveLength(windowMessagesMax * 2)
  })
})

describe('what was written here', () => {
  const row = { clientId: 'k1', text: 'Hello', timeMs: 5, failure: null }
  const written: Action = { kind: 'written', conversation: here, row }

  it('shows at once, and gives way to the stored message', () => {
    const pending = run(opened, page(messages(1, 2)), written)
    expect(window(pending).pending).toEqual([row])
    const stored = run(pending, changed(message(6, { own: true, clientId: 'k1' })))
    expect(window(stored).pending).toEqual([])
    expect(events(stored)).toHaveLength(3)
  })

  it('is not doubled by a second try', () => {
    expect(window(run(opened, written, written)).pending).toHaveLength(1)
  })

  it('says why it could not be stored, and can be taken back', () => {
    const failed = run(opened, written, {
      kind: 'writeFailed',
      conversation: here,
      clientId: 'k1',
      failure: 'The disk is full.',
    })
    expect(window(failed).pending[0]?.failure).toBe('The disk is full.')
    const dropped = run(failed, { kind: 'pendingDropped', conversation: here, clientId: 'k1' })
    expect(window(dropped).pending).toEqual([])
  })

  it('gives way to a page that contains it already', () => {
    const state = run(opened, written, page([message(1, { own: true, clientId: 'k1' })]))
    expect(window(state).pending).toEqual([])
  })

  it('is bounded', () => {
    const rows = Array.from({ length: pendingMax + 3 }, (_, index): Action => ({
      kind: 'written',
      conversation: here,
      row: { ...row, clientId: `k${index}` },
    }))
    expect(window(run(opened, ...rows)).pending).toHaveLength(pendingMax)
  })
})

describe('the line before unread messages', () => {
  const unread = [message(1), message(2, { unread: true }), message(3, { unread: true })]

  it('stands at the first of them until the conversation is left', () => {
    const state = run(opened, page(unread))
    expect(window(state).unreadFrom).toBe('e000002')
    const both = run(state, { kind: 'event', event: { kind: 'conversationChanged', conversation: conversation('c2') } })
    const left = run(both, { kind: 'select', conversation: 'c2' })
    expect(left.windows[here]?.unreadFrom).toBeNull()
  })

  it('goes when the reader answers', () => {
    const row = { clientId: 'k', text: 'x', timeMs: 9, failure: null }
    expect(window(run(opened, page(unread), { kind: 'written', conversation: here, row })).unreadFrom).toBeNull()
  })

  it('stands at what came while nobody looked', () => {
    const arrived = (place: number): Action => ({
      kind: 'event',
      event: { kind: 'messageArrived', message: message(place, { unread: true }), senderName: 'Anna' },
    })
    const away = run(opened, page(messages(1, 2)), { kind: 'focused', focused: false }, arrived(3), arrived(4))
    expect(window(away).unreadFrom).toBe('e000003')
    const present = run(opened, page(messages(1, 2)), arrived(3))
    expect(window(present).unreadFrom).toBeNull()
  })
})

describe('snapshots', () => {
  it('replace what they contain and keep the place', () => {
    const state = run(opened, page(messages(1, 3)), {
      kind: 'snapshot',
      snapshot: snapshot({ contacts: [contact({ name: 'Anna B.' })] }),
    })
    expect(state.contacts[anna]?.name).toBe('Anna B.')
    expect(state.selected).toBe(here)
    expect(events(state)).toHaveLength(3)
    expect(window(state).loaded).toBe(false)
  })

  it('take away conversations that are gone', () => {
    const state = run(opened, { kind: 'snapshot', snapshot: snapshot({ conversations: [] }) })
    expect(state.selected).toBeNull()
    expect(state.windows).toEqual({})
  })
})

describe('the profile', () => {
  it('takes everything off the screen when it is no longer open', () => {
    const locked = {
      state: 'locked',
      name: 'd',
      protection: 'passphrase',
      keyringAvailable: false,
      problem: null,
    } as const
    const state = run(opened, page(messages(1, 3)), {
      kind: 'event',
      event: { kind: 'profileChanged', profile: locked },
    })
    expect(state).toEqual({ ...initialState(), profile: locked })
  })
})

describe('windows and notices', () => {
  it('are bounded; the window left longest ago goes, unless something waits in it', () => {
    const ids = Array.from({ length: windowsMax + 2 }, (_, index) => `w${index}`)
    const all = snapshot({ conversations: ids.map((id) => conversation(id)) })
    let state = run(initialState(), { kind: 'snapshot', snapshot: all })
    const row = { clientId: 'k', text: 'x', timeMs: 1, failure: null }
    for (const id of ids) {
      state = run(state, { kind: 'select', conversation: id })
      if (id === 'w0') state = run(state, { kind: 'written', conversation: id, row })
    }
    expect(Object.keys(state.windows)).toHaveLength(windowsMax)
    expect(Object.keys(state.windows)).toContain('w0')
    expect(Object.keys(state.windows)).not.toContain('w1')
  })

  it('say the same thing once, and the newest last', () => {
    let state = initialState()
    for (const text of ['a', 'b', 'a', 'c', 'd', 'e']) state = run(state, { kind: 'notice', tone: 'danger', text })
    expect(state.notices).toHaveLength(noticesMax)
    expect(state.notices.map((notice) => notice.text)).toEqual(['a', 'c', 'd', 'e'])
    const [first] = state.notices
    expect(run(state, { kind: 'noticeClosed', id: first?.id ?? 0 }).notices).toHaveLength(noticesMax - 1)
  })

  it('ignore a conversation that is not known', () => {
    expect(run(opened, { kind: 'select', conversation: '__proto__' }).selected).toBeNull()
  })
})

describe('selectors', () => {
  it('put the newest first and leave out who was removed without a word', () => {
    const gone = contact({ account: 'a2', state: 'removed' })
    const state = run(initialState(), {
      kind: 'snapshot',
      snapshot: snapshot({
        contacts: [contact(), gone],
        conversations: [
          conversation('old', { last: message(1) }),
          conversation('new', { last: message(9), unread: 2 }),
          conversation('gone', { members: ['a2'] }),
        ],
      }),
    })
    expect(conversationsInOrder(state).map((one) => one.conversation)).toEqual(['new', 'old'])
    expect(unreadTotal(state)).toBe(2)
  })

  it('go round the list by keys', () => {
    expect(neighbour(['a', 'b'], null, 1)).toBe('a')
    expect(neighbour(['a', 'b'], null, -1)).toBe('b')
    expect(neighbour(['a', 'b'], 'a', 1)).toBe('b')
    expect(neighbour(['a', 'b'], 'b', 1)).toBeUndefined()
  })

  it('tell the seal, and whether something may be written', () => {
    expect(sealOf(contact())).toBe('plain')
    expect(sealOf(contact({ verifiedAtMs: 1 }))).toBe('whole')
    expect(sealOf(contact({ verifiedAtMs: 1, state: 'keyChanged' }))).toBe('cracked')
    expect(mayWrite(undefined)).toBe(true)
    expect(mayWrite(contact({ state: 'pending' }))).toBe(true)
    for (const state of ['keyChanged', 'blocked', 'removed'] as const) expect(mayWrite(contact({ state }))).toBe(false)
    expect(contactOf(opened, conversation(here))?.name).toBe('Anna')
    expect(contactOf(opened, conversation('c0', { kind: 'self', members: [] }))).toBeUndefined()
  })
})
