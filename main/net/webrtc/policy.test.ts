import { describe, expect, it } from 'vitest'
import type { LocalInterface } from '../interfaces.ts'
import type { Confinement } from '../options.ts'
import type { Candidate } from './description.ts'
import { bindHost, hasHost, mayTell } from './policy.ts'

function one(name: string, physical: boolean, ...hosts: readonly string[]): LocalInterface {
  const addresses = hosts.map((host) => ({ family: 'ip4', host, prefixLength: 24 }) as const)
  return { name, physical, loopback: name === 'lo', zone: name, addresses }
}

const interfaces = [
  one('lo', false, '127.0.0.1'),
  one('eth0', true, '192.168.1.2'),
  one('docker0', false, '172.17.0.1'),
]

function where(confine: Confinement, loopbackOnly = false): Parameters<typeof hasHost>[0] {
  return { confine, listen: { port: 0, portFallback: true, families: ['ip4'], loopbackOnly } }
}

function told(confine: Confinement, loopbackOnly = false): readonly string[] {
  const all = ['127.0.0.1', '192.168.1.2', '172.17.0.1', '11.22.33.4']
  const found = all.flatMap((host): Candidate[] => [
    { kind: 'host', address: { family: 'ip4', host, port: 5_000 } },
    { kind: 'reflexive', address: { family: 'ip4', host, port: 5_000 } },
  ])
  return found
    .filter((candidate) => mayTell(where(confine, loopbackOnly), interfaces, candidate))
    .map(({ kind, address }) => `${kind} ${address.host}`)
}

describe('what may be told of this machine', () => {
  it('is its real interfaces, and a public address that a relay saw', () => {
    expect(told('none')).toEqual(['host 192.168.1.2', 'reflexive 11.22.33.4'])
    expect(told({ interfaces: ['eth0'] })).toEqual(['host 192.168.1.2', 'reflexive 11.22.33.4'])
    expect(told({ interfaces: ['docker0'] })).toEqual(['reflexive 11.22.33.4'])
  })

  it('is loopback alone when that is all that may be used', () => {
    expect(told('loopback')).toEqual(['host 127.0.0.1', 'reflexive 127.0.0.1'])
  })

  it('is no host when only loopback listens', () => {
    expect(told('none', true)).toEqual(['reflexive 11.22.33.4'])
    expect(hasHost(where('none', true), interfaces)).toBe(false)
    expect(hasHost(where('none'), interfaces)).toBe(true)
    expect(hasHost(where('none'), [one('docker0', false, '172.17.0.1')])).toBe(false)
  })
})

describe('the address on which sockets are made', () => {
  it('is any, or the one that a confinement leaves', () => {
    expect(bindHost(where('none'), interfaces)).toBeNull()
    expect(bindHost(where('loopback'), interfaces)).toBe('127.0.0.1')
    expect(bindHost(where({ interfaces: ['eth0'] }), interfaces)).toBe('192.168.1.2')
    expect(bindHost(where({ interfaces: ['wlan0'] }), interfaces)).toBe('127.0.0.1')
  })
})
