import FolderOpen from 'lucide-solid/icons/folder-open'
import ScanLine from 'lucide-solid/icons/scan-line'
import TriangleAlert from 'lucide-solid/icons/triangle-alert'
import type { JSX } from 'solid-js'
import { createSignal, onCleanup, onMount, Show } from 'solid-js'
import { contractLimits } from '../../client/limits.ts'
import { t } from '../../i18n/index.ts'
import { dateAndTime } from '../../i18n/time.ts'
import { Avatar } from '../../ui/Avatar.tsx'
import { Button } from '../../ui/Button.tsx'
import { Fingerprint } from '../../ui/Fingerprint.tsx'
import { Notice } from '../../ui/Notice.tsx'
import { TextField } from '../../ui/TextField.tsx'
import { useApp } from '../app/context.ts'
import type { Accepting, Claim } from './accepting.ts'
import { createAccepting } from './accepting.ts'
import { AskAgain } from './AskAgain.tsx'
import styles from './NewContact.module.css'

export interface AcceptInviteProps {
  readonly text: string
  readonly onText: (text: string) => void
  readonly onReading: (reading: boolean) => void
  readonly onDone: () => void
}

/** Takes an invite on any way, shows who it claims to be from, and only then accepts it. */
export function AcceptInvite(props: AcceptInviteProps): JSX.Element {
  const model = createAccepting({
    text: () => props.text,
    onText: (text) => props.onText(text),
    onReading: (reading) => props.onReading(reading),
    onDone: () => props.onDone(),
  })
  const [dragging, setDragging] = createSignal(false)
  let box: HTMLElement | undefined

  const accept = async (): Promise<void> => {
    if (!(await model.accept())) box?.focus()
  }
  const drop = (event: DragEvent): void => {
    event.preventDefault()
    setDragging(false)
    const file = event.dataTransfer?.files[0]
    if (file) void model.takeFile(file)
    else props.onText((event.dataTransfer?.getData('text/plain') ?? '').slice(0, contractLimits.cardLengthMax))
  }
  const paste = (event: ClipboardEvent): void => {
    const file = event.clipboardData?.files[0]
    if (!file) return
    event.preventDefault()
    void model.takeFile(file)
  }
  onMount(() => {
    document.addEventListener('paste', paste)
    onCleanup(() => document.removeEventListener('paste', paste))
  })

  return (
    <section
      class={styles.half}
      data-dragging={dragging() ? '' : undefined}
      aria-labelledby="accept-title"
      onDragOver={(event) => {
        event.preventDefault()
        setDragging(true)
      }}
      onDragLeave={() => setDragging(false)}
      onDrop={drop}
    >
      <Show
        when={model.claim()}
        fallback={
          <Paste
            {...props}
            model={model}
            dragging={dragging()}
            onEnter={() => void accept()}
            setBox={(element) => (box = element)}
          />
        }
      >
        {(claim) => <ClaimView claim={claim()} model={model} />}
      </Show>
      <Button
        look={model.claim() ? 'primary' : 'plain'}
        wide
        busy={model.busy()}
        disabled={props.text.trim() !== '' && !model.claim()}
        onClick={() => void accept()}
      >
        {t('newContact.accept')}
      </Button>
    </section>
  )
}

interface PasteProps extends AcceptInviteProps {
  readonly model: Accepting
  readonly dragging: boolean
  readonly onEnter: () => void
  readonly setBox: (element: HTMLElement) => void
}

function Paste(props: PasteProps): JSX.Element {
  return (
    <>
      <h3 id="accept-title" class={styles.heading}>
        {t('newContact.acceptTitle')}
      </h3>
      <p class={styles.lead}>{props.dragging ? t('newContact.drop') : t('newContact.acceptLead')}</p>
      <TextField
        ref={(element) => props.setBox(element)}
        label={t('newContact.link')}
        placeholder={t('newContact.linkPlaceholder')}
        value={props.text}
        onInput={(value) => props.onText(value)}
        onEnter={() => props.onEnter()}
        maxLength={contractLimits.cardLengthMax}
        error={props.model.problem()}
        mono
      />
      <div class={styles.buttons}>
        <Show when={props.model.askReason()}>{(reason) => <AskAgain reason={reason()} here />}</Show>
        <Button size="small" icon={<FolderOpen size={16} />} onClick={() => void props.model.openFile()}>
          {t('newContact.openFile')}
        </Button>
        <Button size="small" icon={<ScanLine size={16} />} onClick={() => void props.model.scan()}>
          {t('newContact.scanImage')}
        </Button>
      </div>
    </>
  )
}

/** Who the invite says it is from, and the fingerprint, which alone tells who it is. */
function ClaimView(props: { readonly claim: Claim; readonly model: Accepting }): JSX.Element {
  const { state } = useApp()
  const lookalike = (): string | null => {
    const account = props.claim.looksLike
    return account === null ? null : (state.contacts[account]?.name ?? null)
  }
  return (
    <div class={styles.claim}>
      <Avatar size="large" account={props.claim.account} name={props.claim.name} />
      <h3 id="accept-title" class={styles.claimTitle} dir="auto">
        {props.claim.name ? t('newContact.claims', props.claim.name) : t('newContact.claimsNobody')}
      </h3>
      <p class={styles.lead}>{t('newContact.claimsLead')}</p>
      <Show when={lookalike()}>
        {(name) => (
          <Notice tone="waiting" icon={<TriangleAlert size={18} />}>
            {t('newContact.looksLike', name())}
          </Notice>
        )}
      </Show>
      <div class={styles.print}>
        <Fingerprint value={props.claim.fingerprint} label={t('newContact.fingerprint')} />
      </div>
      <p class={styles.small}>{t('newContact.validUntil', dateAndTime(props.claim.expiresAtMs))}</p>
      <Show when={props.model.problem()}>
        <p class={styles.problem} role="alert">
          {props.model.problem()}
        </p>
      </Show>
      <Show when={props.model.askReason()}>{(reason) => <AskAgain reason={reason()} here />}</Show>
    </div>
  )
}
