import { t } from '../../i18n/index.ts'
import type { State, Warning } from '../../state/model.ts'

/** The sentence for what nobody asked about, in the reader's language. */
export function warningText({ code, account }: Warning, state: State): string {
  const contact = account === null ? undefined : state.contacts[account]
  const about = (words: string): string => (contact === undefined ? words : t('notices.about', contact.name, words))
  if (code === 'keyChanged') return about(t('errors.contactKeyChanged'))
  if (code !== 'inviteFailed') return t(`errors.${code}`)
  const problem = contact?.pendingProblem
  return about(problem ? t(`newContact.why.${problem}`) : t('newContact.failed'))
}
