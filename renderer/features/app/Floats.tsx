import type { JSX } from 'solid-js'
import { lazy, Match, Suspense, Switch } from 'solid-js'
import type { Floating } from './context.ts'
import { useApp } from './context.ts'

const NewContact = lazy(async () => ({ default: (await import('../contacts/NewContact.tsx')).NewContact }))
const PeopleNearby = lazy(async () => ({ default: (await import('../nearby/PeopleNearby.tsx')).PeopleNearby }))
const SettingsDialog = lazy(async () => ({ default: (await import('../settings/SettingsDialog.tsx')).SettingsDialog }))
const Verify = lazy(async () => ({ default: (await import('../verification/Verify.tsx')).Verify }))
const Palette = lazy(async () => ({ default: (await import('../palette/Palette.tsx')).Palette }))

/** Fetches the dialogs once the window is quiet, so that the first click on one does not wait. */
export function warmFloats(): void {
  void NewContact.preload()
  void PeopleNearby.preload()
  void SettingsDialog.preload()
  void Verify.preload()
  void Palette.preload()
}

/** The dialog that is open, if any. Each is fetched with its first use. */
export function Floats(): JSX.Element {
  const { state, floating, float } = useApp()
  const close = (): void => float(null)
  const of = <K extends Floating['kind']>(kind: K): Extract<Floating, { kind: K }> | undefined => {
    const current = floating()
    return state.ready && current?.kind === kind ? (current as Extract<Floating, { kind: K }>) : undefined
  }
  return (
    <Suspense>
      <Switch>
        <Match when={of('newContact')}>{(open) => <NewContact link={open().link} onClose={close} />}</Match>
        <Match when={of('nearby')}>
          <PeopleNearby onClose={close} />
        </Match>
        <Match when={of('settings')}>
          <SettingsDialog onClose={close} />
        </Match>
        <Match when={of('verify')}>{(open) => <Verify account={open().account} onClose={close} />}</Match>
        <Match when={of('palette')}>
          <Palette onClose={close} />
        </Match>
      </Switch>
    </Suspense>
  )
}
