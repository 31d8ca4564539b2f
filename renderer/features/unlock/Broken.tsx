import TriangleAlert from 'lucide-solid/icons/triangle-alert'
import type { JSX } from 'solid-js'
import { t } from '../../i18n/index.ts'
import { Bird } from '../../ui/Bird.tsx'
import { Button } from '../../ui/Button.tsx'
import { Notice } from '../../ui/Notice.tsx'
import { useApp } from '../app/context.ts'
import styles from '../onboarding/Onboarding.module.css'

/** A profile that is there and cannot be opened: what happened, what it means, what to do. */
export function Broken(): JSX.Element {
  const { state, controller } = useApp()
  return (
    <main class={styles.stage}>
      <div class={styles.card} data-wide="">
        <Bird size={96} />
        <h1 class={styles.title}>{t('broken.title')}</h1>
        <div class={styles.fields}>
          <Notice tone="danger" live icon={<TriangleAlert size={18} />}>
            {state.profile?.problem ?? t('errors.profileBroken')}
          </Notice>
          <p>{t('broken.lead')}</p>
          <p class={styles.note}>{t('broken.whatToDo')}</p>
          <Button wide onClick={() => controller.refresh()}>
            {t('broken.retry')}
          </Button>
        </div>
      </div>
    </main>
  )
}
