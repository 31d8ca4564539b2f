import TriangleAlert from 'lucide-solid/icons/triangle-alert'
import type { JSX } from 'solid-js'
import { createEffect, For, Match, on, Show, Switch } from 'solid-js'
import type { NearbyPerson } from '../../state/model.ts'
import { t } from '../../i18n/index.ts'
import { clockTime } from '../../i18n/time.ts'
import { Button } from '../../ui/Button.tsx'
import { Dialog } from '../../ui/Dialog.tsx'
import { Notice } from '../../ui/Notice.tsx'
import { useApp } from '../app/context.ts'
import { Compare } from './Compare.tsx'
import { PersonRow } from './PersonRow.tsx'
import type { NearbySitting } from './sitting.ts'
import { createSitting } from './sitting.ts'
import styles from './Nearby.module.css'

const comparingStages: ReadonlySet<NearbyPerson['stage']> = new Set(['proving', 'comparing', 'waiting', 'adding'])

/** Finds people on the same network who do the same, and makes them contacts once both saw the same digits. */
export function PeopleNearby(props: { readonly onClose: () => void }): JSX.Element {
  const { state, controller } = useApp()
  const sitting = createSitting()
  const isOn = (): boolean => state.nearby.endsAtMs !== null
  const comparing = (): NearbyPerson | undefined =>
    state.nearby.people.find((person) => comparingStages.has(person.stage))
  let box: HTMLElement | undefined
  const steps = (): string => state.nearby.people.map(({ peer, stage }) => `${peer} ${stage}`).join()
  // What had the focus may be gone with what it stood for.
  createEffect(
    on([isOn, steps], () => {
      if (document.activeElement === document.body) box?.focus()
    }),
  )
  const write = (person: NearbyPerson): void => {
    const contact = sitting.contactOf(person)
    // First the dialog goes, so that it does not hold the focus back from the composer.
    props.onClose()
    if (contact) controller.select(contact.conversation)
  }
  return (
    <Dialog title={t('nearby.title')} closeLabel={t('app.close')} modalOnly onClose={() => props.onClose()}>
      <div class={styles.nearby} tabIndex={-1} ref={(element) => (box = element)}>
        <Switch fallback={<People sitting={sitting} onWrite={write} />}>
          <Match when={!isOn()}>
            <Off sitting={sitting} />
          </Match>
          <Match when={comparing()}>{(person) => <Compare person={person()} sitting={sitting} />}</Match>
        </Switch>
        <Show when={sitting.problem()}>
          <p class={styles.problem} role="alert">
            {sitting.problem()}
          </p>
        </Show>
      </div>
    </Dialog>
  )
}

function Off(props: { readonly sitting: NearbySitting }): JSX.Element {
  const { state } = useApp()
  const name = (): string => state.self?.name ?? ''
  return (
    <>
      <Show when={state.nearby.ended === 'attempts'}>
        <Notice tone="danger" live icon={<TriangleAlert size={18} />}>
          {t('nearby.endedAttempts')}
        </Notice>
      </Show>
      <Show when={state.nearby.ended === 'time'}>
        <p role="status">{t('nearby.endedTime')}</p>
      </Show>
      <Show when={state.nearby.ended === 'forbidden'}>
        <p role="status">{t('nearby.endedForbidden')}</p>
      </Show>
      <p class={styles.lead}>{t('nearby.lead')}</p>
      <Show
        when={state.nearby.available}
        fallback={
          <Notice tone="waiting" icon={<TriangleAlert size={18} />}>
            {t('nearby.unavailable')}
          </Notice>
        }
      >
        <p class={styles.lead}>{name() === '' ? t('nearby.seenNameless') : t('nearby.seen', name())}</p>
        <Button look="primary" wide data-autofocus onClick={() => props.sitting.start()}>
          {t('nearby.start')}
        </Button>
      </Show>
    </>
  )
}

interface PeopleProps {
  readonly sitting: NearbySitting
  readonly onWrite: (person: NearbyPerson) => void
}

function People(props: PeopleProps): JSX.Element {
  const { state } = useApp()
  const untilMs = (): number => state.nearby.endsAtMs ?? 0
  return (
    <>
      <div class={styles.bar}>
        <p class={styles.until}>
          <span class={styles.pulse} aria-hidden="true" />
          {t('nearby.on', clockTime(untilMs()))}
        </p>
        <Button size="small" onClick={() => props.sitting.stop()}>
          {t('nearby.stop')}
        </Button>
      </div>
      <Show
        when={state.nearby.people.length > 0}
        fallback={
          <div class={styles.nobody} role="status">
            <p class={styles.nobodyTitle}>{t('nearby.emptyTitle')}</p>
            <p class={styles.lead}>{t('nearby.emptyLead')}</p>
          </div>
        }
      >
        <ul class={styles.people} aria-label={t('nearby.people')}>
          <For each={state.nearby.people}>
            {(person) => <PersonRow person={person} sitting={props.sitting} onWrite={() => props.onWrite(person)} />}
          </For>
        </ul>
      </Show>
    </>
  )
}
