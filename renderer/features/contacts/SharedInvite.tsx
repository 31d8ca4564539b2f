import Check from 'lucide-solid/icons/check'
import Copy from 'lucide-solid/icons/copy'
import FileDown from 'lucide-solid/icons/file-down'
import type { JSX } from 'solid-js'
import { createSignal, Match, Show, Switch } from 'solid-js'
import type { MethodReply } from '../../client/client.ts'
import { t } from '../../i18n/index.ts'
import { dateAndTime } from '../../i18n/time.ts'
import { Button } from '../../ui/Button.tsx'
import { Notice } from '../../ui/Notice.tsx'
import { QrCode } from '../../ui/QrCode.tsx'
import { TextField } from '../../ui/TextField.tsx'
import { useApp } from '../app/context.ts'
import { errorText } from '../app/errors.ts'
import styles from './NewContact.module.css'

export interface SharedInviteProps {
  readonly made: MethodReply<'invite.create'>
  readonly onAnother?: () => void
}

/** An invite to hand over: link, code, file; and what became of it. */
export function SharedInvite(props: SharedInviteProps): JSX.Element {
  const { state, controller } = useApp()
  const [copied, setCopied] = createSignal(false)
  const [saved, setSaved] = createSignal(false)
  const invite = (): SharedInviteProps['made']['invite'] => state.invites[props.made.invite.invite] ?? props.made.invite

  const copy = async (): Promise<void> => {
    setCopied(await controller.copy(props.made.link))
  }
  const save = async (): Promise<void> => {
    const reply = await controller.shell.call('saveInvite', { link: props.made.link })
    if (reply.ok) setSaved(reply.value.saved)
    else if (reply.error.code !== 'cancelled') controller.notice('danger', errorText(reply.error))
  }
  const withdraw = async (): Promise<void> => {
    const reply = await controller.client.call('invite.withdraw', { invite: invite().invite })
    if (reply.ok) controller.takeInvite(reply.value)
    else controller.notice('danger', errorText(reply.error))
  }

  return (
    <Switch>
      <Match when={invite().state === 'open'}>
        <div class={styles.shared}>
          <div class={styles.code}>
            <QrCode text={props.made.link} label={t('newContact.qr')} fallback={<p>{t('newContact.qrTooLong')}</p>} />
          </div>
          <div class={styles.sharedWords}>
            <p class={styles.lead}>{t('newContact.shareLead')}</p>
            <TextField label={t('newContact.share')} value={props.made.link} readOnly mono rows={3} />
            <div class={styles.buttons}>
              <Button
                look="primary"
                icon={copied() ? <Check size={17} /> : <Copy size={17} />}
                onClick={() => void copy()}
              >
                {copied() ? t('app.copied') : t('newContact.copyLink')}
              </Button>
              <Button icon={saved() ? <Check size={17} /> : <FileDown size={17} />} onClick={() => void save()}>
                {saved() ? t('newContact.saved') : t('newContact.saveFile')}
              </Button>
            </div>
            <p class={styles.small}>
              {t('newContact.expires', dateAndTime(invite().expiresAtMs))}{' '}
              <button type="button" class={styles.inline} onClick={() => void withdraw()}>
                {t('newContact.withdraw')}
              </button>
            </p>
          </div>
        </div>
      </Match>
      <Match when={true}>
        <Over state={invite().state} onAnother={props.onAnother} />
      </Match>
    </Switch>
  )
}

interface OverProps {
  readonly state: SharedInviteProps['made']['invite']['state']
  readonly onAnother: (() => void) | undefined
}

/** What became of an invite that cannot be used any more. */
function Over(props: OverProps): JSX.Element {
  const words = (): string => {
    if (props.state === 'used') return t('newContact.used')
    return props.state === 'withdrawn' ? t('newContact.withdrawn') : t('newContact.expired')
  }
  return (
    <Notice
      tone={props.state === 'used' ? 'good' : 'plain'}
      live
      actions={
        <Show when={props.onAnother}>
          <Button size="small" onClick={() => props.onAnother?.()}>
            {t('newContact.another')}
          </Button>
        </Show>
      }
    >
      {words()}
    </Notice>
  )
}
