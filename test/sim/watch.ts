/** What must hold at every moment of a simulated world. Violations are collected, not thrown, so that a seed tells all. */
import type { Crypto } from '../../main/core/crypto/provider.ts'
import { utf8 } from '../../main/core/bytes.ts'
import { envelopeIdFor } from '../../main/core/engine/keys.ts'
import type { DeviceId, EnvelopeId } from '../../main/core/ids.ts'
import { implementationLimits } from '../../main/core/limits.ts'
import type { Change } from '../../main/core/ports.ts'
import { decodeFrame } from '../../main/core/wire/frame.ts'
import { unpad } from '../../main/core/wire/padding.ts'
import type { Disk } from './disk.ts'

/** Stands in every name and text of a simulation, and must stand in no frame. */
export const canary = 'CANARY'
const canaryBytes = Buffer.from(utf8(canary))

function latin1(...parts: readonly Uint8Array[]): string {
  return parts.map((part) => Buffer.from(part.buffer, part.byteOffset, part.byteLength).toString('latin1')).join('')
}

export class Watch {
  readonly violations: string[] = []
  readonly #disks = new Map<DeviceId, Disk>()
  readonly #sealed = new Map<string, string>()
  readonly #arrived = new Map<string, number>()
  readonly #durable = new Set<string>()
  readonly #rejected = new Set<string>()
  readonly #rejectedByMail = new Set<EnvelopeId>()
  readonly #crypto: Crypto
  /** The given primitives, with every seal watched. */
  readonly crypto: Crypto
  /** Devices that do what no honest one would: nothing is expected of their frames. */
  readonly hostile = new Set<DeviceId>()
  frames = 0
  commits = 0

  constructor(crypto: Crypto) {
    this.#crypto = crypto
    this.crypto = {
      ...crypto,
      xchachaSeal: (key, nonce, plaintext, associatedData) => {
        this.#noteSeal(key, nonce, plaintext, associatedData)
        return crypto.xchachaSeal(key, nonce, plaintext, associatedData)
      },
    }
  }

  envelopeOf(sealed: Uint8Array): EnvelopeId {
    return envelopeIdFor(this.#crypto, sealed)
  }

  violation(text: string): void {
    if (this.violations.length < 20) this.violations.push(text)
  }

  addDisk(device: DeviceId, disk: Disk): void {
    this.#disks.set(device, disk)
  }

  /** One key and one nonce seal one text: a step that is run again may repeat it, nothing else. */
  #noteSeal(key: Uint8Array, nonce: Uint8Array, plaintext: Uint8Array, associatedData: Uint8Array): void {
    const place = latin1(key, nonce)
    const what = latin1(this.#crypto.sha256(plaintext), this.#crypto.sha256(associatedData))
    if (associatedData.length === 16) this.#noteItem(plaintext)
    const before = this.#sealed.get(place)
    if (before !== undefined && before !== what) this.violation('a key and nonce were used for two texts')
    this.#sealed.set(place, what)
  }

  /** A frame that is sealed for a mailbox: a refusal reaches its envelope's sender unseen. */
  #noteItem(padded: Uint8Array): void {
    const content = unpad(padded)
    const frame = content.ok ? decodeFrame(content.value) : null
    if (frame?.ok === true && frame.value.kind === 'reject') this.#rejectedByMail.add(frame.value.envelopeId)
  }

  #noteHostile(to: DeviceId, frame: Uint8Array): void {
    const decoded = decodeFrame(frame)
    if (decoded.ok && decoded.value.kind === 'reject') this.#rejected.add(`${to}/${decoded.value.envelopeId}`)
  }

  /** A frame leaves: nothing readable in it, and an acknowledgment only for what is on the disk. */
  noteFrame(from: DeviceId, to: DeviceId, frame: Uint8Array): void {
    this.frames++
    if (this.hostile.has(from)) return this.#noteHostile(to, frame)
    if (Buffer.from(frame.buffer, frame.byteOffset, frame.byteLength).includes(canaryBytes)) {
      this.violation('a name or text is readable in a frame')
    }
    const decoded = decodeFrame(frame)
    if (!decoded.ok) return this.violation(`a frame does not decode: ${decoded.error.kind}`)
    const disk = this.#disks.get(from)
    if (disk === undefined) return this.violation('a frame of nobody')
    if (decoded.value.kind === 'ack') {
      for (const envelope of decoded.value.envelopeIds) {
        if (!disk.seen.has(`${to}/${envelope}`)) this.violation('acknowledged before it was stored')
      }
    }
    if (decoded.value.kind === 'reject') this.#rejected.add(`${to}/${decoded.value.envelopeId}`)
    if (decoded.value.kind === 'envelope') {
      const envelope = this.envelopeOf(decoded.value.sealed)
      // It may be acknowledged, and gone from the disk, in the commit after which it leaves once more.
      if (!this.#durable.has(`${from}/${to}/${envelope}`)) this.violation('an envelope left before it was stored')
    }
  }

  /** After a commit was written. */
  noteDurable(device: DeviceId, changes: readonly Change[]): void {
    for (const change of changes) {
      if (change.kind !== 'putOutbox' || change.row.sealed === null) continue
      this.#durable.add(`${device}/${change.row.device}/${change.row.sealed.envelope}`)
    }
  }

  /** Before a commit is written: nothing is sealed twice, and nobody is told more than is true. */
  noteCommit(device: DeviceId, disk: Disk, changes: readonly Change[]): void {
    this.commits++
    for (const change of changes) {
      if (change.kind === 'putOutbox') {
        const before = disk.outbox.get(`${change.row.device}/${change.row.order}`)
        const earlier = before?.sealed?.envelope
        const refused =
          earlier !== undefined && (this.#rejected.has(`${device}/${earlier}`) || this.#rejectedByMail.has(earlier))
        // Only what the peer could not open is sealed anew.
        const changed = earlier !== undefined && change.row.sealed?.envelope !== earlier
        if (changed && !refused) this.violation('sealed twice')
      }
      if (change.kind === 'putDelivery' && change.row.device !== device) {
        const { state, event } = change.row
        const theirs = this.#disks.get(change.row.device)?.events.get(event)
        const told = state === 'delivered' || state === 'read'
        if (told && theirs === undefined) this.violation(`${state}, but the recipient does not have it`)
        if (state === 'read' && theirs?.unread === true) this.violation('read, but the recipient has not read it')
      }
    }
    const waiting = [...disk.outbox.values()].length
    if (waiting > implementationLimits.outboxPerDeviceMax) this.violation('an outbox over its limit')
  }

  noteArrived(device: DeviceId, event: string): void {
    const name = `${device}/${event}`
    const count = (this.#arrived.get(name) ?? 0) + 1
    this.#arrived.set(name, count)
    if (count > 1) this.violation('a message was announced twice')
  }
}
