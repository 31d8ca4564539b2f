/** The contract, implemented: every method checked on its way in and out, over the profile's node. */
import type { ContractError } from '../../../preload/contract/errors.ts'
import { contractLimits } from '../../../preload/contract/limits.ts'
import type { MethodName, Methods } from '../../../preload/contract/methods.ts'
import { methods, methodsWithoutProfile } from '../../../preload/contract/methods.ts'
import type { Problem } from '../../../preload/contract/schema.ts'
import { object, string } from '../../../preload/contract/schema.ts'
import type { Log } from '../../core/ports.ts'
import type { Result } from '../../core/result.ts'
import { err, ok } from '../../core/result.ts'
import { badRequest, contractError } from '../errors.ts'
import type { ProfileManager } from '../profile/manager.ts'
import { connectionHandlers } from './connections.ts'
import { contactHandlers } from './contacts.ts'
import type { NodeContext } from './context.ts'
import { toSelf } from './dto.ts'
import type { EventListener, EventStream } from './eventStream.ts'
import type { Handlers } from './handlers.ts'
import { inviteHandlers } from './invites.ts'
import { messageHandlers } from './messages.ts'
import { nearbyHandlers } from './nearby.ts'
import { settingsHandlers } from './settings.ts'
import { takeSnapshot } from './snapshot.ts'
import { verificationHandlers } from './verification.ts'

type ProfileMethods = 'profile.get' | 'profile.create' | 'profile.unlock' | 'profile.changePassphrase'
type OpenMethods = Exclude<MethodName, ProfileMethods>

/** What serves windows, bots and tests alike. */
export interface Service {
  /** Answers a method; every failure is a ContractError, and nothing is thrown. */
  call(method: string, params: unknown): Promise<Result<unknown, ContractError>>
  subscribe(listener: EventListener): () => void
  /** The number of the last event. */
  sequence(): number
}

function profileHandlers(manager: ProfileManager): Handlers<ProfileMethods> {
  return {
    'profile.get': async () => ok(manager.profile()),
    async 'profile.create'({ name, protection }) {
      const created = await manager.create(name, protection)
      return created.ok ? ok(toSelf(created.value)) : created
    },
    async 'profile.unlock'({ passphrase }) {
      const opened = await manager.unlock(passphrase)
      return opened.ok ? ok(toSelf(opened.value)) : opened
    },
    async 'profile.changePassphrase'({ current, next }) {
      const changed = await manager.changePassphrase(current, next)
      return changed.ok ? ok({}) : changed
    },
  }
}

function openHandlers(context: NodeContext, stream: EventStream): Handlers<OpenMethods> {
  return {
    'snapshot.get': () => takeSnapshot(context, stream.sequence),
    ...messageHandlers(context),
    ...inviteHandlers(context),
    ...contactHandlers(context),
    ...connectionHandlers(context),
    ...verificationHandlers(context),
    ...nearbyHandlers(context),
    ...settingsHandlers(context),
  }
}

type AnyHandler = (params: unknown) => Promise<Result<unknown, ContractError>>

function isMethod(method: string): method is MethodName {
  return Object.hasOwn(methods, method)
}

class ContractService implements Service {
  readonly #manager: ProfileManager
  readonly #stream: EventStream
  readonly #log: Log
  readonly #profile: Handlers<ProfileMethods>
  /** Handlers of an open profile, made once for it. */
  readonly #open = new WeakMap<NodeContext, Handlers<OpenMethods>>()
  #inFlight = 0

  constructor(manager: ProfileManager, stream: EventStream, log: Log) {
    this.#manager = manager
    this.#stream = stream
    this.#log = log
    this.#profile = profileHandlers(manager)
  }

  subscribe(listener: EventListener): () => void {
    return this.#stream.subscribe(listener)
  }

  sequence(): number {
    return this.#stream.sequence
  }

  async call(method: string, params: unknown): Promise<Result<unknown, ContractError>> {
    if (!isMethod(method)) return err(contractError('unknownMethod'))
    const { requestsInFlightMax } = contractLimits
    if (this.#inFlight >= requestsInFlightMax) {
      return err(contractError('tooManyRequests', { got: this.#inFlight, max: requestsInFlightMax }))
    }
    this.#inFlight++
    try {
      return await this.#answer(method, params)
    } catch (thrown) {
      // Names only: a message could quote what was asked.
      this.#log.warn('service.threw', { method, error: thrown instanceof Error ? thrown.name : 'unknown' })
      return err(contractError('internal'))
    } finally {
      this.#inFlight--
    }
  }

  async #answer(method: MethodName, params: unknown): Promise<Result<unknown, ContractError>> {
    const { params: paramsSchema, result: resultSchema }: Methods[MethodName] = methods[method]
    const parsed = paramsSchema.parse(params, 'params')
    if (!parsed.ok) return err(refusal(method, params, parsed.problem))
    const handler = this.#handler(method)
    if (!handler.ok) return handler
    const result = await handler.value(parsed.value)
    if (!result.ok) return result
    const checked = resultSchema.parse(result.value, 'result')
    if (checked.ok) return checked
    this.#log.warn('service.resultRefused', { method, path: checked.problem.path, reason: checked.problem.reason })
    return err(contractError('internal'))
  }

  #handler(method: MethodName): Result<AnyHandler, ContractError> {
    // Each handler takes what its own schema has passed; the table's types pair them.
    if (methodsWithoutProfile.has(method)) return ok(this.#profile[method as ProfileMethods] as AnyHandler)
    const context = this.#manager.open()
    if (!context.ok) return context
    if (Object.hasOwn(this.#profile, method)) return ok(this.#profile[method as ProfileMethods] as AnyHandler)
    let handlers = this.#open.get(context.value)
    if (handlers === undefined) {
      handlers = openHandlers(context.value, this.#stream)
      this.#open.set(context.value, handlers)
    }
    return ok(handlers[method as OpenMethods] as AnyHandler)
  }
}

/** The length of a new passphrase that is too short; null when that is not what is wrong. */
function shortPassphrase(method: MethodName, params: unknown): number | null {
  const schema = object({ passphrase: string({ max: contractLimits.passphraseLengthMin - 1 }) })
  const value = (params ?? {}) as { protection?: { passphrase?: unknown }; next?: unknown }
  const passphrase = method === 'profile.create' ? value.protection?.passphrase : value.next
  const parsed = schema.parse({ passphrase }, 'params')
  return parsed.ok ? parsed.value.passphrase.length : null
}

function refusal(method: MethodName, params: unknown, problem: Problem): ContractError {
  const got =
    method === 'profile.create' || method === 'profile.changePassphrase' ? shortPassphrase(method, params) : null
  if (got !== null) return contractError('passphraseTooShort', { got, max: contractLimits.passphraseLengthMin })
  return badRequest(`${problem.path} ${problem.reason}.`)
}

/** Serves the contract over a profile. */
export function createService(manager: ProfileManager, stream: EventStream, log: Log): Service {
  return new ContractService(manager, stream, log)
}
