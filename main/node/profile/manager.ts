/** One profile of one directory: whether it is there, making it, opening it, and the node that works in it. */
import { join } from 'node:path'
import type { Profile } from '../../../preload/contract/dto.ts'
import type { ContractError } from '../../../preload/contract/errors.ts'
import type { Params } from '../../../preload/contract/methods.ts'
import type { Result } from '../../core/result.ts'
import { err, ok } from '../../core/result.ts'
import { acquireLock } from '../../store/profile/lock.ts'
import type { ProfileLock } from '../../store/profile/lock.ts'
import { profileFiles, profileState } from '../../store/profile/directory.ts'
import type { Unlock } from '../../store/profile/vault.ts'
import { changeEntropySizeBytes, changeProtection, openVault, vaultProtection } from '../../store/profile/vault.ts'
import { openStore } from '../../store/store.ts'
import { contractError, fromProfileError, fromStoreError } from '../errors.ts'
import type { ProfileError } from '../errors.ts'
import type { OpenNode } from '../node.ts'
import { openNode } from '../node.ts'
import type { NodeContext } from '../service/context.ts'
import { createProfile } from './create.ts'
import type { ProfileOptions } from './options.ts'

type Creation = Params<'profile.create'>

type State =
  | { readonly kind: 'absent' }
  | { readonly kind: 'locked' }
  | { readonly kind: 'opening' }
  | { readonly kind: 'open'; readonly node: OpenNode }
  | { readonly kind: 'broken'; readonly error: ContractError }

/** Errors after which the profile is still there to be unlocked, or created, again. */
const passing: ReadonlySet<string> = new Set(['wrongPassphrase', 'keyringUnavailable', 'diskFull'])

export class ProfileManager {
  readonly #options: ProfileOptions
  #state: State = { kind: 'absent' }
  #protection: Profile['protection'] = null
  #lock: ProfileLock | null = null
  /** Opening, creating and changing the passphrase happen one after the other. */
  #tail: Promise<unknown> = Promise.resolve()

  constructor(options: ProfileOptions) {
    this.#options = options
  }

  /** Looks at what is there, and opens a profile that needs nobody's passphrase. Opens nothing else. */
  start(): void {
    this.#look()
    if (this.#state.kind === 'locked' && this.#protection === 'keyring' && this.#options.keyring.available) {
      void this.unlock(null)
    }
  }

  profile(): Profile {
    const { profileName, keyring } = this.#options
    return {
      state: this.#state.kind,
      name: profileName,
      protection: this.#protection,
      keyringAvailable: keyring.available,
      problem: this.#state.kind === 'broken' ? this.#state.error.message : null,
    }
  }

  /** What the open profile's methods work on, or why there is nothing. */
  open(): Result<NodeContext, ContractError> {
    switch (this.#state.kind) {
      case 'open':
        return ok(this.#state.node.context)
      case 'absent':
        return err(contractError('profileMissing'))
      case 'locked':
        return err(contractError('locked'))
      case 'opening':
        return err(contractError('notReady'))
      case 'broken':
        return err(this.#state.error)
    }
  }

  create(name: string, protection: Creation['protection']): Promise<Result<NodeContext, ContractError>> {
    return this.#inTurn(() => this.#create(name, protection))
  }

  /** `passphrase` is null for a profile under the keyring. */
  unlock(passphrase: string | null): Promise<Result<NodeContext, ContractError>> {
    return this.#inTurn(() => this.#unlock(passphrase))
  }

  changePassphrase(current: string | null, next: string): Promise<Result<void, ContractError>> {
    return this.#inTurn(() => this.#changePassphrase(current, next))
  }

  wake(): void {
    if (this.#state.kind === 'open') this.#state.node.wake()
  }

  /** Closes everything and lets others in. */
  close(): Promise<void> {
    return this.#inTurn(async () => {
      if (this.#state.kind === 'open') await this.#state.node.close()
      this.#state = { kind: 'locked' }
      this.#lock?.release()
      this.#lock = null
      this.#options.log.flush()
    })
  }

  #inTurn<T>(work: () => Promise<T>): Promise<T> {
    const turn = this.#tail.then(work)
    this.#tail = turn.catch(() => undefined)
    return turn
  }

  #set(state: State): void {
    this.#state = state
    this.#options.stream.publish({ kind: 'profileChanged', profile: this.profile() })
  }

  #path(file: keyof typeof profileFiles): string {
    return join(this.#options.directory, profileFiles[file])
  }

