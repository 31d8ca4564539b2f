import Pencil from 'lucide-solid/icons/notebook-pen'
import type { JSX } from 'solid-js'
import { Match, Show, Switch } from 'solid-js'
import { t } from '../../i18n/index.ts'
import { shortTime } from '../../i18n/time.ts'
import type { Contact, Conversation } from '../../state/model.ts'
import { contactOf, inviteFailed, lastTimeMs, sealOf } from '../../state/selectors.ts'
import { Avatar } from '../../ui/Avatar.tsx'
import { DeliveryMark } from '../../ui/DeliveryMark.tsx'
import { Seal } from '../../ui/Seal.tsx'
import { useApp } from '../app/context.ts'
import { previewOf, titleOf } from './titles.ts'
import styles from './ConversationList.module.css'

export function ConversationRow(props: { readonly conversation: Conversation }): JSX.Element {
  const { state, controller, nowMs } = useApp()
  const contact = (): Contact | undefined => contactOf(state, props.conversation)
  const selected = (): boolean => state.selected === props.conversation.conversation
  const connected = (): boolean => (contact()?.path ?? 'away') !== 'away'
  const draft = (): string => (selected() ? '' : (state.drafts[props.conversation.conversation] ?? '').trim())

  return (
    <button
      type="button"
      class={styles.row}
      data-row
      data-unread={props.conversation.unread > 0 ? '' : undefined}
      aria-current={selected() ? 'true' : undefined}
      onClick={() => controller.select(props.conversation.conversation)}
    >
      <Avatar
        account={contact()?.account ?? props.conversation.conversation}
        name={titleOf(state, props.conversation)}
        connected={connected()}
        {...(props.conversation.kind === 'self' && { icon: <Pencil size={19} /> })}
      />
      <span class={styles.words}>
        <span class={styles.line}>
          <bdi class={styles.name}>{titleOf(state, props.conversation)}</bdi>
          <Show when={contact()}>
            {(known) => (
              <Show when={sealOf(known()) !== 'plain'}>
                <Seal state={sealOf(known())} size={16} label={t(`seal.${sealOf(known())}`)} />
              </Show>
            )}
          </Show>
          <time class={styles.time}>{shortTime(lastTimeMs(props.conversation), nowMs())}</time>
        </span>
        <span class={styles.line}>
          <Preview conversation={props.conversation} contact={contact()} draft={draft()} />
          <Show when={props.conversation.unread > 0}>
            <span class={styles.unread}>
              <span aria-hidden="true">{props.conversation.unread > 999 ? '999+' : props.conversation.unread}</span>
              <span class="visually-hidden">{t('conversations.unread', props.conversation.unread)}</span>
            </span>
          </Show>
        </span>
      </span>
      <Show when={connected()}>
        <span class="visually-hidden">{t('conversations.connected')}</span>
      </Show>
    </button>
  )
}

interface PreviewProps {
  readonly conversation: Conversation
  readonly contact: Contact | undefined
  readonly draft: string
}

function Preview(props: PreviewProps): JSX.Element {
  const special = (): string | undefined => {
    const state = props.contact?.state
    if (state === 'keyChanged') return t('conversations.keyChanged')
    if (state === 'blocked') return t('conversations.blocked')
    if (state === 'removed') return t('conversations.removed')
    if (props.contact && inviteFailed(props.contact)) return t('presence.inviteFailed')
    if (state === 'pending' && !props.conversation.last) return t('conversations.waitingForThem')
    return undefined
  }
  return (
    <Switch fallback={<span class={styles.preview}>{t('conversations.noMessages')}</span>}>
      <Match when={special()}>
        {(words) => (
          <span class={styles.preview} data-tone={props.contact?.state === 'keyChanged' ? 'danger' : undefined}>
            {words()}
          </span>
        )}
      </Match>
      <Match when={props.draft}>
        <span class={styles.preview}>
          <span class={styles.draft}>{t('conversations.draft')}</span> <bdi>{props.draft.slice(0, 160)}</bdi>
        </span>
      </Match>
      <Match when={props.conversation.last}>
        {(last) => (
          <>
            <span class={styles.preview} dir="auto">
              {previewOf(last())}
            </span>
            <Show when={last().own && props.conversation.kind !== 'self' && last().delivery}>
              {(delivery) => <DeliveryMark state={delivery().state} label={t(`delivery.${delivery().state}`)} />}
            </Show>
          </>
        )}
      </Match>
    </Switch>
  )
}
