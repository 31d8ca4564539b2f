import type { JSX } from 'solid-js'
import { createResource, For, Show } from 'solid-js'
import type { MethodReply } from '../../client/client.ts'
import { t } from '../../i18n/index.ts'
import { fullTime } from '../../i18n/time.ts'
import type { Conversation } from '../../state/model.ts'
import { DeliveryMark } from '../../ui/DeliveryMark.tsx'
import { useApp } from '../app/context.ts'
import { errorText } from '../app/errors.ts'
import { previewOf, senderName } from '../conversations/titles.ts'
import styles from './Details.module.css'

type Found = MethodReply<'message.details'>
type Answer = { readonly found: Found } | { readonly problem: string }

export interface MessageDetailsProps {
  readonly conversation: Conversation
  readonly event: string
}

const stories = {
  written: 'delivery.writtenStory',
  sent: 'delivery.sentStory',
  held: 'delivery.heldStory',
  delivered: 'delivery.deliveredStory',
  read: 'delivery.readStory',
} as const

/** The full story of one message: when it was written, and how far it has come with whom. */
export function MessageDetails(props: MessageDetailsProps): JSX.Element {
  const { state, controller } = useApp()
  const shownState = (): string | undefined =>
    state.windows[props.conversation.conversation]?.messages.find((message) => message.event === props.event)?.delivery
      ?.state
  // Asked again whenever the mark beside the message moves.
  const [answer] = createResource(
    () => ({ event: props.event, seen: shownState() }),
    async ({ event }): Promise<Answer> => {
      const reply = await controller.client.call('message.details', { event })
      return reply.ok ? { found: reply.value } : { problem: errorText(reply.error) }
    },
  )
  const found = (): Found | undefined => {
    const current = answer.latest
    return current && 'found' in current ? current.found : undefined
  }
  const problem = (): string | undefined => {
    const current = answer.latest
    return current && 'problem' in current ? current.problem : undefined
  }
  return (
    <>
      <Show when={problem()}>
        <p role="alert">{problem()}</p>
      </Show>
      <Show when={found()}>
        {(details) => (
          <>
            <blockquote class={styles.quote} dir="auto">
              {previewOf(details().message)}
            </blockquote>
            <dl class={styles.facts}>
              <dt>{t('details.written')}</dt>
              <dd>{fullTime(details().message.timeMs)}</dd>
              <dt>{t('details.storedHere')}</dt>
              <dd>{fullTime(details().message.storedAtMs)}</dd>
            </dl>
            <section class={styles.block}>
              <h3 class={styles.heading}>{t('details.path')}</h3>
              <Show when={!details().message.own}>
                <p>{t('delivery.receivedStory', senderName(state, details().message.sender))}</p>
              </Show>
              <ul class={styles.deliveries}>
                <For each={details().deliveries}>
                  {(item) => (
                    <li class={styles.delivery}>
                      <DeliveryMark state={item.delivery.state} label={t(`delivery.${item.delivery.state}`)} />
                      <div>
                        <p>{t(stories[item.delivery.state], senderName(state, item.account))}</p>
                        <p class={styles.note}>
                          {fullTime(item.delivery.atMs)} · {t('details.device', item.device.slice(0, 8))}
                        </p>
                      </div>
                    </li>
                  )}
                </For>
              </ul>
            </section>
          </>
        )}
      </Show>
    </>
  )
}
