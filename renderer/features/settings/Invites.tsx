import type { JSX } from 'solid-js'
import { createMemo, createSignal, For, Show } from 'solid-js'
import type { MethodReply } from '../../client/client.ts'
import { t } from '../../i18n/index.ts'
import { dateAndTime, sentenceTime } from '../../i18n/time.ts'
import type { Invite } from '../../state/model.ts'
import { Button } from '../../ui/Button.tsx'
import { useApp } from '../app/context.ts'
import { errorText } from '../app/errors.ts'
import { SharedInvite } from '../contacts/SharedInvite.tsx'
import styles from './Settings.module.css'

/** Invites that are over are shown for a while, newest first. */
const closedShownMax = 5

export function Invites(): JSX.Element {
  const { state, controller } = useApp()
  const [shown, setShown] = createSignal<MethodReply<'invite.link'> | null>(null)
  const invites = createMemo(() => {
    const all = Object.values(state.invites).toSorted((a, b) => b.createdAtMs - a.createdAtMs)
    const open = all.filter((invite) => invite.state === 'open')
    const closed = all.filter((invite) => invite.state !== 'open').slice(0, closedShownMax)
    return [...open, ...closed]
  })
  const withdraw = async (invite: string): Promise<void> => {
    const reply = await controller.client.call('invite.withdraw', { invite })
    if (reply.ok) controller.takeInvite(reply.value)
    else controller.notice('danger', errorText(reply.error))
  }
  const show = async (invite: string): Promise<void> => {
    const reply = await controller.client.call('invite.link', { invite })
    if (reply.ok) setShown(reply.value)
    else controller.notice('danger', errorText(reply.error))
  }
  return (
    <Show when={invites().length > 0} fallback={<p class={styles.note}>{t('settings.invitesEmpty')}</p>}>
      <ul class={styles.list}>
        <For each={invites()}>
          {(invite) => (
            <li class={styles.invite}>
              <InviteWords invite={invite} />
              <Show when={invite.state === 'open'}>
                <Button size="small" look="quiet" onClick={() => void show(invite.invite)}>
                  {t('settings.showInvite')}
                </Button>
                <Button size="small" look="quiet" onClick={() => void withdraw(invite.invite)}>
                  {t('settings.withdraw')}
                </Button>
              </Show>
            </li>
          )}
        </For>
      </ul>
      <Show when={shown()}>{(made) => <SharedInvite made={made()} />}</Show>
    </Show>
  )
}

function InviteWords(props: { readonly invite: Invite }): JSX.Element {
  const { state, nowMs } = useApp()
  const words = (): string => {
    switch (props.invite.state) {
      case 'open':
        return t('settings.inviteOpen', dateAndTime(props.invite.expiresAtMs))
      case 'withdrawn':
        return t('settings.inviteWithdrawn')
      case 'expired':
        return t('settings.inviteExpired')
      case 'used': {
        const account = props.invite.usedBy
        const name = account === null ? undefined : state.contacts[account]?.name
        return name === undefined ? t('settings.inviteUsedUnknown') : t('settings.inviteUsed', name)
      }
    }
  }
  return (
    <div class={styles.inviteWords}>
      <p dir="auto">{words()}</p>
      <p class={styles.note}>{t('settings.inviteMade', sentenceTime(props.invite.createdAtMs, nowMs()))}</p>
    </div>
  )
}
