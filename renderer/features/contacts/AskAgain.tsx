import Copy from 'lucide-solid/icons/copy'
import type { JSX } from 'solid-js'
import { createSignal, Show } from 'solid-js'
import { t } from '../../i18n/index.ts'
import type { Contact } from '../../state/model.ts'
import { Button } from '../../ui/Button.tsx'
import { useApp } from '../app/context.ts'

const reasons = [
  'inviteUsed',
  'inviteExpired',
  'inviteWithdrawn',
  'inviteUnknown',
  'inviteMalformed',
  'inviteIncomplete',
  'identityMismatch',
] as const

/** Why an invite cannot be used, where its maker can help with another one. */
export type AskReason = (typeof reasons)[number]

/** What was said of an invite, if another invite would help; undefined for everything else. */
export function askReasonOf(code: string | null | undefined): AskReason | undefined {
  return reasons.find((reason) => reason === code)
}

export interface AskAgainProps {
  readonly reason: AskReason
  /** Whether there is a place to enter the new invite already. */
  readonly here?: boolean
}

/** The words with which to ask for another invite, to be sent on whatever way the first one came; and where it goes then. */
export function AskAgain(props: AskAgainProps): JSX.Element {
  const { controller, float } = useApp()
  const [copied, setCopied] = createSignal(false)
  return (
    <>
      <Button
        size="small"
        icon={<Copy size={15} />}
        onClick={() => void controller.copy(t(`newContact.request.${props.reason}`)).then(setCopied)}
      >
        {copied() ? t('newContact.requestCopied') : t('newContact.requestCopy')}
      </Button>
      <Show when={!props.here}>
        <Button size="small" onClick={() => float({ kind: 'newContact', link: null })}>
          {t('newContact.enterNew')}
        </Button>
      </Show>
    </>
  )
}

/** The reason why a contact's invite came to nothing; undefined while it only waits, and when no other would help. */
export function pendingReasonOf(contact: Contact | undefined): AskReason | undefined {
  return contact?.state === 'pending' ? askReasonOf(contact.pendingProblem) : undefined
}
