import type { JSX } from 'solid-js'
import { createMemo, For, Show } from 'solid-js'
import { t } from '../../i18n/index.ts'
import type { Connections, Contact } from '../../state/model.ts'
import { Avatar } from '../../ui/Avatar.tsx'
import { useApp } from '../app/context.ts'
import styles from './Connections.module.css'
import { connectionOf } from './watch.ts'
import { pathWords, roundTripWords } from './words.ts'

/** Those who are connected: by which way, and how far away. Of the others, how many there are. */
export function People(props: { readonly seen: Connections | undefined }): JSX.Element {
  const { state } = useApp()
  const here = createMemo((): readonly string[] => {
    const connected = (props.seen?.contacts ?? []).filter(({ path }) => path !== 'away')
    const names = connected.map(({ account }) => ({ account, name: state.contacts[account]?.name ?? '' }))
    return names.toSorted((a, b) => a.name.localeCompare(b.name)).map(({ account }) => account)
  })
  const away = (): number => (props.seen?.contacts.length ?? 0) - here().length
  return (
    <>
      <Show when={here().length > 0}>
        <ul class={styles.people}>
          <For each={here()}>
            {(account) => (
              <Show when={state.contacts[account]}>
                {(contact) => <Person contact={contact()} seen={props.seen} />}
              </Show>
            )}
          </For>
        </ul>
      </Show>
      <p class={styles.note}>
        <Show when={away() > 0}>{t('connections.away', away())} </Show>
        <Show when={here().length > 0}>{t('connections.roundTripLead')}</Show>
      </p>
    </>
  )
}

function Person(props: { readonly contact: Contact; readonly seen: Connections | undefined }): JSX.Element {
  const { state } = useApp()
  const words = (): { readonly path: string; readonly roundTrip: string } => {
    const connection = connectionOf(props.seen, props.contact.account)
    const relay = connection?.relay ?? null
    const relayName = relay === null ? null : (state.contacts[relay]?.name ?? null)
    return {
      path: pathWords(connection?.path ?? 'away', relayName),
      roundTrip: roundTripWords(connection?.roundTripMs ?? null),
    }
  }
  return (
    <li class={styles.person}>
      <Avatar size="small" account={props.contact.account} name={props.contact.name} connected />
      <div class={styles.personWords}>
        <p class={styles.personName} dir="auto">
          {props.contact.name}
        </p>
        <p class={styles.note}>{words().path}</p>
      </div>
      <p class={styles.roundTrip}>
        <span class="visually-hidden">{t('connections.roundTrip')}: </span>
        {words().roundTrip}
      </p>
    </li>
  )
}
