/** ports.Mail between simulated computers, and what those that serve keep: it lasts as their disks do. */
import { createHash } from 'node:crypto'
import { toHex } from '../../main/core/bytes.ts'
import type { DeviceId } from '../../main/core/ids.ts'
import type * as ports from '../../main/core/ports.ts'
import type { Chance, Schedule } from './schedule.ts'

interface Kept {
  readonly id: string
  readonly owner: DeviceId
  readonly tag: string
  readonly bytes: Uint8Array
}

/** How bad mailboxes are. Probabilities are per request. */
export interface MailWeather {
  delayMsMax: number
  /** Nothing comes back, although it was done. */
  unanswered: number
  /** Says that nothing lies there. */
  withheld: number
  /** Offers what was removed once more. */
  repeated: number
  reordered: number
  /** Alters a byte of what it offers. */
  damaged: number
}

/** What one computer keeps for others. */
export class SimMailbox {
  readonly tags = new Map<string, DeviceId>()
  /** Of each tag the day that its owner said. */
  readonly days = new Map<string, number>()
  items: Kept[] = []
  readonly removed: Kept[] = []
  readonly records = new Map<string, Uint8Array>()
  /** The tags that each sitting of a visitor named, and of records in the order in which they were left. */
  readonly visits = new Map<string, Set<string>>()
  readonly published: string[] = []
  /** How often a record was looked for here, found or not. */
  lookups = 0
  registrations = 0
  /** How often it was asked for what lies there. */
  collections = 0
  /** Ids of items that it has and does not show. */
  readonly withheld = new Set<string>()
  /** Says `stored` and keeps nothing. */
  forgets = false
  /** Says that it removed what it goes on offering, and that there is more. */
  keepsAll = false
}

/** What the world says of who reaches whom. */
export interface MailRoads {
  /** Whether the device runs, and this one reaches it. */
  reaches(from: DeviceId, to: DeviceId): boolean
  isConnected(from: DeviceId, to: DeviceId): boolean
  /** A relay that is no mailbox keeps records alone. */
  serves(device: DeviceId): ports.Serving
  tell(owner: DeviceId, mailbox: DeviceId): void
}

export class PostOffice {
  readonly #schedule: Schedule
  readonly #chance: Chance
  readonly #roads: MailRoads
  readonly #mailboxes = new Map<DeviceId, SimMailbox>()
  readonly weather: MailWeather = {
    delayMsMax: 30,
    unanswered: 0,
    withheld: 0,
    repeated: 0,
    reordered: 0,
    damaged: 0,
  }
  /** How many items were taken, by all. */
  deposits = 0
  /** Whoever deposits may be refused by name of the mailbox: `full` and the like. */
  readonly refusing = new Map<DeviceId, ports.DepositOutcome>()

  constructor(schedule: Schedule, chance: Chance, roads: MailRoads) {
    this.#schedule = schedule
    this.#chance = chance
    this.#roads = roads
  }

  at(device: DeviceId): SimMailbox {
    const known = this.#mailboxes.get(device) ?? new SimMailbox()
    this.#mailboxes.set(device, known)
    return known
  }

