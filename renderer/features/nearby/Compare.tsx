import type { JSX } from 'solid-js'
import { For, Match, onMount, Show, Switch } from 'solid-js'
import type { NearbyPerson } from '../../state/model.ts'
import { t } from '../../i18n/index.ts'
import { Avatar } from '../../ui/Avatar.tsx'
import { Button } from '../../ui/Button.tsx'
import type { NearbySitting } from './sitting.ts'
import { nameOf } from './sitting.ts'
import styles from './Nearby.module.css'

export interface CompareProps {
  readonly person: NearbyPerson
  readonly sitting: NearbySitting
}

/** The digits, to be compared with those on the other screen. They cannot be marked or copied: they are to be looked at. */
export function Compare(props: CompareProps): JSX.Element {
  let heading: HTMLElement | undefined
  // What had the focus is gone from the screen.
  onMount(() => heading?.focus())
  const name = (): string => nameOf(props.person)
  return (
    <section class={styles.compare} aria-labelledby="nearby-compare">
      <Avatar size="large" account={props.person.peer} name={props.person.name} />
      <h3
        id="nearby-compare"
        class={styles.compareTitle}
        tabIndex={-1}
        ref={(element) => (heading = element)}
        dir="auto"
      >
        {name()}
      </h3>
      <Switch>
        <Match when={props.person.digits}>{(digits) => <Digits digits={digits()} />}</Match>
        <Match when={props.person.stage === 'proving'}>
          <p class={styles.lead} role="status">
            {t('nearby.proving')}
          </p>
        </Match>
        <Match when={props.person.stage === 'adding'}>
          <p class={styles.lead} role="status">
            {t('nearby.adding')}
          </p>
        </Match>
      </Switch>
      <Show when={props.person.stage === 'comparing'}>
        <p class={styles.lead}>{t('nearby.compareLead', name())}</p>
        <div class={styles.verdict}>
          <Button look="primary" wide onClick={() => props.sitting.compare(props.person, true)}>
            {t('nearby.same')}
          </Button>
          <Button wide onClick={() => props.sitting.compare(props.person, false)}>
            {t('nearby.notSame')}
          </Button>
        </div>
      </Show>
      <Show when={props.person.stage === 'waiting'}>
        <p class={styles.lead} role="status">
          {t('nearby.waiting', name())}
        </p>
      </Show>
    </section>
  )
}

function Digits(props: { readonly digits: string }): JSX.Element {
  const groups = (): readonly string[] => props.digits.match(/.{4}/g) ?? []
  /** One by one, with a pause between the groups. */
  const spoken = (): string =>
    groups()
      .map((group) => group.split('').join(' '))
      .join(', ')
  return (
    <output class={styles.digits} aria-label={t('nearby.digits', spoken())} dir="ltr">
      <For each={groups()}>{(group) => <span aria-hidden="true">{group}</span>}</For>
    </output>
  )
}
