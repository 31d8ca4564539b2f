/** A headless node as a child process, driven by JSON-RPC over its stdin and stdout, as any bot would. */
import type { ChildProcessByStdio } from 'node:child_process'
import { spawn } from 'node:child_process'
import { existsSync, mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import type { Readable, Writable } from 'node:stream'
import type { ContractError } from '../../preload/contract/errors.ts'
import type { ContractEvent, NumberedEvent } from '../../preload/contract/events.ts'
import type { MethodName, MethodResult, Params } from '../../preload/contract/methods.ts'
import type { Message } from '../../preload/contract/dto.ts'

export const headlessBundle = resolve(
  import.meta.dirname,
  '../..',
  process.env['WAXWING_HEADLESS'] ?? 'out/main/headless.js',
)

/** What a call was refused with. */
export class RpcFailure extends Error {
  readonly code: ContractError['code']
  readonly number: number
  readonly data: { readonly code: ContractError['code']; readonly got: number; readonly max: number }
  constructor(error: { code: number; message: string; data: RpcFailure['data'] }) {
    super(error.message)
    this.number = error.code
    this.code = error.data.code
    this.data = error.data
  }
}

interface Reply {
  readonly id?: number | string | null
  readonly result?: unknown
  readonly error?: { code: number; message: string; data: RpcFailure['data'] }
  readonly method?: string
  readonly params?: NumberedEvent
}

interface Waiter {
  readonly resolve: (value: unknown) => void
  readonly reject: (reason: Error) => void
}

export interface Exit {
  readonly code: number | null
  readonly signal: NodeJS.Signals | null
}

export const passphrase = 'correct horse battery staple'

/** A folder of its own for a test's profiles; removed by `remove`. */
export function temporaryFolder(): { readonly path: string; readonly remove: () => void } {
  const path = mkdtempSync(join(tmpdir(), 'waxwing-interop-'))
  return { path, remove: () => rmSync(path, { recursive: true, force: true }) }
}

export class HeadlessNode {
  readonly exited: Promise<Exit>
  readonly events: NumberedEvent[] = []
  /** Lines that are no reply to a call: of malformed input, and batches. */
  readonly otherLines: unknown[] = []
  /** What a node says that speaks no JSON-RPC. */
  readonly plainLines: string[] = []
  stderr = ''
  readonly #detached: boolean
  readonly #child: ChildProcessByStdio<Writable, Readable, Readable>
  readonly #waiting = new Map<number, Waiter>()
  readonly #watchers = new Set<() => void>()
  #nextId = 1
  #rest = ''

  /** `before`: a command that ends by running the one that it is given, such as `unshare`. */
  constructor(directory: string, args: readonly string[] = [], before: readonly string[] = []) {
    if (!existsSync(headlessBundle)) throw new Error('The bundle is missing: run "npm run build" first.')
    this.#detached = args.includes('--detached')
    const own = [process.execPath, headlessBundle, '--profile', directory, '--confine', 'loopback', ...args]
    const [program = '', ...rest] = [...before, ...own]
    this.#child = spawn(program, rest, { stdio: ['pipe', 'pipe', 'pipe'] })
    this.#child.stdout.setEncoding('utf8').on('data', (text: string) => this.#read(text))
    this.#child.stderr.setEncoding('utf8').on('data', (text: string) => (this.stderr += text))
    this.#child.stdin.on('error', () => undefined)
    this.exited = new Promise((done) => {
      this.#child.once('exit', (code, signal) => {
        for (const waiter of this.#waiting.values()) waiter.reject(new Error(`The node has left. ${this.stderr}`))
        this.#waiting.clear()
        done({ code, signal })
      })
    })
  }

  get pid(): number {
    return this.#child.pid ?? 0
  }

  call<M extends MethodName>(method: M, params: Params<M>): Promise<MethodResult<M>>
  call(method: string, params?: unknown): Promise<unknown>
  call(method: string, params: unknown = {}): Promise<unknown> {
    const id = this.#nextId++
    return new Promise((resolvePromise, reject) => {
      this.#waiting.set(id, { resolve: resolvePromise, reject })
      this.writeLine(JSON.stringify({ jsonrpc: '2.0', id, method, params }))
    })
  }

  /** The failure of a call that must fail. */
  async refused(method: MethodName, params: unknown): Promise<RpcFailure> {
    const outcome: unknown = await this.call(method as string, params).catch((thrown: unknown) => thrown)
    if (outcome instanceof RpcFailure) return outcome
    throw new Error(`${method} was not refused but answered ${JSON.stringify(outcome)}`)
  }

  writeLine(line: string): void {
    this.#child.stdin.write(`${line}\n`)
  }

  write(text: string): boolean {
    return this.#child.stdin.write(text)
  }

  /** Resolves with the first event, heard already or yet to come, that `wanted` maps to something. */
  event<T>(
    what: string,
    wanted: (event: ContractEvent) => T | null | undefined | false,
    timeoutMs = 20_000,
  ): Promise<T> {
    return this.until(
      what,
      () => {
        for (const { event } of this.events) {
          const found = wanted(event)
          if (found) return found
        }
        return null
      },
      timeoutMs,
    )
  }

  /** Resolves once `look` finds something; it looks again whenever a line arrives. */
  until<T>(what: string, look: () => T | null, timeoutMs = 20_000): Promise<T> {
    return new Promise((resolvePromise, reject) => {
      const timer = setTimeout(() => {
        this.#watchers.delete(watcher)
        reject(new Error(`Waited ${timeoutMs} ms in vain for ${what}. ${this.stderr}`))
      }, timeoutMs)
      const watcher = (): void => {
        const found = look()
        if (found === null) return
        clearTimeout(timer)
        this.#watchers.delete(watcher)
        resolvePromise(found)
      }
      this.#watchers.add(watcher)
      watcher()
    })
  }

  endInput(): void {
    this.#child.stdin.end()
  }

  /** Ends stdin, which is how a node is asked to leave. */
  async stop(): Promise<Exit> {
    this.endInput()
    return this.exited
  }

  async kill(signal: NodeJS.Signals): Promise<Exit> {
    this.#child.kill(signal)
    return this.exited
  }

  #read(text: string): void {
    const lines = (this.#rest + text).split('\n')
    this.#rest = lines.pop() ?? ''
    if (this.#detached) this.plainLines.push(...lines)
    else for (const line of lines) this.#take(JSON.parse(line) as Reply | readonly Reply[])
    for (const watcher of this.#watchers) watcher()
  }

  #take(line: Reply | readonly Reply[]): void {
    const reply: Reply = line instanceof Array ? { id: null } : line
    if (reply.method === 'event' && reply.params) {
      this.events.push(reply.params)
      return
    }
    const waiter = typeof reply.id === 'number' ? this.#waiting.get(reply.id) : undefined
    if (waiter === undefined || typeof reply.id !== 'number') {
      this.otherLines.push(line)
      return
    }
    this.#waiting.delete(reply.id)
    if (reply.error) waiter.reject(new RpcFailure(reply.error))
    else waiter.resolve(reply.result)
  }
}

/** Starts a node on a new or existing profile, opens it, and subscribes to its events. */
export async function openNode(directory: string, name: string, args: readonly string[] = []): Promise<HeadlessNode> {
  const node = new HeadlessNode(directory, args)
  await node.call('events.subscribe')
  const { state } = await node.call('profile.get', {})
  if (state === 'absent') await node.call('profile.create', { name, protection: { kind: 'passphrase', passphrase } })
  else await node.call('profile.unlock', { passphrase })
  return node
}

/** All messages of a conversation, oldest first. */
export async function allMessages(node: HeadlessNode, conversation: string): Promise<readonly Message[]> {
  const found: Message[] = []
  for (;;) {
    const last = found.at(-1)
    const before = last === undefined ? null : { orderMs: last.orderMs, counter: last.counter, event: last.event }
    const { messages, more } = await node.call('messages.page', { conversation, before, limit: 200 })
    found.push(...messages)
    if (!more) return found.reverse()
  }
}

export function textOf(message: Message): string {
  return message.body.kind === 'text' ? message.body.text : ''
}

/** Lets `guest` accept an invite of `host`, and waits until both may write. Their conversation's id. */
export async function befriend(host: HeadlessNode, guest: HeadlessNode): Promise<string> {
  const { link } = await host.call('invite.create', { lifetimeMs: null })
  const { account, conversation } = await guest.call('invite.accept', { link })
  await guest.event(
    'the contact to be active',
    (event) => event.kind === 'contactChanged' && event.contact.account === account && event.contact.state === 'active',
  )
  const { self } = await guest.call('snapshot.get', {})
  await host.event(
    'the guest to be a contact',
    (event) =>
      event.kind === 'contactChanged' && event.contact.account === self.account && event.contact.state === 'active',
  )
  return conversation
}
