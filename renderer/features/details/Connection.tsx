import type { JSX } from 'solid-js'
import { Show } from 'solid-js'
import { t } from '../../i18n/index.ts'
import type { Connections, Contact, ServiceUse } from '../../state/model.ts'
import { Choice } from '../../ui/Choice.tsx'
import { useApp } from '../app/context.ts'
import { errorText } from '../app/errors.ts'
import { connectionOf } from '../connections/watch.ts'
import { pathWords, roundTripWords } from '../connections/words.ts'
import styles from './Details.module.css'

interface PartProps {
  readonly contact: Contact
  readonly seen: Connections | undefined
}

/** The way on which somebody is reached at this moment, and how far that is; two rows of facts. */
export function ConnectionFacts(props: PartProps): JSX.Element {
  const { state } = useApp()
  const relay = (): string | null => {
    const account = connectionOf(props.seen, props.contact.account)?.relay ?? null
    return account === null ? null : (state.contacts[account]?.name ?? null)
  }
  const roundTrip = (): number | null => connectionOf(props.seen, props.contact.account)?.roundTripMs ?? null
  return (
    <Show when={props.contact.path !== 'away'}>
      <dt>{t('details.connection')}</dt>
      <dd>{pathWords(props.contact.path, relay())}</dd>
      <dt>{t('connections.roundTrip')}</dt>
      <dd class={styles.figure}>{roundTripWords(roundTrip())}</dd>
    </Show>
  )
}

/** What a contact's computer does for others: whether it is used, and what that tells them. */
export function Offers(props: PartProps): JSX.Element {
  const { state, controller } = useApp()
  const kind = (): 'relay' | 'mailbox' | 'both' | null => {
    const { relay, mailbox } = props.contact.offers
    if (relay && mailbox) return 'both'
    if (relay) return 'relay'
    return mailbox ? 'mailbox' : null
  }
  const inUse = (): string | undefined => {
    const relay = props.seen?.relays.includes(props.contact.account) ?? false
    const mailbox = props.seen?.mailboxes.includes(props.contact.account) ?? false
    if (relay && mailbox) return t('connections.offers.inUseBoth')
    if (relay) return t('connections.offers.inUseRelay')
    return mailbox ? t('connections.offers.inUseMailbox') : undefined
  }
  const auto = (): string | undefined => {
    if (props.contact.serviceUse !== 'auto') return undefined
    return t(state.settings.privacy === 'open' ? 'connections.offers.autoOpen' : 'connections.offers.autoHidden')
  }
  const choose = async (use: ServiceUse): Promise<void> => {
    const reply = await controller.client.call('contact.setServiceUse', { account: props.contact.account, use })
    if (reply.ok) controller.takeContactChange(reply.value)
    else controller.notice('danger', errorText(reply.error))
  }
  return (
    <Show when={props.contact.state === 'active' && kind()}>
      {(offered) => (
        <section class={styles.block}>
          <h3 class={styles.heading}>{t('connections.offers.title')}</h3>
          <p>{t(`connections.offers.${offered()}`, props.contact.name)}</p>
          <Choice
            label={t('connections.offers.use')}
            labelHidden
            value={props.contact.serviceUse}
            options={[
              { value: 'auto', label: t('connections.offers.auto') },
              { value: 'always', label: t('connections.offers.always') },
              { value: 'never', label: t('connections.offers.never') },
            ]}
            onChange={(use) => void choose(use)}
          />
          <Show when={inUse() ?? auto()}>
            <p class={styles.note}>{inUse() ?? auto()}</p>
          </Show>
          <p class={styles.note}>{t(learns[offered()], props.contact.name)}</p>
        </section>
      )}
    </Show>
  )
}

const learns = {
  relay: 'connections.offers.learnsRelay',
  mailbox: 'connections.offers.learnsMailbox',
  both: 'connections.offers.learnsBoth',
} as const
