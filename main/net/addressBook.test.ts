import { multiaddr } from '@multiformats/multiaddr'
import { describe, expect, it } from 'vitest'
import { FakeClock } from '../../test/net/fakeClock.ts'
import type { DeviceId } from '../core/ids.ts'
import { AddressBook } from './addressBook.ts'
import { socketAddress } from './addresses.ts'
import { announcement, directAddresses } from './announcement.ts'
import { deviceKey, deviceOfKey, peerOf } from './keys.ts'
import { formatDialAddress, parseName } from './names.ts'
import type { Confinement } from './options.ts'

async function device(number: number): Promise<DeviceId> {
  return deviceOfKey(await deviceKey(new Uint8Array(32).fill(number)))
}

const [friend, relay, second, stranger] = [await device(1), await device(2), await device(3), await device(4)]

function through(one: DeviceId, front = '/ip4/9.9.9.9/tcp/4001'): string {
  return `${front}/p2p/${String(peerOf(one))}/p2p-circuit`
}

function book(addresses: readonly string[], relayAddresses: readonly string[] = [], confine: Confinement = 'none') {
  const made = new AddressBook(confine, new FakeClock())
  made.setTargets([
    { device: friend, addresses, lan: null, relay: false, mailbox: false },
    { device: relay, addresses: relayAddresses, lan: null, relay: true, mailbox: false },
    { device: second, addresses: [], lan: null, relay: true, mailbox: false },
  ])
  return made
}

const onion = `/onion3/${'a'.repeat(56)}:4001`

describe('who serves us', () => {
  it('keeps records, as a mailbox or as a relay, until it serves us no more', () => {
    const made = book([])
    const targets = [friend, relay, second, stranger].map((one, i) => {
      return { device: one, addresses: [], lan: null, relay: i === 1 || i === 2, mailbox: i >= 2 }
    })
    made.setTargets(targets)
    expect([made.keepers(), made.mailboxes()]).toEqual([
      [relay, second, stranger],
      [second, stranger],
    ])
    made.setTargets(targets.slice(0, 1))
    expect(made.keepers()).toEqual([])
  })
})

describe('private modes', () => {
  const all = [
    '/ip4/192.168.1.5/tcp/5000',
    '/ip4/9.9.9.9/tcp/443',
    onion,
    '/dns4/a.example/tcp/1',
    '/ip4/127.0.0.1/tcp/80',
  ]

  it('through a proxy only what is far, and names, can be dialled', () => {
    const made = book(all)
    made.privacy = { kind: 'proxy', host: '127.0.0.1', port: 9_050 }
    expect(made.direct(friend).map(formatDialAddress)).toEqual(['/ip4/9.9.9.9/tcp/443', onion, '/dns4/a.example/tcp/1'])
    expect(made.permitsText(multiaddr(`${onion}/p2p/${String(peerOf(friend))}`))).toBe(true)
    expect(made.permitsText(multiaddr(`/ip4/192.168.1.5/tcp/5000/p2p/${String(peerOf(friend))}`))).toBe(false)
    made.privacy = { kind: 'open' }
    expect(made.direct(friend).map(formatDialAddress)).toEqual(['/ip4/192.168.1.5/tcp/5000', '/ip4/9.9.9.9/tcp/443'])
    expect(made.permitsText(multiaddr(`${onion}/p2p/${String(peerOf(friend))}`))).toBe(false)
  })

  it('through relays alone, only those are dialled that serve us', () => {
    const made = book(all, ['/ip4/8.8.8.8/tcp/4001'])
    made.setTargets([
      { device: friend, addresses: all, lan: null, relay: false, mailbox: false },
      { device: relay, addresses: ['/ip4/8.8.8.8/tcp/4001'], lan: null, relay: true, mailbox: false },
      { device: second, addresses: ['/ip4/8.8.4.4/tcp/4001'], lan: null, relay: false, mailbox: true },
    ])
    made.privacy = { kind: 'relayOnly' }
    expect([friend, relay, second, stranger].map((one) => made.direct(one).length)).toEqual([0, 1, 1, 0])
    expect([friend, relay, second, stranger].map((one) => made.mayMeet(one))).toEqual([false, true, true, false])
    expect(made.permitsText(multiaddr(`/ip4/9.9.9.9/tcp/443/p2p/${String(peerOf(friend))}`))).toBe(false)
    expect(made.permitsText(multiaddr(`/ip4/8.8.8.8/tcp/4001/p2p/${String(peerOf(relay))}`))).toBe(true)
  })

  it('a relay behind an onion service can be told, and is no address without a proxy', () => {
    const made = book([through(relay, onion)], [onion])
    expect(made.tellable(relay, null)).toBeNull()
    made.privacy = { kind: 'proxy', host: '127.0.0.1', port: 9_050 }
    expect(made.tellable(relay, null)).toEqual(parseName(onion))
    expect(made.relayed(friend).map((address) => address.relay)).toEqual([relay])
  })
})

