import SendHorizontal from 'lucide-solid/icons/send-horizontal'
import type { Accessor, JSX } from 'solid-js'
import { createSignal, onMount, Show, untrack } from 'solid-js'
import { contractLimits } from '../../client/limits.ts'
import { t } from '../../i18n/index.ts'
import type { Conversation } from '../../state/model.ts'
import { IconButton } from '../../ui/IconButton.tsx'
import { useApp } from '../app/context.ts'
import { titleOf } from '../conversations/titles.ts'
import styles from './Conversation.module.css'

/** More than this is not taken from a paste: it could not be sent, and laying it out would stop the window. */
const draftLengthMax = contractLimits.messageTextLengthMax + 8_192

const encoder = new TextEncoder()

/** Bytes of UTF-8. A short text cannot be over the bound and is not measured. */
function sizeBytesOf(text: string): number {
  return text.length * 3 <= contractLimits.messageTextSizeBytesMax ? text.length : encoder.encode(text).length
}

interface Draft {
  readonly text: Accessor<string>
  readonly change: (text: string) => void
  readonly sizeBytes: Accessor<number>
  readonly tooLong: Accessor<boolean>
  /** Whether the end of a paste was left out. */
  readonly cut: Accessor<boolean>
  /** Plain text only, whatever else the clipboard offers, and no more than can be handled. */
  readonly paste: (event: ClipboardEvent, box: HTMLTextAreaElement) => void
  readonly send: () => void
}

function createDraft(id: string): Draft {
  const { state, controller, dispatch } = useApp()
  const [text, setText] = createSignal(untrack(() => state.drafts[id] ?? ''))
  const [cut, setCut] = createSignal(false)
  const sizeBytes = (): number => sizeBytesOf(text())
  const tooLong = (): boolean => sizeBytes() > contractLimits.messageTextSizeBytesMax
  const change = (value: string): void => {
    setText(value)
    dispatch({ kind: 'draft', conversation: id, text: value })
  }
  const paste = (event: ClipboardEvent, box: HTMLTextAreaElement): void => {
    const pasted = event.clipboardData?.getData('text/plain') ?? ''
    const { value, selectionStart, selectionEnd } = box
    const room = draftLengthMax - (value.length - (selectionEnd - selectionStart))
    if (pasted.length <= room) return
    event.preventDefault()
    setCut(true)
    box.setRangeText(pasted.slice(0, Math.max(0, room)), selectionStart, selectionEnd, 'end')
    change(box.value)
  }
  const send = (): void => {
    const body = text().trim()
    if (body === '' || tooLong()) return
    change('')
    setCut(false)
    controller.send(id, body)
  }
  return { text, change, sizeBytes, tooLong, cut, paste, send }
}

/** Made anew for each conversation. Enter sends, Shift and Enter begins a new line. */
export function Composer(props: { readonly conversation: Conversation }): JSX.Element {
  const { state } = useApp()
  const draft = createDraft(untrack(() => props.conversation.conversation))
  let box: HTMLTextAreaElement | undefined
  onMount(() => box?.focus())

  const send = (): void => {
    draft.send()
    box?.focus()
  }
  const press = (event: KeyboardEvent): void => {
    if (event.key !== 'Enter' || event.shiftKey || event.isComposing) return
    event.preventDefault()
    send()
  }
  const placeholder = (): string =>
    props.conversation.kind === 'self'
      ? t('conversation.placeholderSelf')
      : t('conversation.placeholder', titleOf(state, props.conversation))

  return (
    <div class={styles.foot}>
      <div class={styles.composer}>
        <textarea
          ref={(element) => (box = element)}
          id="composer"
          class={styles.input}
          rows={1}
          dir="auto"
          aria-label={t('conversation.composer')}
          placeholder={placeholder()}
          maxLength={draftLengthMax}
          aria-invalid={draft.tooLong() ? 'true' : undefined}
          aria-describedby={draft.tooLong() ? 'composer-note' : undefined}
          value={draft.text()}
          onInput={(event) => draft.change(event.currentTarget.value)}
          onKeyDown={press}
          onPaste={(event) => draft.paste(event, event.currentTarget)}
        />
        <IconButton
          look="primary"
          label={t('conversation.send')}
          disabled={draft.text().trim() === '' || draft.tooLong()}
          onClick={send}
        >
          <SendHorizontal size={18} />
        </IconButton>
      </div>
      <Show when={draft.tooLong()}>
        <p class={styles.tooLong} id="composer-note" role="alert">
          {draft.cut() ? `${t('conversation.cut')} ` : ''}
          {t('conversation.tooLong', draft.sizeBytes(), contractLimits.messageTextSizeBytesMax)}
        </p>
      </Show>
    </div>
  )
}
