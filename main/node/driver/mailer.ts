/** Asks mailboxes for what committed steps caused, and brings their answers back as inputs. */
import { unreachable } from '../../core/assert.ts'
import { toHex } from '../../core/bytes.ts'
import type { Effect } from '../../core/engine/effects.ts'
import type { Happening } from '../../core/engine/inputs.ts'
import type { Network } from '../../core/ports.ts'

type MailEffect = Extract<
  Effect,
  { kind: 'deposit' | 'publish' | 'lookup' | 'registerTags' | 'collect' | 'removeItems' }
>

/**
 * A sitting for each tag: two tags in one would tell the mailbox that two recipients have the same friend, or that the
 * tags of two days are of one slot.
 */
const sittingFor = toHex

export class Mailer {
  readonly #network: Network
  readonly #enqueue: (happening: Happening) => void

  constructor(network: Network, enqueue: (happening: Happening) => void) {
    this.#network = network
    this.#enqueue = enqueue
  }

  /** Mailboxes answer in their own time; none of it rejects. */
  ask(effect: MailEffect): void {
    void this.#answer(effect).then((happening) => {
      if (happening !== null) this.#enqueue(happening)
    })
  }

  async #answer(effect: MailEffect): Promise<Happening | null> {
    const { mail } = this.#network
    switch (effect.kind) {
      case 'deposit': {
        const { device, mailbox, tag, item, order, envelope, told, atMs } = effect
        const outcome = await mail.deposit(mailbox, sittingFor(tag), tag, item)
        return { kind: 'deposited', device, mailbox: mailbox.device, order, envelope, outcome, told, atMs }
      }
      case 'publish': {
        const { mailbox, tag, record, lifetimeMs } = effect
        const outcome = await mail.publishRecord(mailbox, 'own', tag, record, lifetimeMs)
        return { kind: 'published', outcome }
      }
      case 'lookup': {
        const { device, mailbox, day, tag } = effect
        const record = await mail.lookupRecord(mailbox, sittingFor(tag), tag)
        return { kind: 'lookedUp', device, mailbox: mailbox.device, day, record }
      }
      case 'registerTags': {
        const { mailbox, tags } = effect
        return { kind: 'registered', mailbox, outcome: await mail.registerTags(mailbox, tags) }
      }
      case 'collect':
        return { kind: 'collected', mailbox: effect.mailbox, batch: await mail.collect(effect.mailbox) }
      case 'removeItems':
        await mail.removeItems(effect.mailbox, effect.ids)
        return null
      default:
        return unreachable(effect)
    }
  }
}
