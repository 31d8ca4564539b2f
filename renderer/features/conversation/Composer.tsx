import SendHorizontal from 'lucide-solid/icons/send-horizontal'
import type { JSX } from 'solid-js'
import { createEffect, createSignal, on, Show, untrack } from 'solid-js'
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

export function Composer(props: { readonly conversation: Conversation }): JSX.Element {
  const { state, controller, dispatch } = useApp()
  // The composer is made anew for each conversation.
  const id = untrack(() => props.conversation.conversation)
  const [text, setText] = createSignal(untrack(() => state.drafts[id] ?? ''))
  const [cut, setCut] = createSignal(false)
  const sizeBytes = (): number => sizeBytesOf(text())
  const tooLong = (): boolean => sizeBytes() > contractLimits.messageTextSizeBytesMax
  let input: HTMLTextAreaElement | undefined

  const change = (value: string): void => {
    setText(value)
    dispatch({ kind: 'draft', conversation: id, text: value })
  }
  const send = (): void => {
    const body = text().trim()
    if (body === '' || tooLong()) return
    change('')
    setCut(false)
    controller.send(id, body)
    input?.focus()
  }
  const press = (event: KeyboardEvent): void => {
    if (event.key !== 'Enter' || event.shiftKey || event.isComposing) return
    event.preventDefault()
    send()
  }
  /** Plain text only, whatever else the clipboard offers. */
  const paste = (event: ClipboardEvent & { readonly currentTarget: HTMLTextAreaElement }): void => {
    const pasted = event.clipboardData?.getData('text/plain') ?? ''
    const { value, selectionStart, selectionEnd } = event.currentTarget
    const room = draftLengthMax - (value.length - (selectionEnd - selectionStart))
    if (pasted.length <= room) return
    event.preventDefault()
    setCut(true)
    event.currentTarget.setRangeText(pasted.slice(0, Math.max(0, room)), selectionStart, selectionEnd, 'end')
    change(event.currentTarget.value)
  }
  createEffect(
    on(
      () => id,
      () => input?.focus(),
    ),
  )

  return (
    <div class={styles.foot}>
      <div class={styles.composer}>
        <textarea
          ref={(element) => (input = element)}
          class={styles.input}
          rows={1}
          dir="auto"
          aria-label={t('conversation.composer')}
          placeholder={
            props.conversation.kind === 'self'
              ? t('conversation.placeholderSelf')
              : t('conversation.placeholder', titleOf(state, props.conversation))
          }
          maxLength={draftLengthMax}
          aria-invalid={tooLong() ? 'true' : undefined}
          aria-describedby={tooLong() ? 'composer-note' : undefined}
          value={text()}
          onInput={(event) => change(event.currentTarget.value)}
          onKeyDown={press}
          onPaste={paste}
        />
        <IconButton
          look="primary"
          label={t('conversation.send')}
          disabled={text().trim() === '' || tooLong()}
          onClick={send}
        >
          <SendHorizontal size={18} />
        </IconButton>
      </div>
      <Show when={tooLong()}>
        <p class={styles.tooLong} id="composer-note" role="alert">
          {cut() ? `${t('conversation.cut')} ` : ''}
          {t('conversation.tooLong', sizeBytes(), contractLimits.messageTextSizeBytesMax)}
        </p>
      </Show>
    </div>
  )
}
