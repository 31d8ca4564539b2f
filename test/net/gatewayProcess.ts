/**
 * A home router's own services, in the router's namespace: PCP or NAT-PMP, or UPnP with its search. What it maps it
 * really lets through, by a rule of its packet filter. It writes down everything that it is asked.
 */
import { execFileSync } from 'node:child_process'
import { createSocket } from 'node:dgram'
import { createInterface } from 'node:readline'
import { FakeIgd } from './fakeIgd.ts'
import { answerPmp } from './fakePmp.ts'
import type { PmpGateway } from './fakePmp.ts'

const [inside = '', externalHost = '', speaks = 'pcp'] = process.argv.slice(2)
const httpPort = 5_000

function say(line: unknown): void {
  process.stdout.write(`${JSON.stringify(line)}\n`)
}

function filter(...words: readonly string[]): void {
  execFileSync('iptables', words, { stdio: ['ignore', 'ignore', 'pipe'] })
}

const known = new Map<number, string>()

/** Brings the packet filter in line with the mappings. */
function apply(mappings: ReadonlyMap<number, { readonly host: string; readonly port: number }>): void {
  const wanted = new Map([...mappings].map(([outside, { host, port }]) => [outside, `${host}:${port}`]))
  for (const [outside, to] of wanted) {
    if (known.get(outside) === to) continue
    const [host = '', port = ''] = to.split(':')
    const at = ['-i', 'wan', '-p', 'tcp', '--dport', String(outside)]
    filter('-t', 'nat', '-A', 'PREROUTING', ...at, '-j', 'DNAT', '--to-destination', to)
    filter('-I', 'FORWARD', '-i', 'wan', '-p', 'tcp', '-d', host, '--dport', port, '-j', 'ACCEPT')
  }
  known.clear()
  for (const [outside, to] of wanted) known.set(outside, to)
  say({ mappings: Object.fromEntries(wanted) })
}

function servePmp(): void {
  const gateway: PmpGateway = {
    speaks: speaks === 'pcp' ? 'pcp' : 'natPmp',
    externalHost,
    mappings: new Map(),
    refuses: false,
  }
  const socket = createSocket('udp4')
  socket.on('message', (question, sender) => {
    const answers = answerPmp(gateway, question, sender.address)
    say({ asked: question.toString('hex'), from: sender.address })
    apply(gateway.mappings)
    for (const answer of answers) socket.send(answer, sender.port, sender.address)
  })
  socket.bind(5_351, inside, () => say({ ready: true }))
}

async function serveUpnp(): Promise<void> {
  const igd = new FakeIgd({ externalHost, called: () => apply(igd.mappings) })
  await igd.start(inside, httpPort)
  const socket = createSocket({ type: 'udp4', reuseAddr: true })
  socket.on('message', (question, sender) => {
    const text = question.toString()
    const target = /\r\nST: ?(\S+)/.exec(text)?.[1]
    say({ searched: target ?? 'nothing', from: sender.address })
    if (target === undefined) return
    const answer = `HTTP/1.1 200 OK\r\nST: ${target}\r\nLOCATION: http://${inside}:${httpPort}/root.xml\r\n\r\n`
    socket.send(answer, sender.port, sender.address)
  })
  socket.bind(1_900, () => {
    socket.addMembership('239.255.255.250', inside)
    say({ ready: true })
  })
}

if (speaks === 'upnp') await serveUpnp()
else servePmp()

// It lives as long as its input.
createInterface({ input: process.stdin }).on('close', () => process.exit(0))
