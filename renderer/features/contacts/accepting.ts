/** Reading an invite that came on any way, and accepting it. */
import type { Accessor } from 'solid-js'
import { createEffect, createSignal, on } from 'solid-js'
import type { MethodReply } from '../../client/client.ts'
import { contractLimits } from '../../client/limits.ts'
import { t } from '../../i18n/index.ts'
import { useApp } from '../app/context.ts'
import type { Controller } from '../app/controller.ts'
import { errorText } from '../app/errors.ts'
import type { ClientError } from '../../client/errors.ts'
import type { AskReason } from './AskAgain.tsx'
import { askReasonOf } from './AskAgain.tsx'
import { invitesIn } from './link.ts'
import { choosePicture, isPicture, scanPicture } from './scan.ts'

export type Claim = MethodReply<'invite.inspect'>

export interface Accepting {
  /** Who the invite claims to be from; null until it was read. */
  readonly claim: Accessor<Claim | null>
  readonly problem: Accessor<string | undefined>
  /** Set when another invite would help: why. */
  readonly askReason: Accessor<AskReason | undefined>
  readonly busy: Accessor<boolean>
  /** Accepts what is shown. False when there is nothing to accept yet. */
  readonly accept: () => Promise<boolean>
  readonly openFile: () => Promise<void>
  readonly scan: () => Promise<void>
  readonly takeFile: (file: File) => Promise<void>
}

export interface AcceptingOptions {
  readonly text: Accessor<string>
  readonly onText: (text: string) => void
  readonly onReading: (reading: boolean) => void
  readonly onDone: () => void
}

type Read =
  | { readonly kind: 'claim'; readonly claim: Claim; readonly link: string }
  | { readonly kind: 'problem'; readonly words: string; readonly reason: AskReason | undefined }
  | { readonly kind: 'nothing' }

/** Asks the node about each guess until one of them is an invite; what is said of the first is said. */
async function readInvite(controller: Controller, text: string): Promise<Read> {
  if (text.trim() === '') return { kind: 'nothing' }
  let first: ClientError | undefined
  for (const link of invitesIn(text)) {
    const reply = await controller.client.call('invite.inspect', { link })
    if (reply.ok) return { kind: 'claim', claim: reply.value, link }
    first ??= reply.error
  }
  if (first === undefined) return { kind: 'problem', words: t('errors.inviteMalformed'), reason: 'inviteMalformed' }
  return { kind: 'problem', words: errorText(first), reason: askReasonOf(first.code) }
}

export function createAccepting(options: AcceptingOptions): Accepting {
  const { controller, setPane } = useApp()
  const [found, setFound] = createSignal<Extract<Read, { kind: 'claim' }> | null>(null)
  const [problem, showProblem] = createSignal<string>()
  const [askReason, setAskReason] = createSignal<AskReason>()
  const setProblem = (words: string | undefined, reason?: AskReason): void => {
    showProblem(words)
    setAskReason(reason)
  }
  const [busy, setBusy] = createSignal(false)
  let turns = 0

  const inspect = async (text: string): Promise<void> => {
    const turn = ++turns
    setFound(null)
    setProblem(undefined)
    setBusy(true)
    const read = await readInvite(controller, text)
    if (turn !== turns) return
    setBusy(false)
    if (read.kind === 'claim') setFound(read)
    if (read.kind === 'problem') setProblem(read.words, read.reason)
    options.onReading(read.kind === 'claim')
  }
  createEffect(on(options.text, (text) => void inspect(text)))

  const accept = async (): Promise<boolean> => {
    const shown = found()
    if (!shown || busy()) return false
    setBusy(true)
    const reply = await controller.client.call('invite.accept', { link: shown.link })
    setBusy(false)
    if (!reply.ok) {
      setProblem(errorText(reply.error), askReasonOf(reply.error.code))
      return true
    }
    setPane(null)
    // First the dialog goes, so that it does not hold the focus back from the composer.
    options.onDone()
    controller.takeContact(reply.value)
    controller.notice('plain', t('newContact.accepted', reply.value.name))
    return true
  }
  const takePicture = async (file: File): Promise<void> => {
    const text = await scanPicture(file)
    if (text === null) setProblem(t('newContact.noCode'))
    else if (invitesIn(text).length === 0) setProblem(t('newContact.notInvite'))
    else options.onText(text)
  }
  const takeFile = async (file: File): Promise<void> => {
    if (isPicture(file)) return takePicture(file)
    // In bytes, and a character has at most four.
    if (file.size > contractLimits.cardLengthMax * 4) setProblem(t('errors.fileRefused'))
    else options.onText((await file.text()).slice(0, contractLimits.cardLengthMax))
  }
  const openFile = async (): Promise<void> => {
    const reply = await controller.shell.call('openInvite', {})
    if (reply.ok && reply.value) options.onText(reply.value.text)
    if (!reply.ok && reply.error.code !== 'cancelled') setProblem(errorText(reply.error))
  }
  const scan = async (): Promise<void> => {
    const file = await choosePicture()
    if (file) await takePicture(file)
  }
  const claim = (): Claim | null => found()?.claim ?? null
  return { claim, problem, askReason, busy, accept, openFile, scan, takeFile }
}
