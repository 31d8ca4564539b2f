import { describe, expect, it } from 'vitest'
import type { NetworkStatus } from '../../state/model.ts'
import { pathWords, reachOf, roundTripWords } from './words.ts'

function network(change: Partial<NetworkStatus> = {}): NetworkStatus {
  return { state: 'listening', problem: null, addresses: [], connected: 0, reach: 'lan', ...change }
}

describe('a round trip in words', () => {
  it.each([
    [null, 'measuring'],
    [0, 'under 1 ms'],
    [1, '1 ms'],
    [999, '999 ms'],
    [1_000, '1 s'],
    [1_449, '1.4 s'],
  ])('of %s is %s', (ms, words) => {
    expect(roundTripWords(ms)).toBe(words)
  })
})

describe('a path in words', () => {
  it('names the relay if it is a contact’s, and only where there is one', () => {
    expect(pathWords('relay', 'Bea')).toBe('Through Bea’s relay')
    expect(pathWords('relay', null)).toBe('Through a relay')
    expect(pathWords('lan', 'Bea')).toBe('On this network')
  })
})

describe('reach', () => {
  it('is what the network says, while nothing is to be hidden', () => {
    for (const reach of ['lan', 'public', 'mapped', 'relay'] as const) {
      expect(reachOf(network({ reach }), 'open')).toBe(reach)
    }
  })

  it('is what the network does, while it does not listen', () => {
    for (const state of ['off', 'starting', 'failed'] as const) expect(reachOf(network({ state }), 'open')).toBe(state)
    expect(reachOf(network({ state: 'failed', reach: 'relay' }), 'open')).toBe('relay')
    expect(reachOf(network({ state: 'off', reach: 'relay' }), 'open')).toBe('off')
  })

  it('is only that of relays where the user hides', () => {
    expect(reachOf(network({ reach: 'public' }), 'relayOnly')).toBe('hidden')
    expect(reachOf(network({ reach: 'relay' }), 'relayOnly')).toBe('relay')
    expect(reachOf(network({ state: 'starting', reach: 'public' }), 'proxy')).toBe('proxy')
    expect(reachOf(network({ reach: 'relay' }), 'proxy')).toBe('relay')
  })
})
