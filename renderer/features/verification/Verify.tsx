import FileCheck from 'lucide-solid/icons/file-check'
import type { JSX } from 'solid-js'
import { createResource, createSignal, Match, Show, Switch } from 'solid-js'
import type { MethodReply } from '../../client/client.ts'
import type { Reply } from '../../client/errors.ts'
import { t } from '../../i18n/index.ts'
import { dateAndTime } from '../../i18n/time.ts'
import type { Comparison, Contact } from '../../state/model.ts'
import { sealOf } from '../../state/selectors.ts'
import { Button } from '../../ui/Button.tsx'
import { Dialog } from '../../ui/Dialog.tsx'
import { Fingerprint, SafetyNumber } from '../../ui/Fingerprint.tsx'
import { Notice } from '../../ui/Notice.tsx'
import { QrCode } from '../../ui/QrCode.tsx'
import { Seal } from '../../ui/Seal.tsx'
import { useApp } from '../app/context.ts'
import { errorText } from '../app/errors.ts'
import { ScanCode } from './ScanCode.tsx'
import styles from './Verify.module.css'

/** A longer text is no code of ours. */
const qrLengthMax = 1_024

type Verification = MethodReply<'verification.get'>

/** Compare, then mark: by reading aloud, by code, or by a file. */
export function Verify(props: { readonly account: string; readonly onClose: () => void }): JSX.Element {
  const { state, controller } = useApp()
  const contact = (): Contact | undefined => state.contacts[props.account]
  const name = (): string => contact()?.name ?? ''
  const [problem, setProblem] = createSignal<string>()
  // Asked again when the key changes while the dialog is open.
  const [verification] = createResource(
    () => ({ account: props.account, fingerprint: contact()?.fingerprint }),
    async ({ account }): Promise<Verification | null> => {
      const reply = await controller.client.call('verification.get', { account })
      if (reply.ok) return reply.value
      setProblem(errorText(reply.error))
      return null
    },
  )

  return (
    <Dialog size="large" title={t('verify.title', name())} closeLabel={t('app.close')} onClose={() => props.onClose()}>
      <Show when={problem()}>
        <Notice tone="danger" live>
          {problem()}
        </Notice>
      </Show>
      <Show when={verification()}>
        {(known) => <Show when={contact()}>{(person) => <Comparing contact={person()} verification={known()} />}</Show>}
      </Show>
    </Dialog>
  )
}

interface ComparingProps {
  readonly contact: Contact
  readonly verification: Verification
}

function Comparing(props: ComparingProps): JSX.Element {
  const { controller } = useApp()
  const [comparison, setComparison] = createSignal<Comparison | null>(null)
  const [problem, setProblem] = createSignal<string>()

  const take = (reply: Reply<Comparison>): void => {
    setProblem(reply.ok ? undefined : errorText(reply.error))
    setComparison(reply.ok ? reply.value : null)
  }
  const checkQr = async (text: string): Promise<void> => {
    const qr = text.slice(0, qrLengthMax)
    take(await controller.client.call('verification.checkQr', { account: props.contact.account, qr }))
  }
  const checkCard = async (): Promise<void> => {
    const file = await controller.shell.call('openCard', {})
    if (!file.ok && file.error.code !== 'cancelled') setProblem(errorText(file.error))
    if (!file.ok || !file.value) return
    take(await controller.client.call('verification.checkCard', { account: props.contact.account, ...file.value }))
  }

  return (
    <div class={styles.parts}>
      <section class={styles.part}>
        <p class={styles.lead}>{t('verify.lead', props.contact.name)}</p>
        <SafetyNumber groups={props.verification.safetyNumber} label={t('verify.safetyNumber')} />
        <Mark contact={props.contact} mismatch={comparison()?.kind === 'mismatch'} onProblem={setProblem} />
        <Show when={problem()}>
          <Notice tone="danger" live>
            {problem()}
          </Notice>
        </Show>
        <Show when={comparison()}>{(result) => <Result comparison={result()} />}</Show>
      </section>
      <div class={styles.ways}>
        <section class={styles.way}>
          <h3 class={styles.heading}>{t('verify.showCode')}</h3>
          <p class={styles.small}>{t('verify.showCodeLead', props.contact.name)}</p>
          <div class={styles.code}>
            <QrCode text={props.verification.qr} label={t('verify.qr')} fallback={<p>{t('newContact.qrTooLong')}</p>} />
          </div>
        </section>
        <section class={styles.way}>
          <h3 class={styles.heading}>{t('verify.scan')}</h3>
          <ScanCode onText={(text) => void checkQr(text)} onProblem={(words) => setProblem(words)} />
          <h3 class={styles.heading}>{t('verify.card')}</h3>
          <p class={styles.small}>{t('verify.cardLead')}</p>
          <Button size="small" icon={<FileCheck size={16} />} onClick={() => void checkCard()}>
            {t('verify.cardOpen')}
          </Button>
        </section>
      </div>
      <Prints verification={props.verification} />
    </div>
  )
}

