/** The rows of a contact whose handshake held. */
import { equalBytes } from '../bytes.ts'
import type { PublicIdentity } from '../identity/account.ts'
import { encodeIdentityPayload } from '../identity/account.ts'
import type { DeviceId } from '../ids.ts'
import type { ContactRow, ConversationRow } from '../ports.ts'
import { asideContent, enqueue, introductionOf, reachFor } from './compose.ts'
import { lanKey } from './keys.ts'
import type { Turn } from './turn.ts'

/** The contact as it stands after its handshake. */
export function establish(
  turn: Turn,
  identity: PublicIdentity,
  known: ContactRow | null,
  acceptedInvite: Uint8Array | null,
): ContactRow {
  const sameKey = known !== null && equalBytes(known.descriptor, identity.descriptor)
  return turn.putContact({
    account: identity.account,
    state: 'active',
    pendingProblem: null,
    claimedName: known?.claimedName ?? '',
    petName: known?.petName ?? null,
    descriptor: identity.descriptor,
    offeredDescriptor: null,
    verifiedAtMs: sameKey ? known.verifiedAtMs : null,
    createdAtMs: known?.createdAtMs ?? turn.nowMs,
    lastSeenAtMs: turn.nowMs,
    acceptedInvite,
    lanKey: lanKey(turn.crypto, turn.state.identity, identity),
  })
}

/** The device with the certificate that its handshake showed. */
export function certify(turn: Turn, identity: PublicIdentity): void {
  const known = turn.state.device(identity.device)
  turn.put({
    kind: 'putDevice',
    row: {
      device: identity.device,
      account: identity.account,
      certificate: identity.certificate,
      addresses: known?.addresses ?? [],
      addressesAtMs: known?.addressesAtMs ?? 0,
      toldAtMs: known?.toldAtMs ?? 0,
      services: known?.services ?? 0,
      mailboxes: known?.mailboxes ?? [],
      relays: known?.relays ?? [],
      mail: known?.mail ?? null,
      use: known?.use ?? 'auto',
    },
  })
}

/** Our own name and addresses, as the first thing that waits for a new contact. */
export function queueHello(turn: Turn, device: DeviceId, conversation: ConversationRow): void {
  const content = asideContent(turn, conversation, {
    kind: 'hello',
    name: turn.state.self.name,
    ...reachFor(turn, device),
    descriptor: encodeIdentityPayload(turn.state.identity),
  })
  enqueue(turn, device, content, null)
  turn.setFlow(device, { told: introductionOf(turn) })
}
