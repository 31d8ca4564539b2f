/** How the two implementations call their refusals: told apart equally finely, named each in its own words. */

/** What the twin calls a refusal, and what the product may call it. */
export const refusals: Record<string, readonly string[]> = {
  envelope: ['malformed', 'unknownKind'],
  kind: ['unknownKind', 'malformed'],
  'prologue version': ['unknownVersion'],
  'prologue suite': ['unknownSuite'],
  'prologue of another session': ['otherHandshake'],
  header: ['noHeaderKey'],
  'header: key type': ['malformed'],
  'header of another turn': ['badHeader'],
  'early step': ['badHeader'],
  'length of the previous turn': ['badHeader'],
  number: ['badHeader'],
  gap: ['gapTooLarge'],
  'low order: ratchet key': ['badRatchetKey', 'badKey ratchetKey'],
  epoch: ['unknownEpoch'],
  'used before': ['noMessageKey'],
  commitment: ['badCommitment'],
  body: ['badTag'],
  padding: ['badPadding'],
  block: ['badBlock'],
  'block out of turn': ['unexpectedBlock'],
  'offer: authenticator': ['badAuthenticator'],
  'answer: authenticator': ['badAuthenticator'],
  'offer: KEM key': ['badKemKey'],
  'content too long': ['tooLong'],
  unanswered: ['stale'],
  'nothing to answer': ['notReady'],
  'turn is full': ['exhausted'],
  prekey: ['wrongPrekey'],
  introduction: ['undecryptable'],
  'low order: ephemeral key': ['badKey ephemeralKey'],
  'low order: signed prekey': ['badKey signedPrekey'],
  'low order: one-time prekey': ['badKey oneTimePrekey'],
  'low order: identity key': ['badKey identityKey', 'descriptor weakKey'],
  'bundle: KEM key': ['badKey kemKey'],
  payload: ['malformed'],
  'payload version': ['malformed'],
  'signature identity-descriptor@waxwing': ['descriptor badSignature'],
  'signature device@waxwing': ['certificate badRootSignature'],
  'signature device-root@waxwing': ['certificate badDeviceSignature'],
  'certificate of another root': ['certificate otherAccount'],
  'certificate of another device': ['certificate otherDevice'],
  'root is device': ['certificate sameKey'],
  descriptor: ['descriptor malformed'],
  'descriptor version': ['descriptor malformed'],
  certificate: ['certificate malformed'],
  'certificate version': ['certificate malformed'],
  bundle: ['malformed'],
  'bundle version': ['unknownVersion'],
  'bundle suite': ['unknownSuite'],
  'signature prekey@waxwing': ['badSignature'],
  'bundle of another device': ['wrongDevice'],
  'bundle of another identity key': ['wrongIdentityKey'],
  'bundle expired': ['expired'],
  'bundle: a key twice': ['repeatedKey'],
}

export interface ErrorLike {
  readonly kind: string
  readonly key?: string
  readonly error?: unknown
  readonly reason?: unknown
  readonly cause?: unknown
}

/** The product's word for a refusal, of the error that lies innermost but for what a decoder says. */
export function nameOf(error: ErrorLike): string {
  if (error.kind === 'badFirstMessage') return nameOf(error.error as ErrorLike)
  if (error.kind === 'identityRefused') return nameOf(error.reason as ErrorLike)
  if (error.kind === 'descriptor' || error.kind === 'certificate') {
    return `${error.kind} ${(error.cause as ErrorLike).kind}`
  }
  return error.kind === 'badKey' ? `badKey ${error.key}` : error.kind
}