interface MarkProps {
  readonly contact: Contact
  /** A comparison has just failed: it cannot be marked over. */
  readonly mismatch: boolean
  readonly onProblem: (words: string | undefined) => void
}

/** The seal and the one button that changes it. */
function Mark(props: MarkProps): JSX.Element {
  const { controller } = useApp()
  const [busy, setBusy] = createSignal(false)
  const verified = (): boolean => props.contact.verifiedAtMs !== null
  const mark = async (): Promise<void> => {
    setBusy(true)
    const params = { account: props.contact.account, verified: !verified() }
    const reply = await controller.client.call('verification.set', params)
    setBusy(false)
    props.onProblem(reply.ok ? undefined : errorText(reply.error))
    if (reply.ok) controller.takeContactChange(reply.value)
  }
  return (
    <div class={styles.mark}>
      <span class={styles.sealLine} data-state={sealOf(props.contact)}>
        <Seal state={sealOf(props.contact)} size={22} />
        {props.contact.verifiedAtMs === null
          ? t(`seal.${sealOf(props.contact)}`)
          : t('verify.verifiedSince', dateAndTime(props.contact.verifiedAtMs))}
      </span>
      <Button
        look={verified() ? 'plain' : 'primary'}
        busy={busy()}
        disabled={props.mismatch && !verified()}
        onClick={() => void mark()}
      >
        {verified() ? t('verify.undo') : t('verify.same')}
      </Button>
    </div>
  )
}

function Prints(props: { readonly verification: Verification }): JSX.Element {
  return (
    <dl class={styles.prints}>
      <dt>{t('verify.theirFingerprint')}</dt>
      <dd>
        <Fingerprint value={props.verification.fingerprint} label={t('verify.theirFingerprint')} small />
      </dd>
      <dt>{t('verify.yourFingerprint')}</dt>
      <dd>
        <Fingerprint value={props.verification.ownFingerprint} label={t('verify.yourFingerprint')} small />
      </dd>
    </dl>
  )
}

function Result(props: { readonly comparison: Comparison }): JSX.Element {
  const mismatch = (): Extract<Comparison, { kind: 'mismatch' }> | undefined =>
    props.comparison.kind === 'mismatch' ? props.comparison : undefined
  return (
    <Switch>
      <Match when={props.comparison.kind === 'match'}>
        <Notice tone="good" live icon={<Seal state="whole" size={20} />} title={t('verify.match')} />
      </Match>
      <Match when={mismatch()}>
        {(found) => (
          <Notice tone="danger" live icon={<Seal state="cracked" size={20} />} title={t('verify.mismatch')}>
            {t('verify.mismatchLead')}
            <dl class={styles.prints}>
              <dt>{t('verify.expected')}</dt>
              <dd>
                <Fingerprint value={found().expected} small />
              </dd>
              <dt>{t('verify.got')}</dt>
              <dd>
                <Fingerprint value={found().got} small />
              </dd>
            </dl>
          </Notice>
        )}
      </Match>
      <Match when={props.comparison.kind === 'badSignature'}>
        <Notice tone="danger" live>
          {t('verify.badSignature')}
        </Notice>
      </Match>
    </Switch>
  )
}
