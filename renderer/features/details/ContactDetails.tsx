import Copy from 'lucide-solid/icons/copy'
import TriangleAlert from 'lucide-solid/icons/triangle-alert'
import type { JSX } from 'solid-js'
import { createEffect, createSignal, on, Show } from 'solid-js'
import { contractLimits } from '../../client/limits.ts'
import { t } from '../../i18n/index.ts'
import { dateAndTime } from '../../i18n/time.ts'
import type { Contact } from '../../state/model.ts'
import { sealOf } from '../../state/selectors.ts'
import { Avatar } from '../../ui/Avatar.tsx'
import { Button } from '../../ui/Button.tsx'
import { Confirm } from '../../ui/Confirm.tsx'
import { Fingerprint } from '../../ui/Fingerprint.tsx'
import { IconButton } from '../../ui/IconButton.tsx'
import { Notice } from '../../ui/Notice.tsx'
import { Seal } from '../../ui/Seal.tsx'
import { TextField } from '../../ui/TextField.tsx'
import { useApp } from '../app/context.ts'
import { errorText } from '../app/errors.ts'
import { createConnections } from '../connections/watch.ts'
import { presenceOf } from '../conversation/presence.ts'
import { ConnectionFacts, Offers } from './Connection.tsx'
import styles from './Details.module.css'

export function ContactDetails(props: { readonly contact: Contact }): JSX.Element {
  const { state, float, nowMs } = useApp()
  const seen = createConnections(() => props.contact.account)
  const lookalike = (): string | null => {
    const account = props.contact.looksLike
    return account === null ? null : (state.contacts[account]?.name ?? null)
  }
  const verification = (): string => {
    const seal = sealOf(props.contact)
    if (seal === 'cracked') return t('details.cracked')
    const at = props.contact.verifiedAtMs
    return at === null ? t('details.notVerified') : t('details.verified', dateAndTime(at))
  }
  return (
    <>
      <div class={styles.person}>
        <Avatar size="large" account={props.contact.account} name={props.contact.name} />
        <h3 class={styles.name} dir="auto">
          {props.contact.name}
        </h3>
        <Show when={props.contact.petName !== null && props.contact.claimedName !== ''}>
          <p class={styles.note} dir="auto">
            {t('details.theirName', props.contact.claimedName)}
          </p>
        </Show>
        <p class={styles.note}>{presenceOf(props.contact, nowMs())}</p>
      </div>
      <Show when={props.contact.state === 'pending'}>
        <Pending contact={props.contact} />
      </Show>
      <Show when={lookalike()}>
        {(name) => (
          <Notice tone="waiting" icon={<TriangleAlert size={17} />}>
            {t('details.looksLike', name())}
          </Notice>
        )}
      </Show>
      <section class={styles.block}>
        <h3 class={styles.heading}>{t('details.verification')}</h3>
        <p class={styles.sealLine}>
          <Seal state={sealOf(props.contact)} size={20} label={t(`seal.${sealOf(props.contact)}`)} />
          <span>{verification()}</span>
        </p>
        <Button size="small" onClick={() => float({ kind: 'verify', account: props.contact.account })}>
          {t('details.compare')}
        </Button>
      </section>
      <section class={styles.block}>
        <div class={styles.headingLine}>
          <h3 class={styles.heading}>{t('details.fingerprint')}</h3>
          <CopyButton text={props.contact.fingerprint} />
        </div>
        <Fingerprint value={props.contact.fingerprint} label={t('details.fingerprint')} small />
      </section>
      <Offers contact={props.contact} seen={seen()} />
      <PetName contact={props.contact} />
      <dl class={styles.facts}>
        <ConnectionFacts contact={props.contact} seen={seen()} />
        <dt>{t('details.lastSeen')}</dt>
        <dd>{props.contact.lastSeenAtMs === null ? t('details.never') : dateAndTime(props.contact.lastSeenAtMs)}</dd>
        <dt>{t('details.added')}</dt>
        <dd>{dateAndTime(props.contact.addedAtMs)}</dd>
      </dl>
      <Parting contact={props.contact} />
    </>
  )
}