  /** Sets the state to what the directory shows; the lock is taken where a profile is. */
  #look(): void {
    const found = profileState(this.#options.directory)
    if (found.kind === 'broken') return this.#refuse(found.reason)
    if (found.kind !== 'present') return void (this.#state = { kind: 'absent' })
    const locked = this.#takeLock()
    if (!locked.ok) return this.#refuse(locked.error)
    const protection = vaultProtection(this.#path('vault'))
    if (!protection.ok) return this.#refuse(protection.error)
    this.#protection = protection.value
    this.#state = { kind: 'locked' }
  }

  #refuse(error: ProfileError): void {
    this.#options.log.warn('profile.refused', { kind: error.kind })
    this.#state = { kind: 'broken', error: fromProfileError(error) }
  }

  #takeLock(): Result<void, ProfileError> {
    if (this.#lock !== null) return ok(undefined)
    const lock = acquireLock(this.#options.directory)
    if (!lock.ok) return lock
    this.#lock = lock.value
    return ok(undefined)
  }

  async #create(name: string, protection: Creation['protection']): Promise<Result<NodeContext, ContractError>> {
    if (this.#state.kind === 'broken' && this.#state.error.code !== 'profileInUse') return err(this.#state.error)
    this.#look()
    if (this.#state.kind !== 'absent') return err(contractError('profileExists'))
    const unlock = await this.#unlockOf(protection.kind === 'keyring' ? null : protection.passphrase, true)
    if (unlock === null) return err(contractError('keyringUnavailable'))
    this.#set({ kind: 'opening' })
    const created = await createProfile(this.#options, name, unlock, () => this.#takeLock())
    if (!created.ok) {
      this.#look()
      this.#set(this.#state)
      return err(fromProfileError(created.error))
    }
    this.#protection = unlock.kind
    return this.#begin(created.value)
  }

  async #unlock(passphrase: string | null): Promise<Result<NodeContext, ContractError>> {
    if (this.#state.kind === 'open') return ok(this.#state.node.context)
    // What stood in the way may be gone: another instance, a read-only disk.
    if (this.#state.kind === 'broken') this.#look()
    if (this.#state.kind === 'absent') return err(contractError('profileMissing'))
    if (this.#state.kind === 'broken') return err(this.#state.error)
    if ((passphrase === null) !== (this.#protection === 'keyring')) return err(contractError('wrongPassphrase'))
    const unlock = await this.#unlockOf(passphrase, false)
    if (unlock === null) return err(contractError('keyringUnavailable'))
    this.#set({ kind: 'opening' })
    const key = openVault(this.#path('vault'), this.#options.crypto, unlock)
    this.#wipe(unlock)
    if (!key.ok) return this.#failed(fromProfileError(key.error))
    return this.#begin(key.value)
  }

  /** Opens the store with its key, which is wiped, and sets the node to work. */
  async #begin(key: Uint8Array): Promise<Result<NodeContext, ContractError>> {
    const { clock, crypto, log, storeWorkerUrl } = this.#options
    const sinceMs = clock.nowMs()
    const store = await openStore({ path: this.#path('database'), key, workerUrl: storeWorkerUrl, log })
    crypto.wipe(key)
    if (!store.ok) return this.#failed(fromProfileError(store.error))
    const node = await openNode({ ...this.#options, store: store.value })
    if (!node.ok) {
      const { error } = node
      return this.#failed(error.kind === 'storage' ? fromStoreError(error.error) : fromProfileError(error))
    }
    this.#set({ kind: 'open', node: node.value })
    log.info('profile.opened', { afterMs: clock.nowMs() - sinceMs })
    return ok(node.value.context)
  }

  #failed(error: ContractError): Result<never, ContractError> {
    this.#options.log.warn('profile.notOpened', { code: error.code })
    this.#set(passing.has(error.code) ? { kind: 'locked' } : { kind: 'broken', error })
    return err(error)
  }

  async #unlockOf(passphrase: string | null, create: boolean): Promise<Unlock | null> {
    if (passphrase !== null) return { kind: 'passphrase', passphrase }
    const key = this.#options.keyring.available ? await this.#options.keyring.key(create) : null
    return key && { kind: 'keyring', key }
  }

  #wipe(unlock: Unlock): void {
    if (unlock.kind === 'keyring') this.#options.crypto.wipe(unlock.key)
  }

  async #changePassphrase(current: string | null, next: string): Promise<Result<void, ContractError>> {
    if (this.#state.kind !== 'open') return err(contractError('locked'))
    if ((current === null) !== (this.#protection === 'keyring')) return err(contractError('wrongPassphrase'))
    const from = await this.#unlockOf(current, false)
    if (from === null) return err(contractError('keyringUnavailable'))
    const { crypto, random } = this.#options
    const entropy = random.bytes(changeEntropySizeBytes)
    const to: Unlock = { kind: 'passphrase', passphrase: next }
    const changed = changeProtection(this.#path('vault'), crypto, from, to, entropy)
    this.#wipe(from)
    if (!changed.ok) return err(fromProfileError(changed.error))
    this.#protection = 'passphrase'
    this.#set(this.#state)
    return ok(undefined)
  }
}
