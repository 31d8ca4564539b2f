/** People nearby between whole nodes on a LAN of namespaces, with an observer that sees what a stranger sees. */
import { existsSync, mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import type { Contact, Nearby, NearbyPerson } from '../../preload/contract/dto.ts'
import type { ContractEvent } from '../../preload/contract/events.ts'
import type { MethodName, MethodResult, Params } from '../../preload/contract/methods.ts'
import { nearbyLimits } from '../../main/core/limits.ts'
import { headlessBundle, passphrase } from '../interop/headlessNode.ts'
import { bundle } from './bundle.ts'
import { Lan, whyNoNamespaces } from './namespaces.ts'
import type { NamespaceProcess } from './namespaces.ts'
import type { ObserverCommand } from './observerProcess.ts'
import { field } from './peer.ts'

const why = whyNoNamespaces() ?? (existsSync(headlessBundle) ? null : 'the bundle is missing: run "npm run build"')
if (why !== null) console.warn(`Tests of people nearby are skipped: ${why}`)

let observerScript = { path: '', remove: (): void => undefined }
let lan: Lan
let folder = ''

beforeAll(async () => {
  if (why === null) observerScript = await bundle(join(import.meta.dirname, 'observerProcess.ts'))
})
afterAll(() => observerScript.remove())
beforeEach(() => {
  if (why !== null) return
  lan = new Lan()
  folder = mkdtempSync(join(tmpdir(), 'waxwing-nearby-'))
})
afterEach(async () => {
  if (why !== null) return
  await lan.remove()
  rmSync(folder, { recursive: true, force: true })
})

/** A whole node in a namespace of its own, driven by JSON-RPC. */
class Person {
  readonly #process: NamespaceProcess
  #calls = 0
  constructor(host: string, number: number, ...args: readonly string[]) {
    lan.host(host, number)
    this.#process = lan.run(host, headlessBundle, '--profile', join(folder, host), ...args)
  }

  async call<M extends MethodName>(method: M, params: Params<M>): Promise<MethodResult<M>> {
    return (await this.ask(method, params)) as MethodResult<M>
  }

  async ask(method: string, params: unknown = {}): Promise<unknown> {
    const id = ++this.#calls
    this.#process.tell({ jsonrpc: '2.0', id, method, params })
    return this.#process.hear(method, (line) => {
      if (field(line, 'id') !== id) return null
      return field(line, 'result') ?? { refused: field(field(field(line, 'error'), 'data'), 'code') }
    })
  }

  async open(name: string): Promise<void> {
    await this.ask('events.subscribe')
    await this.call('profile.create', { name, protection: { kind: 'passphrase', passphrase } })
  }

  event<T>(what: string, pick: (event: ContractEvent) => T | null): Promise<T> {
    return this.#process.hear(what, (line) => {
      const event = field(field(line, 'params'), 'event')
      return event === undefined ? null : pick(event as ContractEvent)
    })
  }

  /** The first time that somebody nearby is as `wanted` says. */
  sees(what: string, wanted: (person: NearbyPerson, nearby: Nearby) => boolean): Promise<NearbyPerson> {
    return this.event(what, (event) => {
      if (event.kind !== 'nearbyChanged') return null
      return event.nearby.people.find((person) => wanted(person, event.nearby)) ?? null
    })
  }

  contact(account: string, wanted: (contact: Contact) => boolean): Promise<Contact> {
    return this.event('a contact', (event) => {
      const isIt = event.kind === 'contactChanged' && event.contact.account === account && wanted(event.contact)
      return isIt ? event.contact : null
    })
  }
}

async function observer(): Promise<NamespaceProcess> {
  lan.host('spy', 200)
  const made = lan.run('spy', observerScript.path, '10.77.0.200')
  await made.hear('ready', (line) => field(line, 'ready') ?? null)
  return made
}

const pause = (durationMs: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, durationMs))

const nearbyText = Buffer.from('_waxwing-nearby').toString('hex')
const sittingsHeard = (spy: NamespaceProcess): readonly unknown[] =>
  spy.said.filter((line) => String(field(line, 'packet')).includes(nearbyText))

