import FolderOpen from 'lucide-solid/icons/folder-open'
import ScanLine from 'lucide-solid/icons/scan-line'
import TriangleAlert from 'lucide-solid/icons/triangle-alert'
import type { JSX } from 'solid-js'
import { createEffect, createSignal, on, onCleanup, onMount, Show } from 'solid-js'
import type { MethodReply } from '../../client/client.ts'
import { contractLimits } from '../../client/limits.ts'
import { t } from '../../i18n/index.ts'
import { dateAndTime } from '../../i18n/time.ts'
import { Avatar } from '../../ui/Avatar.tsx'
import { Button } from '../../ui/Button.tsx'
import { Fingerprint } from '../../ui/Fingerprint.tsx'
import { Notice } from '../../ui/Notice.tsx'
import { TextField } from '../../ui/TextField.tsx'
import { useApp } from '../app/context.ts'
import { errorText } from '../app/errors.ts'
import { inviteIn } from './link.ts'
import { choosePicture, isPicture, scanPicture } from './scan.ts'
import styles from './NewContact.module.css'

type Claim = MethodReply<'invite.inspect'>

export interface AcceptInviteProps {
  readonly text: string
  readonly onText: (text: string) => void
  readonly onReading: (reading: boolean) => void
  readonly onDone: () => void
}

/** Takes an invite on any way, shows who it claims to be from, and only then accepts it. */
export function AcceptInvite(props: AcceptInviteProps): JSX.Element {
  const { state, controller, setPane } = useApp()
  const [claim, setClaim] = createSignal<Claim | null>(null)
  const [problem, setProblem] = createSignal<string>()
  const [busy, setBusy] = createSignal<'reading' | 'accepting' | null>(null)
  const [dragging, setDragging] = createSignal(false)
  let box: HTMLInputElement | HTMLTextAreaElement | undefined
  let asked = 0

  const inspect = async (text: string): Promise<void> => {
    const turn = ++asked
    setClaim(null)
    setProblem(undefined)
    props.onReading(false)
    if (text.trim() === '') return void setBusy(null)
    const link = inviteIn(text)
    if (link === null) {
      setBusy(null)
      return void setProblem(t('errors.inviteMalformed'))
    }
    setBusy('reading')
    const reply = await controller.client.call('invite.inspect', { link })
    if (turn !== asked) return
    setBusy(null)
    if (!reply.ok) return void setProblem(errorText(reply.error))
    setClaim(reply.value)
    props.onReading(true)
  }
  createEffect(
    on(
      () => props.text,
      (text) => void inspect(text),
    ),
  )

  const accept = async (): Promise<void> => {
    const link = inviteIn(props.text)
    if (!claim() || link === null) return void box?.focus()
    setBusy('accepting')
    const reply = await controller.client.call('invite.accept', { link })
    setBusy(null)
    if (!reply.ok) return void setProblem(errorText(reply.error))
    setPane(null)
    controller.takeContact(reply.value)
    controller.notice('plain', t('newContact.accepted', reply.value.name))
    props.onDone()
  }
  const openFile = async (): Promise<void> => {
    const reply = await controller.shell.call('openInvite', {})
    if (!reply.ok) return void setProblem(reply.error.code === 'cancelled' ? undefined : errorText(reply.error))
    if (reply.value) props.onText(reply.value.text)
  }
  const takePicture = async (file: File): Promise<void> => {
    const text = await scanPicture(file)
    if (text === null) return void setProblem(t('newContact.noCode'))
    if (inviteIn(text) === null) return void setProblem(t('newContact.notInvite'))
    props.onText(text)
  }
  const scan = async (): Promise<void> => {
    const file = await choosePicture()
    if (file) await takePicture(file)
  }
  const takeFile = async (file: File): Promise<void> => {
    if (isPicture(file)) return takePicture(file)
    if (file.size > contractLimits.cardLengthMax * 4) return void setProblem(t('errors.fileRefused'))
    props.onText((await file.text()).slice(0, contractLimits.cardLengthMax))
  }
  const drop = (event: DragEvent): void => {
    event.preventDefault()
    setDragging(false)
    const file = event.dataTransfer?.files[0]
    if (file) void takeFile(file)
    else props.onText((event.dataTransfer?.getData('text/plain') ?? '').slice(0, contractLimits.cardLengthMax))
  }
  const paste = (event: ClipboardEvent): void => {
    const file = event.clipboardData?.files[0]
    if (!file) return
    event.preventDefault()
    void takeFile(file)
  }
  onMount(() => {
    document.addEventListener('paste', paste)
    onCleanup(() => document.removeEventListener('paste', paste))
  })
  const lookalike = (): string | null => {
    const account = claim()?.looksLike
    return account ? (state.contacts[account]?.name ?? null) : null
  }

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
        when={claim()}
        fallback={
          <>
            <h3 id="accept-title" class={styles.heading}>
              {t('newContact.acceptTitle')}
            </h3>
            <p class={styles.lead}>{dragging() ? t('newContact.drop') : t('newContact.acceptLead')}</p>
            <TextField
              ref={(element) => (box = element)}
              label={t('newContact.link')}
              placeholder={t('newContact.linkPlaceholder')}
              value={props.text}
              onInput={(value) => props.onText(value)}
              onEnter={() => void accept()}
              maxLength={contractLimits.cardLengthMax}
              error={problem()}
              mono
            />
            <div class={styles.buttons}>
              <Button size="small" icon={<FolderOpen size={16} />} onClick={() => void openFile()}>
                {t('newContact.openFile')}
              </Button>
              <Button size="small" icon={<ScanLine size={16} />} onClick={() => void scan()}>
                {t('newContact.scanImage')}
              </Button>
            </div>
          </>
        }
      >
        {(found) => (
          <div class={styles.claim}>
            <Avatar size="large" account={found().account} name={found().name} />
            <h3 id="accept-title" class={styles.claimTitle} dir="auto">
              {found().name ? t('newContact.claims', found().name) : t('newContact.claimsNobody')}
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
              <Fingerprint value={found().fingerprint} label={t('newContact.fingerprint')} />
            </div>
            <p class={styles.small}>{t('newContact.validUntil', dateAndTime(found().expiresAtMs))}</p>
            <Show when={problem()}>
              <p class={styles.problem} role="alert">
                {problem()}
              </p>
            </Show>
          </div>
        )}
      </Show>
      <Button
        look={claim() ? 'primary' : 'plain'}
        wide
        busy={busy() !== null}
        disabled={props.text.trim() !== '' && !claim()}
        onClick={() => void accept()}
      >
        {t('newContact.accept')}
      </Button>
    </section>
  )
}
