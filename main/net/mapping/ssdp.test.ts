import { describe, expect, it } from 'vitest'
import { parseSsdpAnswer } from './ssdp.ts'

const usual = {
  status: 'HTTP/1.1 200 OK',
  st: 'urn:schemas-upnp-org:device:InternetGatewayDevice:1',
  location: 'http://192.168.1.1:5000/root.xml',
}

function answer(part: Partial<typeof usual> = {}): Uint8Array {
  const { status, st, location } = { ...usual, ...part }
  return Buffer.from(`${status}\r\nCACHE-CONTROL: max-age=120\r\nST: ${st}\r\nLocation:${location}\r\n\r\n`)
}

describe('an answer to the search for a router', () => {
  it('says where the router is described', () => {
    expect(parseSsdpAnswer(answer(), '192.168.1.1')?.href).toBe(usual.location)
  })

  it.each([
    ['of another host than it names', answer(), '192.168.1.2'],
    ['that names a host by a name', answer({ location: 'http://router.example/root.xml' }), '192.168.1.1'],
    ['with a login', answer({ location: 'http://a:b@192.168.1.1/root.xml' }), '192.168.1.1'],
    ['over another protocol', answer({ location: 'https://192.168.1.1/root.xml' }), '192.168.1.1'],
    ['that is a file', answer({ location: 'file:///etc/passwd' }), '192.168.1.1'],
    ['without a place', answer({ location: '' }), '192.168.1.1'],
    ['with an endless place', answer({ location: `http://192.168.1.1/${'a'.repeat(1_100)}` }), '192.168.1.1'],
    ['of another device', answer({ st: 'urn:schemas-upnp-org:device:MediaServer:1' }), '192.168.1.1'],
    ['that is none', answer({ status: 'M-SEARCH * HTTP/1.1' }), '192.168.1.1'],
    ['that failed', answer({ status: 'HTTP/1.1 500 Error' }), '192.168.1.1'],
    ['that is too long', Buffer.concat([answer(), Buffer.alloc(1_500)]), '192.168.1.1'],
    ['that is nothing', new Uint8Array(), '192.168.1.1'],
  ] as const)('%s is none', (_, datagram, sender) => {
    expect(parseSsdpAnswer(datagram, sender)).toBeNull()
  })
})