/** What is still to come, or why it cannot come. What to do then stands in the conversation. */
function Pending(props: { readonly contact: Contact }): JSX.Element {
  return (
    <Show when={props.contact.pendingProblem} fallback={<Notice tone="plain">{t('details.pendingLead')}</Notice>}>
      {(problem) => (
        <Notice tone="waiting" icon={<TriangleAlert size={17} />}>
          {t(`newContact.why.${problem()}`)}
        </Notice>
      )}
    </Show>
  )
}

function CopyButton(props: { readonly text: string }): JSX.Element {
  const { controller } = useApp()
  const [copied, setCopied] = createSignal(false)
  return (
    <IconButton
      size="small"
      label={copied() ? t('app.copied') : t('app.copy')}
      onClick={() => void controller.copy(props.text).then(setCopied)}
    >
      <Copy size={15} />
    </IconButton>
  )
}

function PetName(props: { readonly contact: Contact }): JSX.Element {
  const { controller } = useApp()
  const [name, setName] = createSignal('')
  const [problem, setProblem] = createSignal<string>()
  createEffect(
    on(
      () => [props.contact.account, props.contact.petName] as const,
      ([, petName]) => setName(petName ?? ''),
    ),
  )
  const wanted = (): string | null => (name().trim() === '' ? null : name().trim())
  const save = async (): Promise<void> => {
    const reply = await controller.client.call('contact.rename', { account: props.contact.account, petName: wanted() })
    setProblem(reply.ok ? undefined : errorText(reply.error))
    if (reply.ok) controller.takeContactChange(reply.value)
  }
  return (
    <section class={styles.block}>
      <TextField
        label={t('details.petName')}
        hint={t('details.petNameHint')}
        error={problem()}
        value={name()}
        maxLength={contractLimits.nameLengthMax}
        placeholder={props.contact.claimedName}
        onInput={setName}
        onEnter={() => void save()}
      />
      <Show when={wanted() !== props.contact.petName}>
        <Button size="small" onClick={() => void save()}>
          {t('app.save')}
        </Button>
      </Show>
    </section>
  )
}

/** Remove and block: said plainly, asked about first. */
function Parting(props: { readonly contact: Contact }): JSX.Element {
  const { controller } = useApp()
  const [asking, setAsking] = createSignal<'block' | 'remove' | null>(null)
  const blocked = (): boolean => props.contact.state === 'blocked'
  const block = async (value: boolean): Promise<void> => {
    const reply = await controller.client.call('contact.block', { account: props.contact.account, blocked: value })
    if (reply.ok) controller.takeContactChange(reply.value)
    else controller.notice('danger', errorText(reply.error))
  }
  const remove = async (): Promise<void> => {
    const reply = await controller.client.call('contact.remove', { account: props.contact.account })
    if (reply.ok) controller.takeContactChange(reply.value)
    else controller.notice('danger', errorText(reply.error))
  }
  return (
    <div class={styles.parting}>
      <Button size="small" onClick={() => (blocked() ? void block(false) : setAsking('block'))}>
        {blocked() ? t('details.unblock') : t('details.block')}
      </Button>
      <Show when={props.contact.state !== 'removed'}>
        <Button size="small" look="danger" onClick={() => setAsking('remove')}>
          {t('details.remove')}
        </Button>
      </Show>
      <Show when={asking() === 'block'}>
        <Confirm
          title={t('details.blockTitle', props.contact.name)}
          text={t('details.blockLead')}
          confirm={t('details.block')}
          cancel={t('app.cancel')}
          onConfirm={() => void block(true)}
          onClose={() => setAsking(null)}
        />
      </Show>
      <Show when={asking() === 'remove'}>
        <Confirm
          title={t('details.removeTitle', props.contact.name)}
          text={t('details.removeLead')}
          confirm={t('details.remove')}
          cancel={t('app.cancel')}
          onConfirm={() => void remove()}
          onClose={() => setAsking(null)}
        />
      </Show>
    </div>
  )
}
