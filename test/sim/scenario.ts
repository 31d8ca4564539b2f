/** A life of a world: people meet and talk while everything breaks; then it heals and is checked. */
import type { Log } from '../../main/core/ports.ts'
import { checkHealed } from './checks.ts'
import type { Peer } from './peer.ts'
import type { Climate, Report } from './world.ts'
import { World } from './world.ts'

type Action = (world: World, peer: Peer) => void

/** Makes an invite and hands its link to some. */
function invite(world: World, host: Peer, guests: readonly Peer[]): void {
  void host.submit<'createInvite'>({ kind: 'createInvite', lifetimeMs: null })?.then((made) => {
    if (!made.ok) return
    const { link } = made.value
    for (const guest of guests) void guest.submit<'acceptInvite'>({ kind: 'acceptInvite', link })
    if (!world.chance.happens(0.05)) return
    void host.submit<'withdrawInvite'>({ kind: 'withdrawInvite', invite: made.value.invite.invite })
  })
}

/** An invite for one other, now and then for two, who race. */
function meet(world: World, peer: Peer): void {
  const guests = [world.otherThan(peer)]
  if (world.chance.happens(0.15)) guests.push(world.otherThan(peer))
  invite(world, peer, guests)
}

function talk(world: World, peer: Peer): void {
  const conversations = [...peer.disk.conversations.values()]
  if (conversations.length === 0) return
  const { conversation } = world.chance.pick(conversations)
  const burst = world.chance.happens(0.1) ? 30 : 3
  for (let i = world.chance.between(1, burst); i > 0; i--) world.say(peer, conversation)
}

function read(world: World, peer: Peer): void {
  const unread = [...peer.disk.events.values()].filter((row) => row.unread)
  if (unread.length === 0) return
  const { conversation, event } = world.chance.pick(unread)
  void peer.submit<'markRead'>({ kind: 'markRead', conversation, upTo: event })
}

function rename(world: World, peer: Peer): void {
  void peer.submit<'renameSelf'>({ kind: 'renameSelf', name: `CANARY ${peer.name} ${world.chance.below(100)}` })
}

/** Parts from somebody, and meets them again later or never. */
function part(world: World, peer: Peer): void {
  const other = world.otherThan(peer)
  void peer.submit<'removeContact'>({ kind: 'removeContact', account: other.identity.account })
  if (world.chance.happens(0.7)) {
    const [host, guest] = world.chance.happens(0.5) ? [peer, other] : [other, peer]
    world.schedule.after(world.chance.between(1_000, 20_000), () => invite(world, host, [guest]))
  }
}

/** The sessions with somebody are gone, as after a copy of a part of the database was put back. */
function forget(world: World, peer: Peer): void {
  const other = world.otherThan(peer).identity
  const contact = peer.disk.contacts.get(other.account)
  if (contact === undefined || contact.acceptedInvite !== null) return
  peer.crash()
  const sessions = [...peer.disk.sessions.values()].filter((row) => row.device === other.device)
  peer.disk.write(sessions.map(({ device, session }) => ({ kind: 'removeSession', device, session })))
  world.schedule.after(world.chance.between(100, 5_000), () => peer.start())
}

function kill(world: World, peer: Peer): void {
  peer.crash()
  world.schedule.after(world.chance.between(100, 20_000), () => peer.start())
}

function close(world: World, peer: Peer): void {
  peer.stop()
  world.schedule.after(world.chance.between(500, 20_000), () => peer.start())
}

function cut(world: World, peer: Peer): void {
  const [a, b] = [peer.identity.device, world.otherThan(peer).identity.device]
  world.ether.partition(a, b, true)
  world.schedule.after(world.chance.between(1_000, 40_000), () => world.ether.partition(a, b, false))
}

function fill(world: World, peer: Peer): void {
  peer.diskWeather.full = true
  world.schedule.after(world.chance.between(500, 15_000), () => {
    peer.diskWeather.full = false
  })
}

function jump(world: World, peer: Peer): void {
  const years = 365 * 86_400_000
  const far = world.chance.happens(0.3)
  peer.clockOffsetMs = far ? world.chance.between(-10, 10) * years : world.chance.between(-300_000, 300_000)
}

/** Holds messages for contacts from now on, or no more. */
function serve(world: World, peer: Peer): void {
  const values = new Map([['serveMailbox', world.chance.happens(0.75)]])
  void peer.submit<'setSettings'>({ kind: 'setSettings', values })
}

const daily: readonly (readonly [number, Action])[] = [
  [8, talk],
  [3, read],
  [2, meet],
  [0.3, rename],
  [1.2, serve],
]
const troubled: readonly (readonly [number, Action])[] = [
  [0.6, kill],
  [0.4, close],
  [0.6, cut],
  [0.3, fill],
  [0.3, jump],
  [0.2, part],
  [0.2, forget],
  [1, (world) => void world.ether.breakOne()],
]

function pickAction(world: World): Action {
  const actions = world.climate.troubles ? [...daily, ...troubled] : daily
  const total = actions.reduce((sum, [weight]) => sum + weight, 0)
  let left = (world.chance.below(1_000_000) / 1_000_000) * total
  for (const [weight, action] of actions) {
    left -= weight
    if (left < 0) return action
  }
  return talk
}

function unsettle(world: World): void {
  if (!world.climate.troubles) return
  const { chance, ether } = world
  ether.weather.delayMsMax = chance.pick([5, 40, 500])
  ether.weather.dropped = chance.pick([0, 0, 0.02, 0.2])
  ether.weather.repeated = chance.pick([0, 0, 0.05])
  ether.weather.reordered = chance.pick([0, 0, 0.1])
  const bad = (): number => chance.pick([0, 0, 0.2])
  Object.assign(ether.post.weather, {
    unanswered: bad(),
    withheld: bad(),
    repeated: bad(),
    reordered: bad(),
    damaged: bad(),
  })
  for (const peer of world.peers) peer.diskWeather.dies = chance.pick([0, 0.002, 0.02])
}

/** Lives one world through. The same seed and climate give the same report; `inspect` sees how it ended. */
export async function live(
  seed: number,
  climate: Climate,
  log: Log,
  inspect: (world: World) => void = () => undefined,
): Promise<Report> {
  const world = new World(seed, climate, log)
  for (const peer of world.peers) peer.start()
  await world.schedule.runUntil(1_000)
  unsettle(world)
  const [first] = world.peers
  if (first !== undefined) meet(world, first)
  while (world.schedule.nowMs < climate.durationMs) {
    await world.schedule.runUntil(world.schedule.nowMs + world.chance.between(1, 2 * climate.actionEveryMs))
    pickAction(world)(world, world.chance.pick(world.peers))
    // A machine that died at a commit is started again some time later.
    for (const peer of world.peers) {
      if (!peer.running) world.schedule.after(world.chance.between(100, 20_000), () => peer.start())
    }
  }
  await world.heal()
  checkHealed(world)
  inspect(world)
  return world.report()
}
