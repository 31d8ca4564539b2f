/** Starts a network again and again and makes it private a little later each time; says how often it stays open. */
import { randomBytes } from 'node:crypto'
import type { NetworkHandler } from '../../main/core/ports.ts'
import { createNetwork } from '../../main/net/network.ts'
import { socketsOf } from './ownSockets.ts'

const loopback = ['0100007F', '00000000000000000000000001000000']
/** Promises settle so often before the mode is changed. */
const turnsMax = 60
const checksMax = 200

function tick(): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, 5))
}

/** Whether it comes to listen on loopback, and nowhere else. */
async function becomesHidden(): Promise<boolean> {
  for (let check = 0; check < checksMax; check++) {
    const listening = [...socketsOf('tcp'), ...socketsOf('tcp6')].filter((socket) => socket.listening)
    if (listening.length > 0 && listening.every(({ address }) => loopback.includes(address))) return true
    await tick()
  }
  return false
}

const handler: NetworkHandler = { event: () => undefined, frame: () => Promise.resolve(), admits: () => false }
const open: number[] = []
for (let turns = 0; turns < turnsMax; turns++) {
  const network = createNetwork({
    deviceSeed: new Uint8Array(32).fill(1),
    listen: { port: 0, portFallback: true, families: ['ip4', 'ip6'], loopbackOnly: false },
    confine: 'none',
    lan: false,
    webrtc: false,
    privacy: { kind: 'open' },
    portMapping: false,
    clock: {
      nowMs: () => Date.now(),
      after: (delayMs, call) => {
        const timer = setTimeout(call, delayMs)
        return () => clearTimeout(timer)
      },
    },
    random: { bytes: (lengthBytes) => Uint8Array.from(randomBytes(lengthBytes)) },
    log: { debug: () => undefined, info: () => undefined, warn: () => undefined },
  })
  const started = network.start(handler)
  for (let turn = 0; turn < turns; turn++) await Promise.resolve()
  network.setPrivacy({ kind: 'relayOnly' })
  await started
  if (!(await becomesHidden())) open.push(turns)
  await network.stop()
}
process.stdout.write(`${JSON.stringify({ tried: turnsMax, open })}\n`)
