/** The story of one message with one device of its recipient: what has happened to it, since when, and by which way. */
import { t } from '../../i18n/index.ts'
import type { Delivery, DeliveryDetails } from '../../state/model.ts'

export interface Step {
  readonly state: Delivery['state']
  readonly title: string
  readonly words: string
  readonly atMs: number
  /** Whether it lasts: then its time is since when. */
  readonly lasting: boolean
}

/** The names that a story needs; of somebody who is no contact, null. */
export interface StoryNames {
  readonly recipient: string
  readonly holder: string | null
  readonly relay: string | null
}

function underWay({ via }: DeliveryDetails, { recipient, relay }: StoryNames): string {
  switch (via) {
    case null:
      return t('delivery.sentStory', recipient)
    case 'loopback':
      return t('delivery.sentLoopback', recipient)
    case 'lan':
      return t('delivery.sentLan', recipient)
    case 'direct':
      return t('delivery.sentDirect', recipient)
    case 'webrtc':
      return t('delivery.sentWebrtc', recipient)
    case 'relay':
      return relay === null ? t('delivery.sentRelay', recipient) : t('delivery.sentRelayOf', recipient, relay)
    case 'mailbox':
      return t('delivery.sentMailbox', recipient)
  }
}

function cameBy({ via }: DeliveryDetails, { holder }: StoryNames): string {
  switch (via) {
    case null:
      return ''
    case 'loopback':
      return t('delivery.cameLoopback')
    case 'lan':
      return t('delivery.cameLan')
    case 'direct':
      return t('delivery.cameDirect')
    case 'webrtc':
      return t('delivery.cameWebrtc')
    case 'relay':
      return t('delivery.cameRelay')
    case 'mailbox':
      return holder === null ? t('delivery.cameMailbox') : t('delivery.cameMailboxOf', holder)
  }
}

function wordsOf(details: DeliveryDetails, names: StoryNames): string {
  const { recipient, holder } = names
  switch (details.delivery.state) {
    case 'written': {
      const { mailProblem } = details
      const words = t('delivery.writtenStory', recipient)
      return mailProblem === null ? words : `${words} ${t(`delivery.mail.${mailProblem}`, recipient)}`
    }
    case 'sent':
      return underWay(details, names)
    case 'held':
      return holder === null ? t('delivery.heldStory', recipient) : t('delivery.heldBy', recipient, holder)
    case 'delivered':
      return `${t('delivery.deliveredStory', recipient)} ${cameBy(details, names)}`.trim()
    case 'read':
      return `${t('delivery.readStory', recipient)} ${cameBy(details, names)}`.trim()
  }
}

/** Oldest first. `storedAtMs`: when the message was stored here. */
export function storyOf(storedAtMs: number, details: DeliveryDetails, names: StoryNames): readonly Step[] {
  const { state, atMs } = details.delivery
  const now: Step = {
    state,
    title: state === 'sent' ? t('delivery.underWay') : t(`delivery.${state}`),
    words: wordsOf(details, names),
    atMs,
    lasting: state === 'written' || state === 'sent' || state === 'held',
  }
  if (state === 'written') return [now]
  const title = t('delivery.written')
  return [{ state: 'written', title, words: t('delivery.writtenBefore'), atMs: storedAtMs, lasting: false }, now]
}
