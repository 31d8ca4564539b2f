/**
 * A SOCKS5 proxy on loopback, in the place of Tor: it knows names that nobody else can resolve, leads to loopback
 * alone, and writes down what it is asked. Also the ways in which a proxy can be none.
 */
import { once } from 'node:events'
import { connect, createServer } from 'node:net'
import type { AddressInfo, Server, Socket } from 'node:net'

export interface SocksRequest {
  readonly user: string
  readonly password: string
  /** `name:` and `ip:` tell what it was asked for. */
  readonly target: string
}

/** What answers in the place of a proxy. */
export type Misbehaviour =
  | 'garbage'
  | 'wrongVersion'
  | 'noMethod'
  | 'badLogin'
  | 'silent'
  | 'closesAtOnce'
  | 'closesMidway'
  | 'overLong'
  | 'oddAddressType'
  | 'refusesTarget'

/** Bytes as they come, in pieces of the length asked for. */
class Reader {
  #held = Buffer.alloc(0)
  #wake: () => void = () => undefined
  #ended = false

  constructor(socket: Socket) {
    socket.on('data', (part: Buffer) => {
      this.#held = Buffer.concat([this.#held, part])
      this.#wake()
    })
    socket.on('close', () => {
      this.#ended = true
      this.#wake()
    })
  }

  async take(lengthBytes: number): Promise<Buffer> {
    while (this.#held.length < lengthBytes) {
      if (this.#ended) throw new Error('Ended')
      await new Promise<void>((resolve) => (this.#wake = resolve))
    }
    const taken = this.#held.subarray(0, lengthBytes)
    this.#held = this.#held.subarray(lengthBytes)
    return taken
  }
}

export class SocksServer {
  /** Where the names lead: ports on 127.0.0.1. */
  readonly names = new Map<string, number>()
  readonly requests: SocksRequest[] = []
  readonly #misbehaviour: Misbehaviour | null
  readonly #server: Server
  readonly #sockets = new Set<Socket>()
  accepted = 0
  /** Whose first word was read. */
  greeted = 0
  /** What is sent in one piece with the answer, as if who was reached had spoken first. */
  early = ''

  constructor(misbehaviour: Misbehaviour | null = null) {
    this.#misbehaviour = misbehaviour
    this.#server = createServer((socket) => {
      this.accepted++
      this.#keep(socket)
      this.#serve(socket).catch(() => socket.destroy())
    })
  }

  async start(port = 0): Promise<number> {
    this.#server.listen(port, '127.0.0.1')
    await once(this.#server, 'listening')
    return this.port
  }

  get port(): number {
    return (this.#server.address() as AddressInfo).port
  }

  async stop(): Promise<void> {
    const closed = new Promise((resolve) => this.#server.close(resolve))
    for (const socket of this.#sockets) socket.destroy()
    await closed
  }

  #keep(socket: Socket): void {
    this.#sockets.add(socket)
    socket.on('error', () => undefined)
    socket.on('close', () => this.#sockets.delete(socket))
  }

  async #serve(socket: Socket): Promise<void> {
    const reader = new Reader(socket)
    const [, count = 0] = await reader.take(2)
    const methods = [...(await reader.take(count))]
    this.greeted++
    if (this.#breaks('first', socket)) return
    socket.write(Buffer.of(5, methods.includes(2) ? 2 : 0))
    const login = methods.includes(2) ? await this.#login(reader) : { user: '', password: '' }
    if (this.#breaks('login', socket)) return
    socket.write(Buffer.of(1, 0))
    const { host, port, isName } = await this.#target(reader)
    this.requests.push({ ...login, target: `${isName ? 'name' : 'ip'}:${host}:${port}` })
    if (this.#breaks('last', socket)) return
    const known = this.names.get(`${host}:${port}`)
    if (known === undefined) return void socket.end(Buffer.of(5, 4, 0, 1, 0, 0, 0, 0, 0, 0))
    const onward = connect(known, '127.0.0.1')
    this.#keep(onward)
    await once(onward, 'connect')
    socket.write(Buffer.concat([Buffer.of(5, 0, 0, 1, 0, 0, 0, 0, 0, 0), Buffer.from(this.early)]))
    socket.removeAllListeners('data')
    socket.pipe(onward).pipe(socket)
    socket.on('close', () => onward.destroy())
    onward.on('close', () => socket.destroy())
  }

  async #login(reader: Reader): Promise<{ readonly user: string; readonly password: string }> {
    const [, userBytes = 0] = await reader.take(2)
    const user = (await reader.take(userBytes)).toString()
    const [passwordBytes = 0] = await reader.take(1)
    return { user, password: (await reader.take(passwordBytes)).toString() }
  }

  async #target(reader: Reader): Promise<{ readonly host: string; readonly port: number; readonly isName: boolean }> {
    const [, , , type = 0] = await reader.take(4)
    const isName = type === 3
    const lengthBytes = isName ? ((await reader.take(1))[0] ?? 0) : type === 1 ? 4 : 16
    const bytes = await reader.take(lengthBytes)
    const port = (await reader.take(2)).readUInt16BE()
    return { host: isName ? bytes.toString() : type === 1 ? bytes.join('.') : bytes.toString('hex'), port, isName }
  }

  /** True when what the proxy is meant to do wrong was done here. */
  #breaks(when: 'first' | 'login' | 'last', socket: Socket): boolean {
    const how = this.#misbehaviour
    if (how === null) return false
    const answers: Partial<Record<Misbehaviour, () => unknown>> = {
      first: {
        garbage: () => socket.write('HTTP/1.1 400 Bad Request\r\n\r\n'),
        wrongVersion: () => socket.write(Buffer.of(4, 0)),
        noMethod: () => socket.end(Buffer.of(5, 0xff)),
        silent: () => undefined,
        closesAtOnce: () => socket.end(),
        overLong: () => socket.write(Buffer.alloc(4 * 1_048_576, 5)),
      },
      login: { badLogin: () => socket.end(Buffer.of(1, 1)) },
      last: {
        closesMidway: () => socket.end(Buffer.of(5, 0)),
        oddAddressType: () => socket.write(Buffer.concat([Buffer.of(5, 0, 0, 9, 255), Buffer.alloc(300, 7)])),
        refusesTarget: () => socket.end(Buffer.of(5, 5, 0, 1, 0, 0, 0, 0, 0, 0)),
      },
    }[when]
    const answer = answers[how]
    answer?.()
    return answer !== undefined
  }
}
