/** People nearby for one open profile: begins and ends sittings, and marks as verified whom a sitting has proved. */
import { equalBytes } from '../../core/bytes.ts'
import type { CommandKind, CommandOf, Replies, SubmitError } from '../../core/engine/commands.ts'
import { descriptorHash, verifyDescriptor } from '../../core/identity/descriptor.ts'
import type { LocalIdentity } from '../../core/identity/account.ts'
import type { NearbyAccount, NearbyOutcome } from '../../core/identity/nearby/messages.ts'
import { accountIdOf } from '../../core/ids.ts'
import type { AccountId } from '../../core/ids.ts'
import { nearbyLimits } from '../../core/limits.ts'
import type { Clock, ContactRow, Crypto, Log, Random, SelfRow, SettingValue } from '../../core/ports.ts'
import type { Result } from '../../core/result.ts'
import type { NearbyNetwork } from '../../net/nearby/nearby.ts'
import type { ClickOutcome, NearbyInvite, NearbyPerson } from './sitting.ts'
import { Sitting } from './sitting.ts'

export interface NearbyOptions {
  readonly clock: Clock
  readonly random: Random
  readonly crypto: Crypto
  readonly log: Log
  /** Makes the network of a sitting; null where none may be held, whatever the settings say. */
  readonly network: (() => NearbyNetwork) | null
  readonly resident: () => {
    readonly identity: LocalIdentity
    readonly self: SelfRow
    contact(account: AccountId): ContactRow | null
    setting(key: string): SettingValue | null
  }
  readonly submit: <K extends CommandKind>(command: CommandOf<K>) => Promise<Result<Replies[K], SubmitError>>
  readonly changed: () => void
}

/** Why the last sitting ended. forbidden: who may learn where this device is was narrowed. */
export type SittingEnd = 'time' | 'attempts' | 'stopped' | 'forbidden'

export interface NearbyView {
  readonly isAvailable: boolean
  readonly endsAtMs: number | null
  readonly ended: SittingEnd | null
  readonly people: readonly NearbyPerson[]
}

interface Expected {
  readonly account: NearbyAccount
  readonly untilMs: number
}

export class Nearby {
  readonly #options: NearbyOptions
  #sitting: Sitting | null = null
  #ended: SittingEnd | null = null
  /** Whom the user has met, until their contact is ready to be marked. */
  readonly #expected = new Map<AccountId, Expected>()

  constructor(options: NearbyOptions) {
    this.#options = options
  }

  view(): NearbyView {
    const sitting = this.#sitting
    return {
      isAvailable: this.#isAvailable(),
      endsAtMs: sitting?.endsAtMs ?? null,
      ended: this.#ended,
      people: sitting?.people() ?? [],
    }
  }

  /** Switches it on, or goes on for so long from now. False where that is not allowed. */
  async start(durationMs: number = nearbyLimits.sittingMs): Promise<boolean> {
    const network = this.#options.network
    if (network === null || !this.#isAvailable()) return false
    if (this.#sitting !== null) {
      this.#sitting.extend(durationMs)
      this.#options.changed()
      return true
    }
    const sitting = this.#newSitting(network(), durationMs)
    this.#sitting = sitting
    this.#ended = null
    try {
      await sitting.start()
    } catch (thrown) {
      this.#options.log.warn('nearby.startFailed', { error: thrown instanceof Error ? thrown.name : 'unknown' })
      await this.#end(sitting, 'forbidden')
      return false
    }
    this.#options.changed()
    return true
  }

  stop(): Promise<void> {
    return this.#end(this.#sitting, 'stopped')
  }

  ask(peer: Parameters<Sitting['ask']>[0]): ClickOutcome {
    return this.#sitting?.ask(peer) ?? 'unknown'
  }
  answer(peer: Parameters<Sitting['ask']>[0], accept: boolean): ClickOutcome {
    return this.#sitting?.answer(peer, accept) ?? 'unknown'
  }
  compare(peer: Parameters<Sitting['ask']>[0], same: boolean): ClickOutcome {
    return this.#sitting?.compare(peer, same) ?? 'unknown'
  }

  /** The settings may forbid from now on what is under way. */
  settingsChanged(): void {
    if (this.#sitting !== null && !this.#isAvailable()) void this.#end(this.#sitting, 'forbidden')
    else this.#options.changed()
  }

  /** A contact whom the user has met may be ready now. */
  contactChanged(account: AccountId): void {
    const expected = this.#expected.get(account)
    if (expected === undefined) return
    if (this.#options.clock.nowMs() > expected.untilMs) return void this.#expected.delete(account)
    const row = this.#options.resident().contact(account)
    if (row === null || row.state !== 'active') return
    this.#expected.delete(account)
    const { crypto, submit } = this.#options
    const descriptor = verifyDescriptor(crypto, row.descriptor)
    if (!descriptor.ok || row.verifiedAtMs !== null) return
    if (!equalBytes(descriptorHash(crypto, descriptor.value), expected.account.descriptorHash)) return
    void submit<'setVerified'>({ kind: 'setVerified', account, verified: true })
  }

  #isAvailable(): boolean {
    return this.#options.network !== null && (this.#options.resident().setting('privacy') ?? 'open') === 'open'
  }

  #newSitting(network: NearbyNetwork, durationMs: number): Sitting {
    const { clock, random, crypto, log, changed } = this.#options
    const { identity, self } = this.#options.resident()
    const sitting: Sitting = new Sitting({
      clock,
      random,
      crypto,
      log,
      network,
      durationMs,
      ownName: self.name,
      ownAccount: { rootKey: identity.rootKey, descriptorHash: identity.descriptorHash },
      makeInvite: () => this.#makeInvite(),
      acceptInvite: (link, account) => this.#acceptInvite(link, account),
      met: (account) => this.#met(account),
      changed,
      ended: (why) => void this.#end(sitting, why),
    })
    return sitting
  }

  async #end(sitting: Sitting | null, why: SittingEnd): Promise<void> {
    if (sitting === null || this.#sitting !== sitting) return
    this.#sitting = null
    this.#ended = why
    this.#options.changed()
    await sitting.stop()
  }

  #met(account: NearbyAccount): void {
    const id = accountIdOf(account.rootKey)
    const untilMs = this.#options.clock.nowMs() + nearbyLimits.inviteLifetimeMs
    // A sitting knows few people, but there may be many sittings.
    if (this.#expected.size >= nearbyLimits.peopleMax) this.#expected.clear()
    this.#expected.set(id, { account, untilMs })
    this.contactChanged(id)
  }

  async #makeInvite(): Promise<NearbyInvite | null> {
    const { submit } = this.#options
    const made = await submit<'createInvite'>({ kind: 'createInvite', lifetimeMs: nearbyLimits.inviteLifetimeMs })
    if (!made.ok) return null
    const { link, invite } = made.value
    const withdraw = (): void => void submit<'withdrawInvite'>({ kind: 'withdrawInvite', invite: invite.invite })
    return { link, withdraw }
  }

  async #acceptInvite(link: string, { rootKey }: NearbyAccount): Promise<NearbyOutcome> {
    const { submit } = this.#options
    const claim = await submit<'inspectInvite'>({ kind: 'inspectInvite', link })
    if (!claim.ok || claim.value.account !== accountIdOf(rootKey)) return 'refused'
    const accepted = await submit<'acceptInvite'>({ kind: 'acceptInvite', link })
    if (accepted.ok) return 'added'
    return accepted.error.kind === 'inviteAlreadyContact' && accepted.error.state === 'active' ? 'known' : 'refused'
  }
}
