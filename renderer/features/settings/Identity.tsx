import Copy from 'lucide-solid/icons/copy'
import FolderDown from 'lucide-solid/icons/folder-down'
import type { JSX } from 'solid-js'
import { createSignal, Show } from 'solid-js'
import { t } from '../../i18n/index.ts'
import { Button } from '../../ui/Button.tsx'
import { Fingerprint } from '../../ui/Fingerprint.tsx'
import { useApp } from '../app/context.ts'
import { errorText } from '../app/errors.ts'
import styles from './Settings.module.css'

/** The own fingerprint, and the files by which anybody can check it. */
export function Identity(): JSX.Element {
  const { state, controller } = useApp()
  const [folder, setFolder] = createSignal<string>()
  const [problem, setProblem] = createSignal<string>()
  const [busy, setBusy] = createSignal(false)
  const [copied, setCopied] = createSignal(false)

  const exportFiles = async (): Promise<void> => {
    setBusy(true)
    setProblem(undefined)
    const made = await controller.client.call('fingerprint.export', {})
    const written = made.ok ? await controller.shell.call('exportFiles', { files: made.value.files }) : made
    setBusy(false)
    if (!written.ok) return void (written.error.code !== 'cancelled' && setProblem(errorText(written.error)))
    if ('folder' in written.value && written.value.folder !== null) setFolder(written.value.folder)
  }
  return (
    <>
      <p class={styles.note}>{t('settings.fingerprintLead')}</p>
      <div class={styles.print}>
        <Fingerprint value={state.self?.fingerprint ?? ''} label={t('settings.fingerprint')} />
      </div>
      <div class={styles.buttons}>
        <Button size="small" icon={<FolderDown size={16} />} busy={busy()} onClick={() => void exportFiles()}>
          {t('settings.exportFingerprint')}
        </Button>
        <Button
          size="small"
          icon={<Copy size={16} />}
          onClick={() => void controller.copy(state.self?.fingerprint ?? '').then(setCopied)}
        >
          {copied() ? t('app.copied') : t('settings.copyFingerprint')}
        </Button>
      </div>
      <Show when={folder()}>
        {(name) => (
          <p class={styles.note} role="status">
            {t('settings.exported', name())}
          </p>
        )}
      </Show>
      <Show when={problem()}>
        <p class={styles.problem} role="alert">
          {problem()}
        </p>
      </Show>
    </>
  )
}
