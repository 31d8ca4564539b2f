/** A headless node as a child process, driven over its stdin and stdout. */
import type { ChildProcessWithoutNullStreams } from 'node:child_process'
import { spawn } from 'node:child_process'
import { resolve } from 'node:path'
import { createInterface } from 'node:readline'
import type { ContractEvent, NumberedEvent } from '../../preload/contract/events.ts'
import type { MethodName, MethodResult, Params } from '../../preload/contract/methods.ts'

interface Answer {
  readonly id?: number
  readonly result?: unknown
  readonly error?: { readonly message: string }
  readonly method?: string
  readonly params?: NumberedEvent
}

interface Waiting {
  readonly resolve: (value: unknown) => void
  readonly reject: (reason: Error) => void
}

const entry = resolve(import.meta.dirname, '../main/headless.js')

export class RpcNode {
  readonly child: ChildProcessWithoutNullStreams
  readonly spawnedAtMs: number
  readonly #waiting = new Map<number, Waiting>()
  readonly #listeners = new Set<(event: ContractEvent) => void>()
  #nextId = 1

  constructor(directory: string) {
    this.spawnedAtMs = performance.now()
    this.child = spawn(process.execPath, [entry, '--profile', directory, '--confine', 'loopback'])
    this.child.stderr.pipe(process.stderr)
    createInterface({ input: this.child.stdout }).on('line', (line) => this.#heard(JSON.parse(line) as Answer))
  }

  /** Calls a method; rejects with the node's own sentence. */
  async call<M extends MethodName>(method: M, params: Params<M>): Promise<MethodResult<M>> {
    return (await this.request(method, params)) as MethodResult<M>
  }

  request(method: string, params: unknown): Promise<unknown> {
    const id = this.#nextId++
    const answer = new Promise<unknown>((onResult, onError) =>
      this.#waiting.set(id, { resolve: onResult, reject: onError }),
    )
    this.child.stdin.write(`${JSON.stringify({ jsonrpc: '2.0', id, method, params })}\n`)
    return answer
  }

  /** Resolves with the first event from now on that `wanted` accepts. */
  next(wanted: (event: ContractEvent) => boolean): Promise<ContractEvent> {
    return new Promise((done) => {
      const listen = (event: ContractEvent): void => {
        if (!wanted(event)) return
        this.#listeners.delete(listen)
        done(event)
      }
      this.#listeners.add(listen)
    })
  }

  async stop(): Promise<void> {
    const ended = new Promise<void>((done) => this.child.once('exit', () => done()))
    this.child.stdin.end()
    await ended
  }

  #heard(answer: Answer): void {
    if (answer.method === 'event' && answer.params) {
      for (const listener of this.#listeners) listener(answer.params.event)
      return
    }
    const waiting = this.#waiting.get(answer.id ?? -1)
    if (!waiting) return
    this.#waiting.delete(answer.id ?? -1)
    if (answer.error) waiting.reject(new Error(answer.error.message))
    else waiting.resolve(answer.result)
  }
}
