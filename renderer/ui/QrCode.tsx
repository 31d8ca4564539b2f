import encodeQR from 'qr'
import type { JSX } from 'solid-js'
import { createMemo, Show } from 'solid-js'
import styles from './QrCode.module.css'

/** The quiet zone that readers need, in modules. */
const border = 4

/** The code as one path of unit squares, or null when the text is too long for a code. */
export function qrPath(text: string): { readonly path: string; readonly size: number } | null {
  let modules: boolean[][]
  try {
    modules = encodeQR(text, 'raw', { ecc: text.length > 600 ? 'low' : 'medium', border })
  } catch {
    return null
  }
  let path = ''
  for (const [y, row] of modules.entries()) {
    for (let x = 0; x < row.length; x++) {
      if (!row[x]) continue
      let end = x
      while (row[end + 1]) end++
      path += `M${x} ${y}h${end - x + 1}v1H${x}z`
      x = end
    }
  }
  return { path, size: modules.length }
}

export interface QrCodeProps {
  readonly text: string
  readonly label: string
  /** In place of a code for a text that is too long. */
  readonly fallback: JSX.Element
}

/** Always dark on white: many readers do not know inverted codes. */
export function QrCode(props: QrCodeProps): JSX.Element {
  const code = createMemo(() => qrPath(props.text))
  return (
    <Show when={code()} fallback={props.fallback}>
      {(drawn) => (
        <svg
          class={styles.code}
          role="img"
          aria-label={props.label}
          viewBox={`0 0 ${drawn().size} ${drawn().size}`}
          shape-rendering="crispEdges"
        >
          <path d={drawn().path} />
        </svg>
      )}
    </Show>
  )
}
