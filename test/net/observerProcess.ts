/** A stranger on the LAN: writes down every multicast DNS packet, and sends forged ones when told. */
import { createSocket } from 'node:dgram'
import { createInterface } from 'node:readline'

/** What the test says. */
export interface ObserverCommand {
  /** Packets to multicast, in hexadecimal. */
  readonly send: readonly string[]
}

const group = '224.0.0.251'
const group6 = 'ff02::fb'
const port = 5_353
const [address = ''] = process.argv.slice(2)
const socket = createSocket({ type: 'udp4', reuseAddr: true })

const socket6 = createSocket({ type: 'udp6', reuseAddr: true, ipv6Only: true })

for (const one of [socket, socket6]) {
  one.on('message', (packet, sender) => {
    process.stdout.write(`${JSON.stringify({ packet: packet.toString('hex'), from: sender.address })}\n`)
  })
}
socket.bind(port, () => {
  socket.addMembership(group, address)
  socket.setMulticastInterface(address)
  socket.setMulticastLoopback(false)
  socket6.bind(port, '::', () => {
    socket6.addMembership(group6, '::%eth0')
    process.stdout.write(`${JSON.stringify({ ready: true })}\n`)
  })
})

createInterface({ input: process.stdin }).on('line', (line) => {
  const { send } = JSON.parse(line) as ObserverCommand
  let left = send.length
  for (const packet of send) {
    socket.send(Buffer.from(packet, 'hex'), port, group, () => {
      left--
      if (left === 0) process.stdout.write(`${JSON.stringify({ sentAll: send.length })}\n`)
    })
  }
})
