import type { JSX } from 'solid-js'
import { For } from 'solid-js'
import { t } from '../../i18n/index.ts'
import { Choice } from '../../ui/Choice.tsx'
import { Dialog } from '../../ui/Dialog.tsx'
import { Switch } from '../../ui/Switch.tsx'
import { useApp } from '../app/context.ts'
import { About } from './About.tsx'
import { Identity } from './Identity.tsx'
import { Invites } from './Invites.tsx'
import { Network } from './Network.tsx'
import { OwnName } from './OwnName.tsx'
import { Passphrase } from './Passphrase.tsx'
import { Section } from './Section.tsx'
import { Serving } from './Serving.tsx'
import { Whereabouts } from './Whereabouts.tsx'
import styles from './Settings.module.css'

const sections = [
  'profile',
  'appearance',
  'privacy',
  'identity',
  'invites',
  'network',
  'serving',
  'passphrase',
  'about',
] as const

/** One page, with a way to jump to each part of it. */
export function SettingsDialog(props: { readonly onClose: () => void }): JSX.Element {
  const jump = (section: (typeof sections)[number]): void => {
    document.getElementById(`settings-${section}`)?.scrollIntoView({ behavior: 'smooth', block: 'start' })
  }
  return (
    <Dialog size="large" title={t('settings.title')} closeLabel={t('app.close')} onClose={() => props.onClose()}>
      <div class={styles.page}>
        <nav class={styles.nav} aria-label={t('settings.sections')}>
          <ul>
            <For each={sections}>
              {(section) => (
                <li>
                  <button type="button" class={styles.jump} onClick={() => jump(section)}>
                    {t(`settings.${section}`)}
                  </button>
                </li>
              )}
            </For>
          </ul>
        </nav>
        <div class={styles.sections}>
          <Section id="profile">
            <OwnName />
          </Section>
          <Section id="appearance">
            <Appearance />
          </Section>
          <Section id="privacy">
            <Privacy />
          </Section>
          <Section id="identity">
            <Identity />
          </Section>
          <Section id="invites">
            <Invites />
          </Section>
          <Section id="network">
            <Network />
          </Section>
          <Section id="serving">
            <Serving />
          </Section>
          <Section id="passphrase">
            <Passphrase />
          </Section>
          <Section id="about">
            <About />
          </Section>
        </div>
      </div>
    </Dialog>
  )
}

function Appearance(): JSX.Element {
  const { state, controller } = useApp()
  return (
    <>
      <Choice
        label={t('settings.theme')}
        value={state.settings.theme}
        options={[
          { value: 'system', label: t('settings.themeSystem') },
          { value: 'light', label: t('settings.themeLight') },
          { value: 'dark', label: t('settings.themeDark') },
          { value: 'contrast', label: t('settings.themeContrast') },
        ]}
        onChange={(theme) => void controller.saveSettings({ theme })}
      />
      <Choice
        label={t('settings.density')}
        value={state.settings.density}
        options={[
          { value: 'comfortable', label: t('settings.densityComfortable') },
          { value: 'compact', label: t('settings.densityCompact') },
        ]}
        onChange={(density) => void controller.saveSettings({ density })}
      />
    </>
  )
}

function Privacy(): JSX.Element {
  const { state, controller } = useApp()
  return (
    <>
      <Switch
        label={t('settings.receipts')}
        hint={t('settings.receiptsHint')}
        checked={state.settings.sendReadReceipts}
        onChange={(sendReadReceipts) => void controller.saveSettings({ sendReadReceipts })}
      />
      <Switch
        label={t('settings.lan')}
        hint={t(state.settings.privacy === 'open' ? 'settings.lanHint' : 'settings.notWhileHidden')}
        checked={state.settings.lanDiscovery}
        onChange={(lanDiscovery) => void controller.saveSettings({ lanDiscovery })}
      />
      <Whereabouts />
      <Choice
        label={t('settings.notifications')}
        value={state.settings.notifications}
        options={[
          { value: 'full', label: t('settings.notificationsFull') },
          { value: 'nameOnly', label: t('settings.notificationsName') },
          { value: 'quiet', label: t('settings.notificationsQuiet') },
        ]}
        onChange={(notifications) => void controller.saveSettings({ notifications })}
      />
    </>
  )
}
