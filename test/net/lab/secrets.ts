/** In which forms something that should be hidden could stand in what a watcher has. */

const base58Letters = '123456789ABCDEFGHJKLMNPQRSTUVWXYZabcdefghijkmnopqrstuvwxyz'

/** Digits of these bytes as one large number in base 58, as PeerIds are written. */
function base58(bytes: Buffer): string {
  let text = ''
  for (let rest = BigInt(`0x${bytes.toString('hex')}`); rest > 0n; rest /= 58n) {
    text = (base58Letters[Number(rest % 58n)] ?? '') + text
  }
  return text
}

/** The letters of base64 that these bytes have wherever they stand in a longer run of bytes. */
function base64(bytes: Buffer): readonly string[] {
  return [0, 1, 2].map((before) => {
    const text = Buffer.concat([Buffer.alloc(before), bytes])
      .toString('base64')
      .replaceAll('=', '')
    // At both edges a letter also says something of the neighbours.
    return text.slice(before === 0 ? 0 : before + 1, -1)
  })
}

/** A piece long enough not to occur by chance, short enough to find what was cut. */
const pieceBytes = 12

/** What to look for: the key or id of these bytes, or a piece of it. */
export function formsOfBytes(hex: string): readonly Buffer[] {
  const whole = Buffer.from(hex, 'hex')
  const pieces = [0, whole.length - pieceBytes].map((at) => whole.subarray(at, at + pieceBytes))
  const texts = [
    ...pieces.flatMap((piece) => [piece.toString('hex'), piece.toString('hex').toUpperCase(), ...base64(piece)]),
    base58(whole),
    // As a PeerId: the first letters belong to every Ed25519 key.
    base58(Buffer.concat([Buffer.from('002408011220', 'hex'), whole])).slice(8, 32),
  ]
  const urlSafe = texts.map((text) => text.replaceAll('+', '-').replaceAll('/', '_'))
  return [...pieces, ...[...new Set([...texts, ...urlSafe])].map((text) => Buffer.from(text, 'latin1'))]
}

/** What to look for: a name or a message. */
export function formsOfText(text: string): readonly Buffer[] {
  const plain = Buffer.from(text, 'utf8')
  const texts = [plain.toString('hex'), ...base64(plain), base58(plain)].map((form) => Buffer.from(form, 'latin1'))
  return [plain, Buffer.from(text, 'utf16le'), ...texts]
}

export interface Secret {
  readonly what: string
  readonly forms: readonly Buffer[]
}

/** Which secrets stand there in the clear, in any form. */
export function found(secrets: readonly Secret[], places: readonly Buffer[]): readonly string[] {
  const isThere = (form: Buffer): boolean => places.some((place) => place.includes(form))
  return secrets.filter(({ forms }) => forms.some(isThere)).map(({ what }) => what)
}

/** Every run of so many bytes, as text. */
export function runsOf(places: readonly Buffer[], length: number): ReadonlySet<string> {
  const runs = new Set<string>()
  for (const place of places) {
    for (let at = 0; at + length <= place.length; at++) runs.add(place.toString('latin1', at, at + length))
  }
  return runs
}
