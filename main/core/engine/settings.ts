/** Settings: the engine keeps all of them and understands two. */
import { implementationLimits } from '../limits.ts'
import type { SettingValue } from '../ports.ts'
import type { Result } from '../result.ts'
import { err, ok } from '../result.ts'
import type { CommandError, Replies } from './commands.ts'
import type { State } from './state.ts'
import type { Turn } from './turn.ts'

const defaults = { lanDiscovery: true, sendReadReceipts: true } as const

/** A switch of the user's; its default until it was set. */
export function isOn(state: State, key: keyof typeof defaults): boolean {
  const value = state.setting(key)
  return typeof value === 'boolean' ? value : defaults[key]
}

function sizeOf(values: ReadonlyMap<string, SettingValue>): number {
  let longest = 0
  for (const [key, value] of values) longest = Math.max(longest, key.length, String(value).length)
  return longest
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
  const lanBefore = isOn(turn.state, 'lanDiscovery')
  for (const [key, value] of values) turn.put({ kind: 'putSetting', key, value })
  const lan = isOn(turn.state, 'lanDiscovery')
  if (lan !== lanBefore) turn.emit({ kind: 'setLan', on: lan })
  turn.notice({ kind: 'settings' })
  return ok({})
}
