import ArrowLeft from 'lucide-solid/icons/arrow-left'
import type { JSX } from 'solid-js'
import { createSignal, Show, untrack } from 'solid-js'
import type { MethodReply } from '../../client/client.ts'
import { t } from '../../i18n/index.ts'
import { Button } from '../../ui/Button.tsx'
import { Choice } from '../../ui/Choice.tsx'
import { Dialog } from '../../ui/Dialog.tsx'
import { IconButton } from '../../ui/IconButton.tsx'
import { useApp } from '../app/context.ts'
import { errorText } from '../app/errors.ts'
import { AcceptInvite } from './AcceptInvite.tsx'
import { NearbyDoor } from './NearbyDoor.tsx'
import { SharedInvite } from './SharedInvite.tsx'
import styles from './NewContact.module.css'

const dayMs = 86_400_000
const lifetimes = { day: dayMs, week: 7 * dayMs, month: 30 * dayMs } as const
type Lifetime = keyof typeof lifetimes

export interface NewContactProps {
  /** An invite that the operating system handed over. */
  readonly link: string | null
  readonly onClose: () => void
}

/** Invite somebody, or accept the invite that somebody sent. */
export function NewContact(props: NewContactProps): JSX.Element {
  const [shared, setShared] = createSignal<MethodReply<'invite.create'> | null>(null)
  const [text, setText] = createSignal(untrack(() => props.link ?? ''))
  /** Set while an invite that was pasted is shown: the rest steps aside. */
  const [reading, setReading] = createSignal(untrack(() => props.link !== null))
  const restart = (): void => {
    setShared(null)
    setText('')
    setReading(false)
  }
  return (
    <Dialog
      title={t('newContact.title')}
      closeLabel={t('app.close')}
      onClose={() => props.onClose()}
      leading={
        <Show when={shared() ?? reading()}>
          <IconButton size="small" label={t('app.back')} onClick={restart}>
            <ArrowLeft size={18} />
          </IconButton>
        </Show>
      }
    >
      <Show
        when={shared()}
        fallback={
          <div class={styles.halves}>
            <Show when={!reading()}>
              <MakeInvite onMade={setShared} />
              <hr class={styles.rule} />
            </Show>
            <AcceptInvite text={text()} onText={setText} onReading={setReading} onDone={() => props.onClose()} />
            <Show when={!reading()}>
              <hr class={styles.rule} />
              <NearbyDoor />
            </Show>
          </div>
        }
      >
        {(made) => <SharedInvite made={made()} onAnother={restart} />}
      </Show>
    </Dialog>
  )
}

function MakeInvite(props: { readonly onMade: (made: MethodReply<'invite.create'>) => void }): JSX.Element {
  const { controller } = useApp()
  const [busy, setBusy] = createSignal(false)
  const [problem, setProblem] = createSignal<string>()
  const [lifetime, setLifetime] = createSignal<Lifetime>('week')
  const create = async (): Promise<void> => {
    setBusy(true)
    setProblem(undefined)
    const reply = await controller.client.call('invite.create', { lifetimeMs: lifetimes[lifetime()] })
    setBusy(false)
    if (reply.ok) props.onMade(reply.value)
    else setProblem(errorText(reply.error))
  }
  return (
    <section class={styles.half} aria-labelledby="invite-title">
      <h3 id="invite-title" class={styles.heading}>
        {t('newContact.inviteTitle')}
      </h3>
      <p class={styles.lead}>{t('newContact.inviteLead')}</p>
      <Choice
        label={t('newContact.lifetime')}
        value={lifetime()}
        options={[
          { value: 'day', label: t('newContact.lifetimeDay') },
          { value: 'week', label: t('newContact.lifetimeWeek') },
          { value: 'month', label: t('newContact.lifetimeMonth') },
        ]}
        onChange={setLifetime}
      />
      <Button look="primary" wide busy={busy()} onClick={() => void create()}>
        {busy() ? t('newContact.creating') : t('newContact.create')}
      </Button>
      <Show when={problem()}>
        <p class={styles.problem} role="alert">
          {problem()}
        </p>
      </Show>
    </section>
  )
}
