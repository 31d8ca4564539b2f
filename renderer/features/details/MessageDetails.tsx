import type { JSX } from 'solid-js'
import { createResource, For, Show } from 'solid-js'
import type { MethodReply } from '../../client/client.ts'
import { t } from '../../i18n/index.ts'
import { fullTime, sentenceTime } from '../../i18n/time.ts'
import type { Conversation, Delivery, DeliveryDetails } from '../../state/model.ts'
import { DeliveryMark } from '../../ui/DeliveryMark.tsx'
import { useApp } from '../app/context.ts'
import { errorText } from '../app/errors.ts'
import { previewOf, senderName } from '../conversations/titles.ts'
import type { Step } from './story.ts'
import { storyOf } from './story.ts'
import styles from './Details.module.css'

type Found = MethodReply<'message.details'>
type Answer = { readonly found: Found } | { readonly problem: string }

export interface MessageDetailsProps {
  readonly conversation: Conversation
  readonly event: string
}

/** The full story of one message: when it was written, and how far it has come with whom. */
export function MessageDetails(props: MessageDetailsProps): JSX.Element {
  const { state, controller } = useApp()
  const shown = (): Delivery | null | undefined =>
    state.windows[props.conversation.conversation]?.messages.find((message) => message.event === props.event)?.delivery
  // Asked again whenever the mark beside the message moves.
  const [answer] = createResource(
    () => ({ event: props.event, state: shown()?.state, atMs: shown()?.atMs }),
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
            <Show when={details().deliveries.length === 0}>
              <dl class={styles.facts}>
                <dt>{t('details.written')}</dt>
                <dd>{fullTime(details().message.timeMs)}</dd>
                <dt>{t('details.storedHere')}</dt>
                <dd>{fullTime(details().message.storedAtMs)}</dd>
              </dl>
            </Show>
            <section class={styles.block}>
              <h3 class={styles.heading}>{t('details.path')}</h3>
              <Show when={!details().message.own}>
                <p>{t('delivery.receivedStory', senderName(state, details().message.sender))}</p>
              </Show>
              <For each={details().deliveries}>
                {(item) => (
                  <Story
                    storedAtMs={details().message.storedAtMs}
                    details={item}
                    several={details().deliveries.length > 1}
                  />
                )}
              </For>
            </section>
          </>
        )}
      </Show>
    </>
  )
}

interface StoryProps {
  readonly storedAtMs: number
  readonly details: DeliveryDetails
  /** More than one device is told about: then each is named. */
  readonly several: boolean
}

/** What happened to the message on its way to one device, step by step. */
function Story(props: StoryProps): JSX.Element {
  const { state, nowMs } = useApp()
  const nameOf = (account: string | null): string | null =>
    account === null ? null : (state.contacts[account]?.name ?? null)
  const steps = (): readonly Step[] =>
    storyOf(props.storedAtMs, props.details, {
      recipient: senderName(state, props.details.account),
      holder: nameOf(props.details.mailbox),
      relay: nameOf(props.details.relay),
    })
  const when = ({ atMs, lasting }: Step): string => {
    const time = sentenceTime(atMs, nowMs())
    return lasting ? t('delivery.since', time) : time
  }
  return (
    <>
      <Show when={props.several}>
        <h4 class={styles.note} dir="auto">
          {senderName(state, props.details.account)} · {t('details.device', props.details.device.slice(0, 8))}
        </h4>
      </Show>
      <ol class={styles.steps}>
        <For each={steps()}>
          {(step, place) => (
            <li class={styles.step} data-past={place() < steps().length - 1 ? '' : undefined}>
              <span class={styles.stepMark}>
                <Show when={place() === steps().length - 1} fallback={<span class={styles.stepDot} />}>
                  <DeliveryMark state={step.state} label={t(`delivery.${step.state}`)} />
                </Show>
              </span>
              <div>
                <p class={styles.stepLine}>
                  <strong class={styles.stepTitle}>{step.title}</strong>
                  <time class={styles.stepTime} title={fullTime(step.atMs)}>
                    {when(step)}
                  </time>
                </p>
                <p class={styles.stepWords}>{step.words}</p>
              </div>
            </li>
          )}
        </For>
      </ol>
    </>
  )
}
