import { describe, expect, it } from 'vitest'
import { forbidden } from './layers.mjs'

describe('the layer table', () => {
  it.each([
    ['main/core/ratchet.ts', 'node:fs'],
    ['main/core/engine/step.ts', '../../net/network.ts'],
    ['main/core/session/ratchet.ts', '../engine/step.ts'],
    ['main/core/conversation/order.ts', '../crypto/hash.ts'],
    ['main/net/network.ts', '../store/store.ts'],
    ['main/net/network.ts', '../core/engine/step.ts'],
    ['main/store/store.ts', 'better-sqlite3'],
    ['main/app/index.ts', '../core/ports.ts'],
    ['preload/contract/dto.ts', 'valibot'],
    ['preload/index.ts', '../main/core/ports.ts'],
    ['renderer/ui/Button.tsx', '../state/store.ts'],
    ['renderer/ui/Button.tsx', './../state/store.ts?raw'],
    ['renderer/features/a/A.tsx', '../../../preload/contract/dto.ts'],
    ['test/twin/ratchet.ts', '../../main/core/session/ratchet.ts'],
    ['test/twin/twin.test.ts', '../../main/core/session/ratchet.ts'],
    ['test/twin/bytes.ts', '../../main/core/bytes.ts'],
    ['test/twin/ratchet.ts', '../support/lockstep.ts'],
  ])('keeps %s from %s', (path, specifier) => {
    expect(forbidden(path, specifier)).toBeTypeOf('string')
  })

  it.each([
    ['main/core/engine/step.ts', '../session/ratchet.ts'],
    ['main/core/crypto/hash.ts', '@noble/hashes/sha2.js'],
    ['main/net/network.ts', '@libp2p/tcp'],
    ['main/net/network.ts', 'node:net'],
    ['main/store/store.ts', '../core/ports.ts'],
    ['main/node/node.ts', '../core/engine/step.ts'],
    ['main/app/index.ts', 'electron/main'],
    ['renderer/features/a/A.tsx', '../../state/store.ts'],
    ['main/core/ratchet.test.ts', 'node:fs'],
    ['main/core/ratchet.test.ts', '../../test/support/random.ts'],
    ['test/sim/world.ts', '../../main/core/engine/step.ts'],
    ['test/twin/primitives.ts', '../../main/node/crypto/sodium.ts'],
    ['test/twin/twin.test.ts', '../support/lockstep.ts'],
  ])('lets %s have %s', (path, specifier) => {
    expect(forbidden(path, specifier)).toBeUndefined()
  })
})
