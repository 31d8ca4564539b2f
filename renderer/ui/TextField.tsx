import type { JSX } from 'solid-js'
import { createUniqueId, Show, splitProps } from 'solid-js'
import styles from './TextField.module.css'

export interface TextFieldProps {
  readonly label: string
  readonly value: string
  readonly onInput?: (value: string) => void
  readonly onEnter?: () => void
  readonly hint?: string | undefined
  readonly error?: string | undefined
  readonly placeholder?: string
  readonly maxLength?: number
  readonly readOnly?: boolean
  readonly autofocus?: boolean
  readonly mono?: boolean
  /** More than one makes it a box of that many lines. */
  readonly rows?: number
  readonly type?: 'text' | 'password'
  readonly autocomplete?: string
  readonly trailing?: JSX.Element
  readonly ref?: (element: HTMLInputElement | HTMLTextAreaElement) => void
  readonly onKeyEvent?: (event: KeyboardEvent) => void
}

/** A labelled text box with its hint or error tied to it. */
export function TextField(props: TextFieldProps): JSX.Element {
  const id = createUniqueId()
  const [own] = splitProps(props, ['label', 'hint', 'error', 'trailing'])
  const noteId = (): string | undefined => (own.error || own.hint ? `${id}-note` : undefined)
  return (
    <div class={styles.field}>
      <label class={styles.label} for={id}>
        {own.label}
      </label>
      <div class={styles.box} data-error={own.error ? '' : undefined} data-read-only={props.readOnly ? '' : undefined}>
        <Show when={(props.rows ?? 1) > 1} fallback={<Line {...props} id={id} noteId={noteId()} />}>
          <Lines {...props} id={id} noteId={noteId()} />
        </Show>
        {own.trailing}
      </div>
      <Show when={own.error ?? own.hint}>
        <p id={`${id}-note`} class={own.error ? styles.error : styles.hint} role={own.error ? 'alert' : undefined}>
          {own.error ?? own.hint}
        </p>
      </Show>
    </div>
  )
}

type InnerProps = TextFieldProps & { readonly id: string; readonly noteId: string | undefined }

function focusSoon(element: HTMLElement): void {
  queueMicrotask(() => element.focus())
}

function Line(props: InnerProps): JSX.Element {
  const press = (event: KeyboardEvent): void => {
    props.onKeyEvent?.(event)
    if (event.key === 'Enter' && !event.isComposing && props.onEnter) {
      event.preventDefault()
      props.onEnter()
    }
  }
  return (
    <input
      id={props.id}
      class={styles.input}
      data-mono={props.mono ? '' : undefined}
      type={props.type ?? 'text'}
      dir="auto"
      autocomplete={props.autocomplete ?? 'off'}
      autocapitalize="off"
      spellcheck={false}
      value={props.value}
      maxLength={props.maxLength}
      readOnly={props.readOnly}
      placeholder={props.placeholder}
      aria-invalid={props.error ? 'true' : undefined}
      aria-describedby={props.noteId}
      ref={(element) => {
        props.ref?.(element)
        if (props.autofocus) focusSoon(element)
      }}
      onInput={(event) => props.onInput?.(event.currentTarget.value)}
      onFocus={(event) => props.readOnly && event.currentTarget.select()}
      onKeyDown={press}
      onKeyUp={(event) => props.onKeyEvent?.(event)}
    />
  )
}

function Lines(props: InnerProps): JSX.Element {
  const press = (event: KeyboardEvent): void => {
    if (event.key === 'Enter' && !event.shiftKey && !event.isComposing && props.onEnter) {
      event.preventDefault()
      props.onEnter()
    }
  }
  return (
    <textarea
      id={props.id}
      class={styles.input}
      data-mono={props.mono ? '' : undefined}
      dir="auto"
      rows={props.rows}
      autocomplete="off"
      autocapitalize="off"
      spellcheck={false}
      value={props.value}
      maxLength={props.maxLength}
      readOnly={props.readOnly}
      placeholder={props.placeholder}
      aria-invalid={props.error ? 'true' : undefined}
      aria-describedby={props.noteId}
      ref={(element) => {
        props.ref?.(element)
        if (props.autofocus) focusSoon(element)
      }}
      onInput={(event) => props.onInput?.(event.currentTarget.value)}
      onFocus={(event) => props.readOnly && event.currentTarget.select()}
      onKeyDown={press}
    />
  )
}