describe.skipIf(why !== null)('on a LAN of namespaces', () => {
  it('two people find each other without an invite, compare, and are verified contacts', async () => {
    const spy = await observer()
    const [ada, ben] = [new Person('a', 1), new Person('b', 2)]
    await Promise.all([ada.open('Ada'), ben.open('Ben')])
    await Promise.all([ada, ben].map((one) => one.call('nearby.start', { durationMs: null })))
    const [seenBen, seenAda] = await Promise.all([
      ada.sees('Ben', ({ name, stage }) => name === 'Ben' && stage === 'here'),
      ben.sees('Ada', ({ name, stage }) => name === 'Ada' && stage === 'here'),
    ])
    await ada.call('nearby.ask', { peer: seenBen.peer })
    await ben.sees('the question', ({ stage }) => stage === 'asking')
    await ben.call('nearby.answer', { peer: seenAda.peer, accept: true })
    const [onAda, onBen] = await Promise.all([
      ada.sees('digits', ({ stage }) => stage === 'comparing'),
      ben.sees('digits', ({ stage }) => stage === 'comparing'),
    ])
    expect(onAda.digits).toMatch(/^[0-9]{8}$/)
    expect(onBen.digits).toBe(onAda.digits)
    expect([onAda.account, onBen.account]).toEqual([null, null])
    await ada.call('nearby.compare', { peer: seenBen.peer, same: true })
    await ben.call('nearby.compare', { peer: seenAda.peer, same: true })
    const [doneAda, doneBen] = await Promise.all([
      ada.sees('the end', ({ stage }) => stage === 'done'),
      ben.sees('the end', ({ stage }) => stage === 'done'),
    ])
    const verified = (contact: Contact): boolean => contact.state === 'active' && contact.verifiedAtMs !== null
    const [benAsContact, adaAsContact] = await Promise.all([
      ada.contact(doneAda.account ?? '', verified),
      ben.contact(doneBen.account ?? '', verified),
    ])
    expect([benAsContact.name, adaAsContact.name]).toEqual(['Ben', 'Ada'])
    const [ofAda, ofBen] = await Promise.all([ada.call('snapshot.get', {}), ben.call('snapshot.get', {})])
    expect([doneAda.account, doneBen.account]).toEqual([ofBen.self.account, ofAda.self.account])
    // Nobody else heard who they are.
    for (const line of spy.said) {
      for (const { self } of [ofAda, ofBen]) {
        expect(String(field(line, 'packet'))).not.toContain(self.account)
        expect(String(field(line, 'packet'))).not.toContain(self.device)
        expect(String(field(line, 'packet'))).not.toContain(Buffer.from(self.name).toString('hex'))
      }
    }
  })

  it('two people find each other while somebody floods the network with forged sittings', async () => {
    const spy = await observer()
    const [ada, ben] = [new Person('a', 1), new Person('b', 2)]
    await Promise.all([ada.open('Ada'), ben.open('Ben')])
    await ada.call('nearby.start', { durationMs: null })
    const genuine = await spy.hear('a sitting', (line) => {
      const packet = field(line, 'packet')
      return typeof packet === 'string' && packet.includes(nearbyText) ? packet : null
    })
    // The last 32 bytes are the key; some are cut, some lead to the spy's own closed ports.
    const forged = Array.from({ length: 20_000 }, (_, i) => {
      const packet = Buffer.from(genuine, 'hex')
      packet.writeUInt32BE(i, packet.length - 32)
      return (i % 4 === 0 ? packet.subarray(0, (i * 7) % packet.length) : packet).toString('hex')
    })
    const command: ObserverCommand = { send: forged }
    spy.tell(command)
    await ben.call('nearby.start', { durationMs: null })
    await Promise.all([
      ada.sees('Ben', ({ name, stage }) => name === 'Ben' && stage === 'here'),
      ben.sees('Ada', ({ name, stage }) => name === 'Ada' && stage === 'here'),
    ])
    await spy.hear('sent', (line) => field(line, 'sentAll') ?? null)
    const { nearby } = await ada.call('snapshot.get', {})
    expect(nearby.people.map((person) => person.name)).toEqual(['Ben'])
  })

  it('is silent before it is switched on, and falls silent for good when it is switched off', async () => {
    const spy = await observer()
    const ada = new Person('a', 1)
    await ada.open('Ada')
    // Contacts are announced from the start: what is heard of that shows that the spy hears.
    await spy.hear('a packet of the LAN', (line) => field(line, 'packet') ?? null)
    expect(sittingsHeard(spy)).toEqual([])
    await ada.call('nearby.start', { durationMs: null })
    await spy.hear('a sitting', (line) => (String(field(line, 'packet')).includes(nearbyText) ? true : null))
    const off = await ada.call('nearby.stop', {})
    expect(off).toMatchObject({ endsAtMs: null, ended: 'stopped', people: [] })
    const heard = sittingsHeard(spy).length
    // That nothing comes can only be waited for: longer than a sitting would have been silent.
    await pause(nearbyLimits.announceIntervalMs + 1_500)
    expect(sittingsHeard(spy).length).toBe(heard)
  })

  it('is not to be had in a privacy mode, nor where the LAN is not allowed, and ends when it is forbidden', async () => {
    const spy = await observer()
    const [ada, ben] = [new Person('a', 1, '--lan', 'off'), new Person('b', 2)]
    await Promise.all([ada.open('Ada'), ben.open('Ben')])
    expect(await ada.ask('nearby.start', { durationMs: null })).toEqual({ refused: 'nearbyUnavailable' })
    const { settings } = await ben.call('snapshot.get', {})
    await ben.call('settings.set', { settings: { ...settings, privacy: 'relayOnly' } })
    expect(await ben.ask('nearby.start', { durationMs: null })).toEqual({ refused: 'nearbyUnavailable' })
    expect(sittingsHeard(spy)).toEqual([])
    await ben.call('settings.set', { settings })
    await ben.call('nearby.start', { durationMs: null })
    await ben.call('settings.set', { settings: { ...settings, privacy: 'proxy' } })
    const ended = await ben.event('the end', (event) => {
      return event.kind === 'nearbyChanged' && event.nearby.ended === 'forbidden' ? event.nearby : null
    })
    expect(ended).toMatchObject({ available: false, endsAtMs: null, people: [] })
  })
})
