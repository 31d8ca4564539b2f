/** How conversations are called and previewed. */
import { t } from '../../i18n/index.ts'
import type { Conversation, Message, State } from '../../state/model.ts'
import { contactOf } from '../../state/selectors.ts'

const previewLengthMax = 160

export function titleOf(state: State, conversation: Conversation): string {
  if (conversation.kind === 'self') return t('conversations.self')
  if (conversation.kind === 'group') return t('conversations.group', conversation.members.length + 1)
  return contactOf(state, conversation)?.name ?? ''
}

export function senderName(state: State, account: string): string {
  if (account === state.self?.account) return t('conversation.you')
  return state.contacts[account]?.name ?? ''
}

/** One line of a message. Only the head of a long text is looked at. */
export function previewOf(message: Message): string {
  if (message.body.kind === 'unknown') return t('conversations.unknownKind')
  return message.body.text
    .slice(0, previewLengthMax * 2)
    .replace(/\s+/gu, ' ')
    .trim()
    .slice(0, previewLengthMax)
}

/** Case and accents aside. */
export function foldText(text: string): string {
  return text.normalize('NFKD').replace(/\p{M}/gu, '').toLocaleLowerCase()
}
