/** What tests of stashes look at, and the answers that they let a peer give. */
import { classifyEnvelope, peekInitial } from '../../main/core/session/session.ts'
import { decodeFrame, encodeFrame } from '../../main/core/wire/frame.ts'
import type { Frame } from '../../main/core/wire/frame.ts'
import type { Peer } from './peer.ts'
import type { Scene } from './scene.ts'

/** What is kept of the other's bundles. */
export function kept(at: Peer, of: Peer) {
  return [...at.disk.stash.values()].filter((row) => row.device === of.identity.device)
}

/** What was made for the other: of its stash now, of earlier ones too, and for renewals. */
export function given(by: Peer, to: Peer) {
  const rows = [...by.disk.prekeys.values()].filter((row) => row.device === to.identity.device)
  return {
    now: rows.filter(({ purpose }) => purpose === 'stash'),
    ever: rows.filter(({ purpose }) => purpose === 'stash' || purpose === 'replaced'),
    renewals: rows.filter(({ purpose }) => purpose === 'renewal'),
  }
}

/** The names of rows, to compare. */
export const named = (rows: readonly { readonly prekey: string }[]) => rows.map((row) => row.prekey).sort()

/** Lets a peer's answers to bundle requests through only as this makes them; null: not at all. */
export function answering(peer: Peer, change: (frame: Extract<Frame, { kind: 'bundleReply' }>) => Frame | null): void {
  const { endpoint } = peer
  if (endpoint === null) throw new Error('not running')
  const send = endpoint.send.bind(endpoint)
  endpoint.send = (device, bytes) => {
    const frame = decodeFrame(bytes)
    if (!frame.ok || frame.value.kind !== 'bundleReply') return send(device, bytes)
    const instead = change(frame.value)
    return instead === null ? 'sent' : send(device, encodeFrame(instead))
  }
}

/** Frames of this kind leave a peer no more, until it is started again. */
export function silenced(peer: Peer, kind: Frame['kind']): void {
  const { endpoint } = peer
  if (endpoint === null) throw new Error('not running')
  const send = endpoint.send.bind(endpoint)
  endpoint.send = (device, bytes) => {
    const frame = decodeFrame(bytes)
    return frame.ok && frame.value.kind === kind ? 'sent' : send(device, bytes)
  }
}

/** The initial envelopes that a peer sends from now on. */
export function initialsOf(scene: Scene, peer: Peer): Uint8Array[] {
  const heard: Uint8Array[] = []
  const { watch } = scene.world
  const noteFrame = watch.noteFrame.bind(watch)
  watch.noteFrame = (from, to, bytes) => {
    noteFrame(from, to, bytes)
    const frame = decodeFrame(bytes)
    if (from !== peer.identity.device || !frame.ok || frame.value.kind !== 'envelope') return
    if (classifyEnvelope(frame.value.sealed) === 'initial') heard.push(frame.value.sealed)
  }
  return heard
}

/** The bundles that a set of initial envelopes was made with, each once. */
export function prekeysIn(initials: readonly Uint8Array[]): readonly string[] {
  const ids = initials.map((sealed) => {
    const peeked = peekInitial(sealed)
    if (!peeked.ok) throw new Error('no initial envelope')
    return peeked.value.prekeyId
  })
  return [...new Set(ids)]
}