  /** The mail as one computer has it, as long as its process lives. */
  mailOf(own: DeviceId, alive: () => boolean): ports.Mail {
    const later = async <T>(call: () => T): Promise<T> => {
      await this.#schedule.sleep(this.#chance.between(1, this.weather.delayMsMax))
      const answer = call()
      await this.#schedule.sleep(this.#chance.between(1, this.weather.delayMsMax))
      return alive() ? answer : new Promise<T>(() => undefined)
    }
    // As the network does it: what is asked of a mailbox of ours under our own name goes one after the other.
    const lanes = new Map<DeviceId, Promise<unknown>>()
    const inTurn = <T>(mailbox: DeviceId, call: () => T): Promise<T> => {
      const asked = (lanes.get(mailbox) ?? Promise.resolve()).then(() => later(call))
      lanes.set(mailbox, asked)
      return asked
    }
    const keeps = (mailbox: DeviceId): boolean => {
      const { relay, mailbox: all } = this.#roads.serves(mailbox)
      return this.#roads.reaches(own, mailbox) && (relay || all)
    }
    const reached = (mailbox: DeviceId): boolean => keeps(mailbox) && this.#roads.serves(mailbox).mailbox
    const connected = (mailbox: DeviceId): boolean => reached(mailbox) && this.#roads.isConnected(own, mailbox)
    return {
      deposit: ({ device }, sitting, tag, item) =>
        later(() => {
          if (!reached(device)) return 'unreachable'
          this.#visit(device, `${own} ${sitting}`, tag)
          const refusal = this.refusing.get(device)
          if (refusal !== undefined) return refusal
          const outcome = this.#deposit(device, tag, item)
          return this.#chance.happens(this.weather.unanswered) ? 'unreachable' : outcome
        }),
      registerTags: (mailbox, tags) =>
        inTurn(mailbox, () => {
          if (!keeps(mailbox) || !this.#roads.isConnected(own, mailbox)) return 'notConnected'
          if (!reached(mailbox) && tags.some(({ use }) => use === 'item')) return 'refused'
          this.#register(mailbox, own, tags)
          return 'done'
        }),
      collect: (mailbox) => inTurn(mailbox, () => (connected(mailbox) ? this.#collect(mailbox, own) : null)),
      removeItems: (mailbox, ids) =>
        inTurn(mailbox, () => {
          if (!connected(mailbox)) return false
          this.#remove(mailbox, own, ids)
          return true
        }),
      publishRecord: ({ device }, _sitting, tag, record) => {
        this.at(device).published.push(toHex(tag))
        return later(() => {
          if (!keeps(device)) return 'unreachable'
          if (!this.at(device).tags.has(`record ${toHex(tag)}`)) return 'unknownTag'
          this.at(device).records.set(toHex(tag), record)
          return 'stored'
        })
      },
      lookupRecord: ({ device }, sitting, tag) => {
        this.at(device).lookups++
        return later(() => {
          if (!keeps(device)) return null
          this.#visit(device, `${own} ${sitting}`, tag)
          return this.at(device).records.get(toHex(tag)) ?? null
        })
      },
    }
  }

  #visit(mailbox: DeviceId, sitting: string, tag: Uint8Array): void {
    const { visits } = this.at(mailbox)
    visits.set(sitting, new Set([...(visits.get(sitting) ?? []), toHex(tag)]))
  }

  #register(mailbox: DeviceId, owner: DeviceId, tags: readonly ports.MailboxTag[]): void {
    const box = this.at(mailbox)
    box.registrations++
    for (const [tag, device] of box.tags) if (device === owner) box.tags.delete(tag)
    for (const { tag, use, day } of tags) {
      box.tags.set(`${use} ${toHex(tag)}`, owner)
      box.days.set(`${use} ${toHex(tag)}`, day)
    }
  }

  #deposit(mailbox: DeviceId, tag: Uint8Array, item: Uint8Array): ports.DepositOutcome {
    const box = this.at(mailbox)
    const owner = box.tags.get(`item ${toHex(tag)}`)
    if (owner === undefined) return 'unknownTag'
    const id = createHash('sha256').update(item).digest('hex').slice(0, 32)
    if (box.forgets) return 'stored'
    if (!box.items.some((one) => one.id === id)) box.items.push({ id, owner, tag: toHex(tag), bytes: item.slice() })
    this.deposits++
    this.#roads.tell(owner, mailbox)
    return 'stored'
  }

  #collect(mailbox: DeviceId, owner: DeviceId): { items: ports.MailboxItem[]; more: boolean } {
    const box = this.at(mailbox)
    const chance = this.#chance
    box.collections++
    const own = box.items.filter((item) => item.owner === owner && !box.withheld.has(item.id))
    const again = box.removed.filter((item) => item.owner === owner && chance.happens(this.weather.repeated))
    const offered = [...again, ...own].slice(0, 20)
    if (chance.happens(this.weather.withheld)) return { items: [], more: false }
    if (chance.happens(this.weather.reordered)) offered.reverse()
    const items = offered.map(({ id, tag, bytes }) => {
      const copy = bytes.slice()
      const at = chance.below(copy.length)
      if (chance.happens(this.weather.damaged)) copy[at] = (copy[at] ?? 0) ^ 1
      return { id: new Uint8Array(Buffer.from(id, 'hex')), tag: new Uint8Array(Buffer.from(tag, 'hex')), bytes: copy }
    })
    return { items, more: box.keepsAll || own.length > items.length - again.length }
  }

  #remove(mailbox: DeviceId, owner: DeviceId, ids: readonly Uint8Array[]): void {
    const box = this.at(mailbox)
    if (box.keepsAll) return
    const gone = new Set(ids.map(toHex))
    box.removed.push(...box.items.filter((item) => item.owner === owner && gone.has(item.id)))
    box.items = box.items.filter((item) => item.owner !== owner || !gone.has(item.id))
  }
}
