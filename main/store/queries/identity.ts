/** Tables self, contact and device: small, and read whole at start. */
import type { ContactRow, DeviceRow, KnownGrant, MailboxAddress, SelfRow } from '../../core/ports.ts'
import type { Connection, Row } from '../connection.ts'
import { accountId, blob, blobOrNull, deviceId, integer, integerOrNull, isDeviceText, key, list } from '../columns.ts'
import { oneOf, oneOfOrNull, text, textOrNull } from '../columns.ts'

const contactStates = ['pending', 'active', 'keyChanged', 'blocked', 'removed'] as const
const pendingProblems = [
  'inviteUsed',
  'inviteExpired',
  'inviteWithdrawn',
  'inviteUnknown',
  'identityMismatch',
  'peerTooNew',
] as const

export function selfQueries(connection: Connection) {
  const put = connection.prepare(`
    INSERT INTO self (id, secrets, name, created_at_ms) VALUES (1, ?, ?, ?)
    ON CONFLICT (id) DO UPDATE SET
      secrets = excluded.secrets, name = excluded.name, created_at_ms = excluded.created_at_ms`)
  const get = connection.prepare('SELECT secrets, name, created_at_ms FROM self WHERE id = 1')
  return {
    put(row: SelfRow): void {
      put.run([row.secrets, row.name, row.createdAtMs])
    },
    get(): SelfRow | null {
      const row = get.get([])
      if (row === undefined) return null
      return { secrets: blob(row, 'secrets'), name: text(row, 'name'), createdAtMs: integer(row, 'created_at_ms') }
    },
  }
}

function contactOf(row: Row): ContactRow {
  return {
    account: accountId(row, 'account'),
    state: oneOf(row, 'state', contactStates),
    pendingProblem: oneOfOrNull(row, 'pending_problem', pendingProblems),
    claimedName: text(row, 'claimed_name'),
    petName: textOrNull(row, 'pet_name'),
    descriptor: blob(row, 'descriptor'),
    offeredDescriptor: blobOrNull(row, 'offered_descriptor'),
    verifiedAtMs: integerOrNull(row, 'verified_at_ms'),
    createdAtMs: integer(row, 'created_at_ms'),
    lastSeenAtMs: integerOrNull(row, 'last_seen_at_ms'),
    acceptedInvite: blobOrNull(row, 'accepted_invite'),
    lanKey: blobOrNull(row, 'lan_key'),
  }
}

export function contactQueries(connection: Connection) {
  const put = connection.prepare(`
    INSERT INTO contact (account, state, pending_problem, claimed_name, pet_name, descriptor, offered_descriptor,
      verified_at_ms, created_at_ms, last_seen_at_ms, accepted_invite, lan_key)
    VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
    ON CONFLICT (account) DO UPDATE SET
      state = excluded.state, pending_problem = excluded.pending_problem, claimed_name = excluded.claimed_name,
      pet_name = excluded.pet_name, descriptor = excluded.descriptor,
      offered_descriptor = excluded.offered_descriptor, verified_at_ms = excluded.verified_at_ms,
      created_at_ms = excluded.created_at_ms, last_seen_at_ms = excluded.last_seen_at_ms,
      accepted_invite = excluded.accepted_invite, lan_key = excluded.lan_key`)
  const all = connection.prepare('SELECT * FROM contact ORDER BY account')
  return {
    put(row: ContactRow): void {
      put.run([
        key(row.account),
        row.state,
        row.pendingProblem,
        row.claimedName,
        row.petName,
        row.descriptor,
        row.offeredDescriptor,
        row.verifiedAtMs,
        row.createdAtMs,
        row.lastSeenAtMs,
        row.acceptedInvite,
        row.lanKey,
      ])
    },
    all: (): readonly ContactRow[] => all.all([]).map(contactOf),
  }
}

const serviceUses = ['auto', 'always', 'never'] as const

function isMailbox(element: unknown): element is MailboxAddress {
  if (typeof element !== 'object' || element === null || !('device' in element) || !('addresses' in element)) {
    return false
  }
  const { device, addresses } = element
  return isDeviceText(device) && Array.isArray(addresses) && addresses.every(isText)
}

function isText(element: unknown): element is string {
  return typeof element === 'string'
}

function grantOf(row: Row): KnownGrant | null {
  const [key, signer] = [blobOrNull(row, 'mail_key'), blobOrNull(row, 'mail_signer')]
  return key === null || signer === null ? null : { key, signer, sinceMs: integer(row, 'mail_since_ms') }
}

export function deviceQueries(connection: Connection) {
  const put = connection.prepare(`
    INSERT INTO device (device, account, certificate, addresses, addresses_at_ms, told_at_ms, services, mailboxes,
      relays, mail_key, mail_signer, mail_since_ms, service_use)
    VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
    ON CONFLICT (device) DO UPDATE SET
      account = excluded.account, certificate = excluded.certificate,
      addresses = excluded.addresses, addresses_at_ms = excluded.addresses_at_ms,
      told_at_ms = excluded.told_at_ms, services = excluded.services, mailboxes = excluded.mailboxes,
      relays = excluded.relays,
      mail_key = excluded.mail_key, mail_signer = excluded.mail_signer,
      mail_since_ms = excluded.mail_since_ms, service_use = excluded.service_use`)
  const all = connection.prepare('SELECT * FROM device ORDER BY device')
  return {
    put(row: DeviceRow): void {
      put.run([
        key(row.device),
        key(row.account),
        row.certificate,
        JSON.stringify(row.addresses),
        row.addressesAtMs,
        row.toldAtMs,
        row.services,
        JSON.stringify(row.mailboxes),
        JSON.stringify(row.relays),
        row.mail?.key ?? null,
        row.mail?.signer ?? null,
        row.mail?.sinceMs ?? 0,
        row.use,
      ])
    },
    all(): readonly DeviceRow[] {
      return all.all([]).map((row) => ({
        device: deviceId(row, 'device'),
        account: accountId(row, 'account'),
        certificate: blob(row, 'certificate'),
        addresses: list(row, 'addresses', isText),
        addressesAtMs: integer(row, 'addresses_at_ms'),
        toldAtMs: integer(row, 'told_at_ms'),
        services: integer(row, 'services'),
        mailboxes: list(row, 'mailboxes', isMailbox),
        relays: list(row, 'relays', isMailbox),
        mail: grantOf(row),
        use: oneOf(row, 'service_use', serviceUses),
      }))
    },
  }
}
