import { t } from '../../i18n/index.ts'
import { sentenceTime } from '../../i18n/time.ts'
import type { Contact } from '../../state/model.ts'
import { inviteFailed } from '../../state/selectors.ts'

/** How somebody is reached at this moment, in words. */
export function presenceOf(contact: Contact, nowMs: number): string {
  if (contact.state === 'keyChanged') return t('presence.keyChanged')
  if (contact.state === 'blocked') return t('conversations.blocked')
  if (contact.state === 'removed') return t('conversations.removed')
  if (contact.state === 'pending') return t(inviteFailed(contact) ? 'presence.inviteFailed' : 'presence.pending')
  if (contact.path !== 'away') return t(`presence.${contact.path}`)
  return contact.lastSeenAtMs === null
    ? t('presence.away')
    : t('presence.awaySince', sentenceTime(contact.lastSeenAtMs, nowMs))
}
