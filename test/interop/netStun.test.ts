/** What a relay answers over UDP: who asks from where, and only while it serves. */
import { createSocket } from 'node:dgram'
import type { Socket } from 'node:dgram'
import { describe, expect, it } from 'vitest'
import { pause, Scene } from './netNodes.ts'

/** A Binding request as libjuice sends it: SOFTWARE and FINGERPRINT. */
const request = Buffer.from('000100142112a4427bcb1f9c1c5e9e45c05d3ef2802200086c69626a756963658028000422727501', 'hex')

async function client(scene: Scene): Promise<Socket> {
  const socket = createSocket('udp4')
  scene.atEnd(() => socket.close())
  await new Promise<void>((resolve) => void socket.bind(0, '127.0.0.1', resolve))
  return socket
}

/** The answer, or null when there is none to any of a few requests. */
async function ask(socket: Socket, port: number): Promise<Buffer | null> {
  const heard: Buffer[] = []
  const listen = (answer: Buffer): void => void heard.push(answer)
  socket.on('message', listen)
  for (let i = 0; i < 10 && heard.length === 0; i++) {
    socket.send(request, port, '127.0.0.1')
    await pause(50)
  }
  socket.off('message', listen)
  return heard[0] ?? null
}

describe.concurrent('a relay is asked by STUN', () => {
  it('and answers while it serves, on the port at which it listens', async ({ onTestFinished }) => {
    const scene = new Scene(onTestFinished)
    const relay = await scene.node(1)
    const a = await scene.node(2)
    relay.network.setPeers([a.target([])])
    a.network.setPeers([relay.target(relay.addresses.filter((address) => address.startsWith('/ip4/')))])
    await a.untilUp(relay.device)
    const socket = await client(scene)
    expect(await ask(socket, relay.port)).toBeNull()
    relay.network.setServing({ relay: true, mailbox: false })
    const answer = await ask(socket, relay.port)
    expect(answer?.readUInt16BE(0)).toBe(0x0101)
    const { port } = socket.address()
    expect(answer?.subarray(20).toString('hex')).toBe(
      `00200008${'0001'}${(port ^ 0x2112).toString(16).padStart(4, '0')}${'5e12a443'}`,
    )
    relay.network.setServing({ relay: false, mailbox: false })
    expect(await ask(socket, relay.port)).toBeNull()
  })

  it('but answers nobody who is not connected', async ({ onTestFinished }) => {
    const scene = new Scene(onTestFinished)
    const relay = await scene.node(1)
    relay.network.setServing({ relay: true, mailbox: false })
    expect(await ask(await client(scene), relay.port)).toBeNull()
  })
})
