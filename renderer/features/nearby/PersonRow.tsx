import type { JSX } from 'solid-js'
import { Match, Show, Switch } from 'solid-js'
import type { Contact, NearbyPerson } from '../../state/model.ts'
import { t } from '../../i18n/index.ts'
import { Avatar } from '../../ui/Avatar.tsx'
import { Button } from '../../ui/Button.tsx'
import { useApp } from '../app/context.ts'
import type { NearbySitting } from './sitting.ts'
import { nameOf } from './sitting.ts'
import styles from './Nearby.module.css'

export interface PersonRowProps {
  readonly person: NearbyPerson
  readonly sitting: NearbySitting
  readonly onWrite: () => void
}

const problems = {
  declined: 'nearby.declined',
  cancelled: 'nearby.cancelled',
  late: 'nearby.late',
  different: 'nearby.different',
  gone: 'nearby.gone',
  protocol: 'nearby.protocol',
  refused: 'nearby.refused',
} as const

/** How far it has come with them, in words; undefined while there is nothing to say. */
function stateWords({ stage, problem }: NearbyPerson, contact: Contact | undefined): string | undefined {
  if (stage === 'asked') return t('nearby.asked')
  if (stage === 'asking') return t('nearby.asking')
  if (stage === 'done') {
    if (contact === undefined) return t('nearby.adding')
    return contact.verifiedAtMs === null ? t('nearby.done') : t('nearby.doneVerified')
  }
  return problem === null ? undefined : t(problems[problem])
}

/** Somebody on the same network: what they call themselves, a warning where one is due, and what can be done. */
export function PersonRow(props: PersonRowProps): JSX.Element {
  const { state } = useApp()
  const name = (): string => nameOf(props.person)
  const contact = (): Contact | undefined => props.sitting.contactOf(props.person)
  const words = (): string | undefined => stateWords(props.person, contact())
  const lookalike = (): string | undefined => {
    const account = props.person.looksLike
    return account === null ? undefined : state.contacts[account]?.name
  }
  return (
    <li class={styles.person} data-stage={props.person.stage}>
      <Avatar account={props.person.peer} name={props.person.name} />
      <div class={styles.who}>
        <span class={styles.name} dir="auto">
          {name()}
        </span>
        <span class={styles.state} role="status">
          {words()}
        </span>
        <Show when={lookalike()}>
          {(other) => <span class={styles.warning}>{t('nearby.looksLike', other())}</span>}
        </Show>
        <Show when={props.person.alike}>
          <span class={styles.warning}>{t('nearby.alike')}</span>
        </Show>
      </div>
      <Actions {...props} isContact={contact() !== undefined} />
    </li>
  )
}

/** What can be done about them now. */
function Actions(props: PersonRowProps & { readonly isContact: boolean }): JSX.Element {
  const name = (): string => nameOf(props.person)
  return (
    <div class={styles.actions}>
      <Switch>
        <Match when={props.person.stage === 'here'}>
          <Button size="small" aria-label={t('nearby.askWhom', name())} onClick={() => props.sitting.ask(props.person)}>
            {t('nearby.ask')}
          </Button>
        </Match>
        <Match when={props.person.stage === 'asked'}>
          <Button size="small" onClick={() => props.sitting.answer(props.person, false)}>
            {t('app.cancel')}
          </Button>
        </Match>
        <Match when={props.person.stage === 'asking'}>
          <Button
            size="small"
            look="primary"
            aria-label={t('nearby.acceptWhom', name())}
            onClick={() => props.sitting.answer(props.person, true)}
          >
            {t('nearby.accept')}
          </Button>
          <Button
            size="small"
            aria-label={t('nearby.declineWhom', name())}
            onClick={() => props.sitting.answer(props.person, false)}
          >
            {t('nearby.decline')}
          </Button>
        </Match>
        <Match when={props.person.stage === 'done' && props.isContact}>
          <Button
            size="small"
            look="primary"
            aria-label={t('nearby.writeWhom', name())}
            onClick={() => props.onWrite()}
          >
            {t('nearby.write')}
          </Button>
        </Match>
      </Switch>
    </div>
  )
}
