import X from 'lucide-solid/icons/x'
import type { JSX } from 'solid-js'
import { For, onCleanup } from 'solid-js'
import { t } from '../../i18n/index.ts'
import type { Notice } from '../../state/model.ts'
import { IconButton } from '../../ui/IconButton.tsx'
import { useApp } from './context.ts'
import styles from './App.module.css'

const plainNoticeMs = 6_000

/** What happened that no view shows. Warnings stay until they are closed. */
export function Notices(): JSX.Element {
  const { state } = useApp()
  return (
    <div class={styles.notices} role="region" aria-label={t('notices.region')} aria-live="polite">
      <For each={state.notices}>{(notice) => <Toast notice={notice} />}</For>
    </div>
  )
}

function Toast(props: { readonly notice: Notice }): JSX.Element {
  const { dispatch } = useApp()
  const close = (): void => dispatch({ kind: 'noticeClosed', id: props.notice.id })
  // The tone of a notice never changes.
  // oxlint-disable-next-line solid/reactivity
  if (props.notice.tone === 'plain') {
    const timer = setTimeout(close, plainNoticeMs)
    onCleanup(() => clearTimeout(timer))
  }
  return (
    <div class={styles.toast} data-tone={props.notice.tone}>
      <p class={styles.toastText}>{props.notice.text}</p>
      <IconButton size="small" label={t('notices.dismiss')} onClick={close}>
        <X size={16} />
      </IconButton>
    </div>
  )
}
