/** What the command line asks of a profile without anybody there: opening it, switching serving on, an invite. */
import { existsSync, writeFileSync } from 'node:fs'
import type { ContractError } from '../../preload/contract/errors.ts'
import type { SettingValue } from '../core/ports.ts'
import type { Result } from '../core/result.ts'
import { err, ok } from '../core/result.ts'
import type { Assembly } from './assemble.ts'
import { contractError } from './errors.ts'
import type { HeadlessOptions, Unattended, WantedInvites } from './headlessOptions.ts'
import { nodeLimits } from './limits.ts'
import { codeOf } from '../store/errors.ts'
import { readPassphraseFile } from './passphraseFile.ts'
import type { NodeContext } from './service/context.ts'

/** Opens the profile with the passphrase in the file, or makes it. The error is a sentence. */
export async function openUnattended(parts: Assembly, wanted: Unattended): Promise<Result<void, string>> {
  const passphrase = readPassphraseFile(wanted.passphraseFile)
  if (!passphrase.ok) return passphrase
  const { state, problem } = parts.manager.profile()
  if (state === 'broken') return err(problem ?? contractError('profileBroken').message)
  if (state === 'absent' && wanted.create === null) {
    return err(`${contractError('profileMissing').message} With --create NAME it is made.`)
  }
  const protection = { kind: 'passphrase', passphrase: passphrase.value }
  const opened =
    state === 'absent'
      ? await parts.service.call('profile.create', { name: wanted.create, protection })
      : await parts.service.call('profile.unlock', { passphrase: passphrase.value })
  return opened.ok ? ok(undefined) : err(opened.error.message)
}

/** Sets what the command line names, now or once the profile is opened. It stays so, as what the user sets does. */
export function serveOnceOpen(parts: Assembly, serve: HeadlessOptions['serve'], failed: () => void): void {
  const values = new Map<string, SettingValue>()
  if (serve.relay) values.set('serveRelay', true)
  if (serve.mailbox) values.set('serveMailbox', true)
  if (serve.relayQuota !== null) values.set('relayQuota', serve.relayQuota)
  if (serve.mailboxQuota !== null) values.set('mailboxQuota', serve.mailboxQuota)
  if (values.size === 0) return
  parts.service.subscribe(({ event }) => {
    if (event.kind !== 'profileChanged' || event.profile.state !== 'open') return
    const context = parts.manager.open()
    if (!context.ok) return
    void context.value.submit<'setSettings'>({ kind: 'setSettings', values }).then((set) => {
      if (!set.ok) failed()
    })
  })
}

/** Whether this device has an address that an invite can name, after waiting for one. */
function hasAddress(parts: Assembly, context: NodeContext): Promise<boolean> {
  const known = (): boolean => context.network.status().addresses.length > 0
  if (known()) return Promise.resolve(true)
  return new Promise((resolve) => {
    const settle = (): void => {
      unsubscribe()
      cancel()
      resolve(known())
    }
    const unsubscribe = parts.service.subscribe(({ event }) => {
      if (event.kind === 'networkChanged' && known()) settle()
    })
    const cancel = context.clock.after(nodeLimits.inviteAddressWaitMs, settle)
  })
}

/** A link that works once. The error is a sentence. */
async function inviteLink(parts: Assembly): Promise<Result<string, string>> {
  const context = parts.manager.open()
  if (!context.ok) return err(context.error.message)
  if (!(await hasAddress(parts, context.value))) {
    return err('There is no invite: nobody could reach this node, which has no address.')
  }
  const made: Result<unknown, ContractError> = await parts.service.call('invite.create', { lifetimeMs: null })
  if (!made.ok) return err(made.error.message)
  return ok((made.value as { readonly link: string }).link)
}

/** One invite for everywhere it is wanted. The error is a sentence. */
export async function giveInvite(
  parts: Assembly,
  wanted: WantedInvites,
  print: (link: string) => void,
): Promise<Result<void, string>> {
  const file = wanted.file === null || existsSync(wanted.file) ? null : wanted.file
  if (!wanted.print && file === null) return ok(undefined)
  const link = await inviteLink(parts)
  if (!link.ok) return link
  if (wanted.print) print(link.value)
  try {
    if (file !== null) writeFileSync(file, `${link.value}\n`, { flag: 'wx', mode: 0o600 })
  } catch (thrown) {
    return err(`The invite’s file could not be written (${codeOf(thrown)}).`)
  }
  return ok(undefined)
}
