import Camera from 'lucide-solid/icons/camera'
import ImageUp from 'lucide-solid/icons/image-up'
import type { JSX } from 'solid-js'
import { createSignal, onCleanup, Show } from 'solid-js'
import { t } from '../../i18n/index.ts'
import { Button } from '../../ui/Button.tsx'
import { choosePicture, scanFrame, scanPicture } from '../contacts/scan.ts'
import styles from './Verify.module.css'

const lookEveryMs = 200
const frameEdgePx = 900

export interface ScanCodeProps {
  readonly onText: (text: string) => void
  readonly onProblem: (words: string) => void
}

/** Reads a code from the camera or from a picture. The camera's picture never leaves this element. */
export function ScanCode(props: ScanCodeProps): JSX.Element {
  const [stream, setStream] = createSignal<MediaStream | null>(null)
  const [starting, setStarting] = createSignal(false)
  let timer: ReturnType<typeof setTimeout> | undefined
  let gone = false

  const stop = (): void => {
    clearTimeout(timer)
    for (const track of stream()?.getTracks() ?? []) track.stop()
    setStream(null)
  }
  onCleanup(() => {
    gone = true
    stop()
  })
  const start = async (): Promise<void> => {
    setStarting(true)
    try {
      const media = await navigator.mediaDevices.getUserMedia({ video: { facingMode: 'environment' }, audio: false })
      if (gone) for (const track of media.getTracks()) track.stop()
      else setStream(media)
    } catch (reason) {
      const denied = reason instanceof DOMException && reason.name === 'NotAllowedError'
      props.onProblem(t(denied ? 'verify.cameraDenied' : 'verify.cameraMissing'))
    }
    setStarting(false)
  }
  const watch = (video: HTMLVideoElement): void => {
    video.srcObject = stream()
    void video.play().catch(() => undefined)
    const look = async (): Promise<void> => {
      if (!stream()) return
      const text = video.videoWidth > 0 ? await scanFrame(video, video.videoWidth, video.videoHeight, frameEdgePx) : null
      if (text !== null && stream()) {
        stop()
        props.onText(text)
        return
      }
      timer = setTimeout(() => void look(), lookEveryMs)
    }
    timer = setTimeout(() => void look(), lookEveryMs)
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
      <Show when={stream()}>
        <video class={styles.camera} ref={watch} muted playsinline aria-label={t('verify.camera')} />
        <p class={styles.small}>{t('verify.cameraHint')}</p>
      </Show>
      <div class={styles.buttons}>
        <Show
          when={stream()}
          fallback={
            <Button size="small" icon={<Camera size={16} />} busy={starting()} onClick={() => void start()}>
              {t('verify.scanCamera')}
            </Button>
          }
        >
          <Button size="small" onClick={stop}>
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
