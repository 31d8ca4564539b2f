import CircleHelp from 'lucide-solid/icons/circle-question-mark'
import Unlink from 'lucide-solid/icons/unlink'
import type { JSX } from 'solid-js'
import { Match, Show, Switch } from 'solid-js'
import { t } from '../../i18n/index.ts'
import { clockTime, dayLabel, fullTime } from '../../i18n/time.ts'
import type { Conversation, Message } from '../../state/model.ts'
import { Button } from '../../ui/Button.tsx'
import { DeliveryMark } from '../../ui/DeliveryMark.tsx'
import { useApp } from '../app/context.ts'
import { senderName, titleOf } from '../conversations/titles.ts'
import { MessageText } from './MessageText.tsx'
import type { Row } from './rows.ts'
import styles from './Message.module.css'

export interface RowProps {
  readonly row: Row
  readonly conversation: Conversation
  readonly query: string
  /** Whether this is the message that the find bar stands at. */
  readonly found: boolean
  readonly onMenu: (message: Message, x: number, y: number) => void
}

/** A row keeps its kind as long as it lives. */
export function RowView(props: RowProps): JSX.Element {
  const { state, nowMs } = useApp()
  const row = <K extends Row['kind']>(kind: K): Extract<Row, { kind: K }> | undefined =>
    props.row.kind === kind ? (props.row as Extract<Row, { kind: K }>) : undefined
  return (
    <Switch>
      <Match when={row('message')}>{(message) => <MessageRow {...props} row={message()} />}</Match>
      <Match when={row('pending')}>
        {(pending) => <PendingRow row={pending()} conversation={props.conversation} />}
      </Match>
      <Match when={row('day')}>
        {(day) => (
          <div class={styles.day} role="separator" aria-label={dayLabel(day().timeMs, nowMs())}>
            <span>{dayLabel(day().timeMs, nowMs())}</span>
          </div>
        )}
      </Match>
      <Match when={row('unread')}>
        <div class={styles.unread} role="separator" aria-label={t('conversation.unreadFrom')}>
          <span>{t('conversation.unreadFrom')}</span>
        </div>
      </Match>
      <Match when={row('gap')}>
        {(gap) => (
          <div class={styles.gap} role="note">
            <Unlink size={15} aria-hidden="true" />
            <span>
              {t('conversation.missing', gap().count, senderName(state, gap().sender))}
              <span class={styles.gapHint}>{t('conversation.missingHint')}</span>
            </span>
          </div>
        )}
      </Match>
      <Match when={row('beginning')}>
        <p class={styles.beginning}>
          {props.conversation.kind === 'self'
            ? t('conversation.beginningSelf')
            : t('conversation.beginning', titleOf(state, props.conversation))}
        </p>
      </Match>
    </Switch>
  )
}

type MessageRowProps = Omit<RowProps, 'row'> & { readonly row: Extract<Row, { kind: 'message' }> }

function MessageRow(props: MessageRowProps): JSX.Element {
  const { state } = useApp()
  const message = (): Message => props.row.message
  const sender = (): string => senderName(state, message().sender)
  const text = (): string | null => {
    const { body } = message()
    return body.kind === 'text' ? body.text : null
  }
  const menu = (event: MouseEvent): void => {
    event.preventDefault()
    props.onMenu(message(), event.clientX, event.clientY)
  }
  return (
    <article
      class={styles.row}
      data-own={message().own ? '' : undefined}
      data-first={props.row.first ? '' : undefined}
      data-last={props.row.last ? '' : undefined}
      data-event={message().event}
      tabindex="-1"
      aria-label={t('conversation.messageFrom', sender(), clockTime(message().timeMs))}
      onContextMenu={menu}
    >
      <div class={styles.bubble} data-found={props.found ? '' : undefined}>
        <Show when={props.conversation.kind === 'group' && props.row.first && !message().own}>
          <bdi class={styles.sender}>{sender()}</bdi>
        </Show>
        <Show when={text() !== null} fallback={<UnknownBody />}>
          <MessageText text={text() ?? ''} query={props.query} />
        </Show>
      </div>
      <Show
        when={props.row.last}
        fallback={
          <span class="visually-hidden">
            <Mark message={message()} conversation={props.conversation} />
          </span>
        }
      >
        <div class={styles.meta}>
          <time title={fullTime(message().timeMs)}>{clockTime(message().timeMs)}</time>
          <Mark message={message()} conversation={props.conversation} />
        </div>
      </Show>
    </article>
  )
}

function UnknownBody(): JSX.Element {
  return (
    <p class={styles.unknown}>
      <CircleHelp size={16} aria-hidden="true" />
      {t('conversation.unknown')}
    </p>
  )
}

/** How far an own message has come. A note to self goes nowhere and has no mark. */
function Mark(props: { readonly message: Message; readonly conversation: Conversation }): JSX.Element {
  return (
    <Show when={props.message.own && props.conversation.kind !== 'self' && props.message.delivery}>
      {(delivery) => <DeliveryMark state={delivery().state} label={t(`delivery.${delivery().state}`)} />}
    </Show>
  )
}

interface PendingRowProps {
  readonly row: Extract<Row, { kind: 'pending' }>
  readonly conversation: Conversation
}

function PendingRow(props: PendingRowProps): JSX.Element {
  const { controller } = useApp()
  const pending = (): PendingRowProps['row']['pending'] => props.row.pending
  const failed = (): boolean => pending().failure !== null
  return (
    <article
      class={styles.row}
      data-own=""
      data-first={props.row.first ? '' : undefined}
      data-last={props.row.last || failed() ? '' : undefined}
      tabindex="-1"
      aria-label={t('conversation.messageFrom', t('conversation.you'), clockTime(pending().timeMs))}
    >
      <div class={styles.bubble} data-pending="">
        <MessageText text={pending().text} query="" />
      </div>
      <Show when={props.row.last || failed()}>
        <div class={styles.meta}>
          <Show
            when={failed()}
            fallback={
              <>
                <time>{clockTime(pending().timeMs)}</time>
                <DeliveryMark state="writing" label={t('delivery.writing')} />
              </>
            }
          >
            <span class={styles.failure} role="alert">
              {pending().failure}
            </span>
            <Button
              size="small"
              look="quiet"
              onClick={() => controller.retry(props.conversation.conversation, pending())}
            >
              {t('conversation.retry')}
            </Button>
            <Button
              size="small"
              look="quiet"
              onClick={() => controller.discard(props.conversation.conversation, pending().clientId)}
            >
              {t('conversation.discard')}
            </Button>
          </Show>
        </div>
      </Show>
    </article>
  )
}
