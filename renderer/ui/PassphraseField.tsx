import Eye from 'lucide-solid/icons/eye'
import EyeOff from 'lucide-solid/icons/eye-off'
import type { JSX } from 'solid-js'
import { createSignal } from 'solid-js'
import { IconButton } from './IconButton.tsx'
import { TextField } from './TextField.tsx'

export interface PassphraseFieldProps {
  readonly label: string
  readonly showLabel: string
  readonly hideLabel: string
  readonly capsLockText: string
  readonly value: string
  readonly onInput: (value: string) => void
  readonly onEnter?: () => void
  readonly hint?: string | undefined
  readonly error?: string | undefined
  readonly maxLength: number
  readonly autofocus?: boolean
  readonly fresh?: boolean
}

/** A secret: hidden unless asked for, and it says when Caps Lock is on. */
export function PassphraseField(props: PassphraseFieldProps): JSX.Element {
  const [shown, setShown] = createSignal(false)
  const [capsLock, setCapsLock] = createSignal(false)
  return (
    <TextField
      label={props.label}
      type={shown() ? 'text' : 'password'}
      value={props.value}
      onInput={props.onInput}
      {...(props.onEnter && { onEnter: props.onEnter })}
      maxLength={props.maxLength}
      autofocus={props.autofocus ?? false}
      autocomplete={props.fresh ? 'new-password' : 'current-password'}
      error={props.error}
      hint={capsLock() ? props.capsLockText : props.hint}
      onKeyEvent={(event) => setCapsLock(event.getModifierState?.('CapsLock') ?? false)}
      trailing={
        <IconButton
          size="small"
          label={shown() ? props.hideLabel : props.showLabel}
          aria-pressed={shown()}
          onClick={() => setShown(!shown())}
        >
          {shown() ? <EyeOff size={17} /> : <Eye size={17} />}
        </IconButton>
      }
    />
  )
}
