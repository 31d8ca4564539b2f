import type { JSX } from 'solid-js'
import { createResource, Show } from 'solid-js'
import { t } from '../../i18n/index.ts'
import { Bird } from '../../ui/Bird.tsx'
import { useApp } from '../app/context.ts'
import styles from './Settings.module.css'

export function About(): JSX.Element {
  const { controller } = useApp()
  const [facts] = createResource(async () => {
    const reply = await controller.shell.call('about', {})
    return reply.ok ? reply.value : null
  })
  return (
    <div class={styles.about}>
      <Bird size={56} />
      <Show when={facts()}>
        {(known) => (
          <dl class={styles.facts}>
            <dt>{t('settings.version')}</dt>
            <dd>{known().version}</dd>
            <dt>{t('settings.profileName')}</dt>
            <dd dir="auto">{known().profile}</dd>
            <dt>{t('settings.platform')}</dt>
            <dd>{known().platform}</dd>
            <dt>{t('settings.sandbox')}</dt>
            <dd>{known().sandboxed ? t('settings.sandboxOn') : t('settings.sandboxOff')}</dd>
            <dt>{t('settings.license')}</dt>
            <dd>{t('settings.licenseText')}</dd>
          </dl>
        )}
      </Show>
    </div>
  )
}
