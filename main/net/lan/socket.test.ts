import { createSocket } from 'node:dgram'
import { networkInterfaces } from 'node:os'
import { expect, it } from 'vitest'
import { guardedSocket } from './socket.ts'

const loopback = { ip4: '127.0.0.1', ip6: '::1' } as const
const hasIp6 = Object.values(networkInterfaces()).some((infos) => infos?.some(({ address }) => address === '::1'))
const families = hasIp6 ? (['ip4', 'ip6'] as const) : (['ip4'] as const)

it.each(families)('hears over %s what its owner takes, and nothing else', async (family) => {
  const host = loopback[family]
  const asked: string[] = []
  const heard: string[] = []
  const sender = createSocket(family === 'ip4' ? 'udp4' : 'udp6')
  const socket = guardedSocket(family, (datagram, { address }) => {
    asked.push(`${address} ${Buffer.from(datagram).toString()}`)
    return datagram[0] !== 0x62
  })
  try {
    const ended = new Promise<void>((resolve) => {
      socket.on('message', (datagram) => {
        heard.push(datagram.toString())
        if (heard.length === 2) resolve()
      })
    })
    await new Promise<void>((resolve) => socket.bind(0, host, resolve))
    for (const text of ['a', 'b', 'c']) sender.send(text, socket.address().port, host)
    await ended
    expect(heard).toEqual(['a', 'c'])
    expect(asked).toEqual([`${host} a`, `${host} b`, `${host} c`])
  } finally {
    sender.close()
    socket.close()
  }
})
