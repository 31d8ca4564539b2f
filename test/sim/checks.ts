/** What must hold once a world has healed. */
import { isDeepStrictEqual } from 'node:util'
import { implementationLimits, protocolLimits } from '../../main/core/limits.ts'
import type { EventRow, SessionRow } from '../../main/core/ports.ts'
import type { Peer } from './peer.ts'
import type { World } from './world.ts'

/** What one said is, once each and in order, what the other was shown. */
function checkDirection(world: World, from: Peer, to: Peer): void {
  const conversation = world.conversationOf(from, to)
  const ofSender = (rows: readonly EventRow[]) => rows.filter((row) => row.device === from.identity.device)
  const said = ofSender(from.disk.inOrder(conversation))
  const shown = ofSender(to.disk.inOrder(conversation))
  const name = `${from.name} to ${to.name}`
  const texts = (rows: readonly EventRow[]) => rows.map((row) => row.text)
  if (shown.length !== said.length) world.watch.violation(`${name}: ${said.length} said, ${shown.length} shown`)
  else if (texts(shown).join('|') !== texts(said).join('|')) world.watch.violation(`${name}: shown in another order`)
  for (const [rows, where] of [
    [said, 'said'],
    [shown, 'shown'],
  ] as const) {
    const inOrder = rows.every((row, at) => at === 0 || (rows[at - 1] as EventRow).sequence < row.sequence)
    if (!inOrder) world.watch.violation(`${name}: ${where} out of sequence`)
  }
  for (const row of shown) {
    if (to.disk.recordOf(row).missingBefore !== 0) world.watch.violation(`${name}: a gap is left`)
  }
  for (const row of said) {
    const states = from.disk.deliveriesOf(row.event).map((delivery) => delivery.state)
    const arrived = states.every((state) => state === 'delivered' || state === 'read')
    if (states.length === 0 || !arrived) world.watch.violation(`${name}: not known as delivered`)
  }
}

/** What one keeps of the other's bundles can still be used, and neither keeps more than it may. */
function checkStash(world: World, keeper: Peer, maker: Peer): void {
  const name = `${keeper.name} of ${maker.name}`
  const { stashBundlesMax } = protocolLimits
  const kept = [...keeper.disk.stash.values()].filter((row) => row.device === maker.identity.device)
  if (kept.length > stashBundlesMax) world.watch.violation(`${name}: keeps ${kept.length} bundles`)
  const made = [...maker.disk.prekeys.values()].filter((row) => row.device === keeper.identity.device)
  const given = made.filter(({ purpose }) => purpose === 'stash' || purpose === 'replaced')
  if (given.length > implementationLimits.stashPrekeysPerDeviceMax) {
    world.watch.violation(`${name}: given ${given.length} bundles`)
  }
  const dead = kept.filter((row) => row.expiresAtMs > keeper.nowMs && !maker.disk.prekeys.has(row.prekey))
  if (dead.length > 0) world.watch.violation(`${name}: keeps ${dead.length} bundles that nobody can answer`)
}

/** What the user was told is kept, and is there once. */
function checkOwn(world: World, peer: Peer): void {
  const byClientId = new Map<string, number>()
  for (const row of peer.disk.events.values()) {
    if (row.clientId !== null) byClientId.set(row.clientId, (byClientId.get(row.clientId) ?? 0) + 1)
  }
  for (const clientId of peer.taken) {
    if (!byClientId.has(clientId)) world.watch.violation(`${peer.name}: a taken message is gone`)
  }
  for (const count of byClientId.values()) {
    if (count > 1) world.watch.violation(`${peer.name}: one message was written twice`)
  }
  for (const { conversation, unread } of peer.disk.conversations.values()) {
    const counted = peer.disk.inOrder(conversation).filter((row) => row.unread).length
    if (counted !== unread) world.watch.violation(`${peer.name}: unread says ${unread}, ${counted} are`)
  }
}

/** What the process has in memory is what its disk has. */
function checkMemory(world: World, peer: Peer): void {
  const state = peer.driver?.state()
  if (state === undefined) return world.watch.violation(`${peer.name} does not run`)
  const { disk } = peer
  const differs = (what: string, inMemory: unknown, onDisk: unknown): void => {
    if (!isDeepStrictEqual(inMemory, onDisk)) world.watch.violation(`${peer.name}: ${what} differs from the disk`)
  }
  differs('self', state.self, disk.self)
  for (const row of disk.contacts.values()) differs('a contact', state.contact(row.account), row)
  for (const row of disk.invites.values()) differs('an invite', state.invite(row.invite), row)
  for (const row of disk.devices.values()) {
    differs('a device', state.device(row.device), row)
    const waiting = [...disk.outbox.values()].filter(({ device }) => device === row.device)
    differs('the outbox', state.depth(row.device).rows, waiting.length)
    if (state.lacks({ sessionsOf: [row.device] }).sessionsOf?.length !== 0) continue
    const sessions = [...disk.sessions.values()].filter(({ device }) => device === row.device)
    const byId = (rows: readonly SessionRow[]) => new Map(rows.map((session) => [session.session, session]))
    differs('a session', byId(state.sessionsOf(row.device)), byId(sessions))
  }
  const active = [...disk.sessions.values()].filter((row) => row.active)
  if (new Set(active.map((row) => row.device)).size < active.length) {
    world.watch.violation(`${peer.name}: seals under two sessions`)
  }
  for (const row of disk.conversations.values()) {
    if (state.lacks({ conversations: [row.conversation] }).conversations?.length !== 0) continue
    differs('a conversation', state.conversation(row.conversation), row)
  }
}

export function checkHealed(world: World): void {
  for (const peer of world.peers) {
    checkOwn(world, peer)
    checkMemory(world, peer)
  }
  for (const from of world.peers) {
    for (const to of world.peers) {
      if (from === to || !world.areFriends(from, to)) continue
      checkDirection(world, from, to)
      checkStash(world, from, to)
    }
  }
}