describe('AddressBook', () => {
  it('keeps direct addresses and those through relays apart', () => {
    const made = book([through(relay), '/ip4/8.8.8.8/tcp/5', '/ip4/192.168.1.5/tcp/5000', '/dns4/a.b/tcp/1'])
    expect(made.direct(friend).map(({ host }) => host)).toEqual(['192.168.1.5', '8.8.8.8'])
    expect(made.relayed(friend).map((address) => address.relay)).toEqual([relay])
  })

  it('goes through whatever relay is told, once through each, and never through the device itself', () => {
    const told = [
      through(stranger),
      through(friend),
      through(second),
      through(relay),
      through(relay, '/ip4/1.2.3.4/tcp/5'),
    ]
    expect(
      book(told)
        .relayed(friend)
        .map((address) => address.relay),
    ).toEqual([stranger, second, relay])
  })

  it('knows who is behind a relay, and who serves', () => {
    const made = book([through(relay)])
    expect([made.through(relay), made.through(second)]).toEqual([[friend], []])
    expect(made.relays()).toEqual([relay, second])
  })

  it('tells of a relay what reaches it from anywhere, first where it answered', () => {
    const answered = socketAddress('11.22.33.44', 4_001)
    const near = socketAddress('192.168.1.9', 4_001)
    const told = ['/ip4/127.0.0.1/tcp/4001', '/ip4/192.168.1.9/tcp/4001', '/ip4/8.8.8.8/tcp/4001']
    expect(book([], told).tellable(relay, answered)?.host).toBe('11.22.33.44')
    expect(book([], told).tellable(relay, near)?.host).toBe('8.8.8.8')
    expect(book([], told.slice(0, 2)).tellable(relay, near)).toBeNull()
    expect(book([], told, 'loopback').tellable(relay, near)?.host).toBe('127.0.0.1')
  })
})

describe('announcement', () => {
  it('puts addresses that only the user knows before those of interfaces, each once', () => {
    const listen = { port: 0, portFallback: true, families: ['ip4', 'ip6'], loopbackOnly: true } as const
    const announce = [
      { host: '9.9.9.9', port: 0 },
      { host: '2001:db8::1', port: 4 },
      { host: '127.0.0.1', port: 7 },
    ]
    const where = { confine: 'loopback', listen } as const
    const plain = directAddresses(where, [], 7)
    expect(plain).toContain('/ip4/127.0.0.1/tcp/7')
    const expected = ['/ip4/9.9.9.9/tcp/7', '/ip6/2001:db8::1/tcp/4', '/ip4/127.0.0.1/tcp/7']
    const rest = plain.filter((address) => address !== '/ip4/127.0.0.1/tcp/7')
    expect(directAddresses({ ...where, announce }, [], 7)).toEqual([...expected, ...rest])
    expect(directAddresses({ ...where, announce }, [], 0)).toEqual([])
  })

  it('puts direct addresses first and leaves room for the others', () => {
    const direct = Array.from({ length: 9 }, (_, i) => `direct ${i}`)
    expect(announcement(direct, ['a', 'b'])).toEqual([...direct.slice(0, 6), 'a', 'b'])
    expect(announcement(direct, [])).toEqual(direct.slice(0, 8))
    expect(announcement([], ['a'])).toEqual(['a'])
  })
})
