/** Settings: the engine keeps all of them and understands those that change what it does. */
import { implementationLimits, quotaLimits } from '../limits.ts'
import type { Privacy, Quotas, SettingValue } from '../ports.ts'
import type { Result } from '../result.ts'
import { err, ok } from '../result.ts'
import type { CommandError, Replies } from './commands.ts'
import type { State } from './state.ts'
import type { Turn } from './turn.ts'

/** What the node and the engine keep for themselves among the settings begins with one of these. */
const ownPrefixes = ['node.', 'engine.'] as const

/** The key of something that is kept among the settings, but is none of the user's. */
export type OwnSetting = `${(typeof ownPrefixes)[number]}${string}`

function isOwn(key: string): boolean {
  return ownPrefixes.some((prefix) => key.startsWith(prefix))
}

const defaults = {
  lanDiscovery: true,
  sendReadReceipts: true,
  serveRelay: false,
  serveMailbox: false,
  portMapping: true,
} as const

/** A switch of the user's; its default until it was set. */
export function isOn(state: State, key: keyof typeof defaults): boolean {
  const value = state.setting(key)
  return typeof value === 'boolean' ? value : defaults[key]
}

/** Who may learn where this device is. A proxy that is not whole hides as much as relays do, and dials nobody else. */
export function privacyOf(state: Pick<State, 'setting'>): Privacy {
  const mode = state.setting('privacy')
  const [host, port] = [state.setting('proxyHost'), state.setting('proxyPort')]
  if (mode === 'relayOnly') return { kind: 'relayOnly' }
  if (mode !== 'proxy') return { kind: 'open' }
  return { kind: 'proxy', host: typeof host === 'string' ? host : '', port: typeof port === 'number' ? port : 0 }
}

/** The quota that was chosen by its name; the default's until one was, or for a name of another version. */
function chosen<T>(quotas: Readonly<Record<string, T>>, name: SettingValue | null, byDefault: T): T {
  const found = typeof name === 'string' && Object.hasOwn(quotas, name) ? quotas[name] : undefined
  return found === undefined ? byDefault : found
}

/** How much of this device contacts may use. */
export function quotasOf(state: Pick<State, 'setting'>): Quotas {
  const { mailboxQuotasBytes, mailboxQuotaDefault, relayQuotasBytes, relayQuotaDefault } = quotaLimits
  return {
    mailboxBytes: chosen<number>(
      mailboxQuotasBytes,
      state.setting('mailboxQuota'),
      mailboxQuotasBytes[mailboxQuotaDefault],
    ),
    relayBytesPerDay: chosen<number | null>(
      relayQuotasBytes,
      state.setting('relayQuota'),
      relayQuotasBytes[relayQuotaDefault],
    ),
  }
}

function sizeOf(values: ReadonlyMap<string, SettingValue>): number {
  let longest = 0
  for (const [key, value] of values) longest = Math.max(longest, key.length, String(value).length)
  return longest
}

/** What of the settings the network has to know. */
function switches(state: State) {
  return {
    lan: isOn(state, 'lanDiscovery'),
    portMapping: isOn(state, 'portMapping'),
    serving: { relay: isOn(state, 'serveRelay'), mailbox: isOn(state, 'serveMailbox') },
    quotas: quotasOf(state),
    privacy: privacyOf(state),
  }
}

/** Tells the network what is set otherwise than before; null: everything. */
export function applySwitches(turn: Turn, before: ReturnType<typeof switches> | null): void {
  const now = switches(turn.state)
  const differs = (key: keyof typeof now): boolean => JSON.stringify(now[key]) !== JSON.stringify(before?.[key])
  if (differs('privacy')) turn.emit({ kind: 'setPrivacy', privacy: now.privacy })
  if (differs('lan')) turn.emit({ kind: 'setLan', on: now.lan })
  if (differs('portMapping')) turn.emit({ kind: 'setPortMapping', on: now.portMapping })
  // Before anything is served.
  if (differs('quotas')) turn.emit({ kind: 'setQuotas', quotas: now.quotas })
  if (differs('serving')) turn.emit({ kind: 'setServing', serving: now.serving })
  if (before === null || !(differs('privacy') || differs('serving'))) return
  turn.emit({ kind: 'peersChanged' })
  for (const [device, flow] of turn.state.flows()) {
    if (flow.path !== null) turn.follow({ kind: 'introduce', device })
  }
}

export function setSettings(
  turn: Turn,
  values: ReadonlyMap<string, SettingValue>,
): Result<Replies['setSettings'], CommandError> {
  const { settingsMax, settingLengthMax } = implementationLimits
  const after = new Map([...turn.state.settings(), ...values])
  if (after.size > settingsMax) return err({ kind: 'settingsTooLarge', got: after.size, max: settingsMax })
  const longest = sizeOf(values)
  if (longest > settingLengthMax) {
    return err({ kind: 'settingsTooLarge', got: longest, max: settingLengthMax })
  }
  const before = switches(turn.state)
  for (const [key, value] of values) turn.put({ kind: 'putSetting', key, value })
  applySwitches(turn, before)
  if (![...values.keys()].every(isOwn)) turn.notice({ kind: 'settings' })
  return ok({})
}
