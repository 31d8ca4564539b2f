/** A network confined to loopback touches nothing else: no dial, no listener, no multicast. */
import { Socket } from 'node:net'
import { randomBytes } from 'node:crypto'
import { describe, expect, it, vi } from 'vitest'
import { socketsOf } from '../net/ownSockets.ts'
import { pause, Scene, testNode, seedOf } from './netNodes.ts'

const foreign = [
  '/ip4/192.168.1.1/tcp/4001',
  '/ip4/10.0.0.1/tcp/4001',
  '/ip4/8.8.8.8/tcp/53',
  '/ip4/169.254.1.1/tcp/80',
  '/ip4/0.0.0.0/tcp/4001',
  '/ip6/2001:4860:4860::8888/tcp/53',
  '/ip6/fd00::1/tcp/4001',
]

const isLinux = process.platform === 'linux'

describe('confined to loopback', () => {
  it('refuses to dial elsewhere before a socket is made', async ({ onTestFinished }) => {
    const scene = new Scene(onTestFinished)
    const node = await scene.node(1)
    const absent = await testNode(seedOf(2))
    // Nothing leaves even if the code is wrong: the watch lets no socket connect.
    const connecting = vi.spyOn(Socket.prototype, 'connect').mockImplementation(function connect(this: Socket) {
      return this.destroy(new Error('Watched'))
    })
    onTestFinished(() => connecting.mockRestore())
    node.network.setPeers([{ device: absent.device, addresses: foreign, lan: null, relay: false, mailbox: false }])
    node.network.wake()
    await pause(500)
    expect(connecting).not.toHaveBeenCalled()
    // The same watch sees a dial that is allowed.
    node.network.setPeers([
      { device: absent.device, addresses: ['/ip4/127.0.0.1/tcp/1'], lan: null, relay: false, mailbox: false },
    ])
    await vi.waitFor(() => expect(connecting).toHaveBeenCalled())
  })

  it.skipIf(!isLinux)(
    'listens on loopback only and opens no UDP socket, even when asked for LAN discovery',
    async ({ onTestFinished }) => {
      const scene = new Scene(onTestFinished)
      const before = socketsOf('udp').length + socketsOf('udp6').length
      const node = await scene.node(1, { lan: true })
      const other = await testNode(seedOf(2))
      node.network.setPeers([
        { device: other.device, addresses: [], lan: { key: randomBytes(32), side: 0 }, relay: false, mailbox: false },
      ])
      node.network.setLanDiscovery(true)
      node.network.wake()
      await pause(500)
      expect(socketsOf('udp').length + socketsOf('udp6').length).toBe(before)
      const listening = [...socketsOf('tcp'), ...socketsOf('tcp6')].filter((socket) => socket.listening)
      expect(listening.length).toBeGreaterThanOrEqual(1)
      const loopback = ['0100007F', '00000000000000000000000001000000']
      expect(listening.filter((socket) => !loopback.includes(socket.address))).toEqual([])
      expect(node.addresses).toContain(`/ip4/127.0.0.1/tcp/${node.port}`)
      expect(node.addresses.every((address) => /^\/(ip4\/127\.0\.0\.1|ip6\/::1)\//.test(address))).toBe(true)
    },
  )
})
