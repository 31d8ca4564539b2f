/** Watching the camera for a code. Its picture stays in the element that shows it. */
import type { Accessor } from 'solid-js'
import { createSignal, onCleanup } from 'solid-js'
import { scanFrame } from '../contacts/scan.ts'

const lookEveryMs = 200
const frameEdgePx = 900

export type CameraProblem = 'denied' | 'missing'

export interface Camera {
  readonly running: Accessor<boolean>
  readonly starting: Accessor<boolean>
  readonly start: () => Promise<CameraProblem | null>
  readonly stop: () => void
  /** Shows the picture in the element and looks for a code in it. */
  readonly watch: (video: HTMLVideoElement) => void
}

export function createCamera(onText: (text: string) => void): Camera {
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
  const start = async (): Promise<CameraProblem | null> => {
    setStarting(true)
    try {
      const media = await navigator.mediaDevices.getUserMedia({ video: { facingMode: 'environment' }, audio: false })
      if (gone) for (const track of media.getTracks()) track.stop()
      else setStream(media)
      return null
    } catch (reason) {
      return reason instanceof DOMException && reason.name === 'NotAllowedError' ? 'denied' : 'missing'
    } finally {
      setStarting(false)
    }
  }
  const look = async (video: HTMLVideoElement): Promise<void> => {
    if (!stream()) return
    const { videoWidth, videoHeight } = video
    const text = videoWidth > 0 ? await scanFrame(video, videoWidth, videoHeight, frameEdgePx) : null
    if (!stream()) return
    if (text === null) {
      timer = setTimeout(() => void look(video), lookEveryMs)
      return
    }
    stop()
    onText(text)
  }
  const watch = (video: HTMLVideoElement): void => {
    video.srcObject = stream()
    void video.play().catch(() => undefined)
    timer = setTimeout(() => void look(video), lookEveryMs)
  }
  return { running: () => stream() !== null, starting, start, stop, watch }
}
