import { describe, expect, it } from 'vitest'
import type { Delivery, DeliveryDetails } from '../../state/model.ts'
import type { StoryNames } from './story.ts'
import { storyOf } from './story.ts'

const names: StoryNames = { recipient: 'Ben', holder: null, relay: null }

function details(state: Delivery['state'], via: DeliveryDetails['via'] = null): DeliveryDetails {
  return {
    account: 'b',
    device: 'd',
    delivery: { state, atMs: 50 },
    via,
    mailbox: null,
    relay: null,
    mailProblem: null,
  }
}

function last(given: DeliveryDetails, known: Partial<StoryNames> = {}): string | undefined {
  return storyOf(10, given, { ...names, ...known }).at(-1)?.words
}

describe('the story of a message', () => {
  it('has one step while it is only written, and since when', () => {
    expect(storyOf(10, details('written'), names)).toEqual([
      {
        state: 'written',
        title: 'Written',
        words: 'Stored on this computer. It goes out when Ben can be reached.',
        atMs: 50,
        lasting: true,
      },
    ])
  })

  it('says why no mailbox has it', () => {
    const full: DeliveryDetails = { ...details('written'), mailProblem: 'full' }
    expect(last(full)).toBe(
      'Stored on this computer. It goes out when Ben can be reached. Ben’s mailbox is full: it is tried again.',
    )
    expect(last({ ...full, mailProblem: 'unreachable' })).toContain('cannot be reached')
  })

  it('begins with its writing and ends with what holds now', () => {
    const steps = (state: Delivery['state']) =>
      storyOf(10, details(state), names).map(({ title, atMs, lasting }) => [title, atMs, lasting])
    expect(steps('sent')).toEqual([
      ['Written', 10, false],
      ['On its way', 50, true],
    ])
    expect(steps('held')[1]).toEqual(['Held, sealed', 50, true])
    expect(steps('delivered')[1]).toEqual(['Delivered', 50, false])
    expect(steps('read')[1]).toEqual(['Read', 50, false])
  })

  it('tells every way on which it goes apart', () => {
    const ways = [null, 'loopback', 'lan', 'direct', 'webrtc', 'relay', 'mailbox'] as const
    const told = ways.map((way) => last(details('sent', way)))
    expect(new Set(told).size).toBe(ways.length)
    expect(last(details('sent', 'relay'), { relay: 'Bea' })).toContain('through Bea’s relay')
    const came = ways.map((way) => last(details('delivered', way)))
    expect(new Set(came).size).toBe(ways.length)
    expect(came[0]).toBe('Ben’s computer has stored it.')
  })

  it('names who holds it, if that is a contact', () => {
    expect(last(details('held', 'mailbox'), { holder: 'Bea' })).toBe(
      'Bea’s computer holds it until Ben is back. Bea cannot open it.',
    )
    expect(last(details('held', 'mailbox'))).toMatch(/^A computer that Ben chose holds it/)
    expect(last(details('read', 'mailbox'), { holder: 'Bea' })).toBe('Ben has seen it. It came through Bea’s mailbox.')
    expect(last(details('delivered', 'mailbox'))).toMatch(/through a mailbox\.$/)
  })
})
