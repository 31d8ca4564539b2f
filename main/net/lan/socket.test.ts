import { createSocket } from 'node:dgram'
import { expect, it } from 'vitest'
import { guardedSocket } from './socket.ts'

it('hears what its owner takes, and nothing else', async () => {
  const asked: string[] = []
  const heard: string[] = []
  const sender = createSocket('udp4')
  const socket = guardedSocket((datagram, { address }) => {
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
    await new Promise<void>((resolve) => socket.bind(0, '127.0.0.1', resolve))
    for (const text of ['a', 'b', 'c']) sender.send(text, socket.address().port, '127.0.0.1')
    await ended
    expect(heard).toEqual(['a', 'c'])
    expect(asked).toEqual(['127.0.0.1 a', '127.0.0.1 b', '127.0.0.1 c'])
  } finally {
    sender.close()
    socket.close()
  }
})
