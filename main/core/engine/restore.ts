/** The state of a fresh run, from what the store keeps resident. */
import type { DecodeError } from '../bytes.ts'
import type { Crypto } from '../crypto/provider.ts'
import { decodeIdentitySecrets } from '../identity/account.ts'
import { decodeInvite } from '../identity/invite.ts'
import { deviceIdOf } from '../ids.ts'
import type * as ports from '../ports.ts'
import type { Result } from '../result.ts'
import { err, ok } from '../result.ts'
import { State } from './state.ts'
import { makeTables } from './tables.ts'

/** Of a contact that is being reached: the device that its invite names, whatever else it had before. */
function pendingDevices(crypto: Crypto, state: State, rows: ports.Resident): readonly ports.DeviceRow[] {
  return rows.contacts.flatMap(({ state: contactState, acceptedInvite }) => {
    if (contactState !== 'pending' || acceptedInvite === null) return []
    const invite = decodeInvite(crypto, acceptedInvite)
    return (invite.ok ? state.device(deviceIdOf(invite.value.deviceKey)) : null) ?? []
  })
}

export type StateError = { readonly kind: 'noSelf' } | { readonly kind: 'selfDamaged'; readonly cause: DecodeError }

/** Restores the state. Nobody is connected, nothing is in flight. */
export function createState(crypto: Crypto, rows: ports.Resident): Result<State, StateError> {
  if (rows.self === null) return err({ kind: 'noSelf' })
  const identity = decodeIdentitySecrets(crypto, rows.self.secrets)
  if (!identity.ok) return err({ kind: 'selfDamaged', cause: identity.error })
  const tables = makeTables(null)
  const state = new State(identity.value, tables)
  state.apply({ kind: 'putSelf', row: rows.self })
  for (const row of rows.contacts) state.apply({ kind: 'putContact', row })
  // An account's device is the one that was certified, and of several the one that spoke last.
  const certified = (row: ports.DeviceRow): number => Number(row.certificate.length > 0)
  const devices = [...rows.devices].sort((a, b) => certified(a) - certified(b) || a.addressesAtMs - b.addressesAtMs)
  for (const row of devices) state.apply({ kind: 'putDevice', row })
  for (const row of pendingDevices(crypto, state, rows)) state.apply({ kind: 'putDevice', row })
  for (const row of rows.invites) state.apply({ kind: 'putInvite', row })
  for (const row of rows.mailSlots) state.apply({ kind: 'putMailSlot', row })
  for (const [key, value] of rows.settings) state.apply({ kind: 'putSetting', key, value })
  for (const { device, ...depth } of rows.outbox) tables.depths.set(device, depth)
  return ok(state)
}
