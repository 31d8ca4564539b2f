import CameraIcon from 'lucide-solid/icons/camera'
import ImageUp from 'lucide-solid/icons/image-up'
import type { JSX } from 'solid-js'
import { Show } from 'solid-js'
import { t } from '../../i18n/index.ts'
import { Button } from '../../ui/Button.tsx'
import { choosePicture, scanPicture } from '../contacts/scan.ts'
import { createCamera } from './camera.ts'
import styles from './Verify.module.css'

export interface ScanCodeProps {
  readonly onText: (text: string) => void
  readonly onProblem: (words: string) => void
}

/** Reads a code from the camera or from a picture. */
export function ScanCode(props: ScanCodeProps): JSX.Element {
  const camera = createCamera((text) => props.onText(text))
  const start = async (): Promise<void> => {
    const problem = await camera.start()
    if (problem) props.onProblem(t(problem === 'denied' ? 'verify.cameraDenied' : 'verify.cameraMissing'))
  }
  const choose = async (): Promise<void> => {
    const file = await choosePicture()
    if (!file) return
    const text = await scanPicture(file)
    if (text === null) props.onProblem(t('newContact.noCode'))
    else props.onText(text)
  }
  return (
    <>
      <Show when={camera.running()}>
        <video
          class={styles.camera}
          ref={(element) => camera.watch(element)}
          muted
          playsinline
          aria-label={t('verify.camera')}
        />
        <p class={styles.small}>{t('verify.cameraHint')}</p>
      </Show>
      <div class={styles.buttons}>
        <Show
          when={camera.running()}
          fallback={
            <Button size="small" icon={<CameraIcon size={16} />} busy={camera.starting()} onClick={() => void start()}>
              {t('verify.scanCamera')}
            </Button>
          }
        >
          <Button size="small" onClick={() => camera.stop()}>
            {t('verify.stopCamera')}
          </Button>
        </Show>
        <Button size="small" icon={<ImageUp size={16} />} onClick={() => void choose()}>
          {t('verify.scanImage')}
        </Button>
      </div>
    </>
  )
}
