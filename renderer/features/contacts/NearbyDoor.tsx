import Radar from 'lucide-solid/icons/radar'
import type { JSX } from 'solid-js'
import { t } from '../../i18n/index.ts'
import { Button } from '../../ui/Button.tsx'
import { useApp } from '../app/context.ts'
import styles from './NewContact.module.css'

/** The way to those who are on the same network, and need no invite. */
export function NearbyDoor(): JSX.Element {
  const { float } = useApp()
  return (
    <section class={styles.half} aria-labelledby="nearby-title">
      <h3 id="nearby-title" class={styles.heading}>
        {t('nearby.doorTitle')}
      </h3>
      <p class={styles.lead}>{t('nearby.doorLead')}</p>
      <Button wide icon={<Radar size={17} />} onClick={() => float({ kind: 'nearby' })}>
        {t('nearby.title')}
      </Button>
    </section>
  )
}
