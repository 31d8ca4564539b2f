/** Calls through a relay, made of plain libp2p. */
import { RELAY_V2_HOP_CODEC } from '@libp2p/circuit-relay-v2'
import type { Connection, Stream } from '@libp2p/interface'
import type { DeviceId } from '../../main/core/ids.ts'
import { peerOf } from '../../main/net/keys.ts'

/** What a relay says to a call. */
export const statuses = { accepted: 100, limitExceeded: 201, denied: 202, noPlace: 204 } as const

/** A message that calls this device, with its length before it. */
function callTo(device: DeviceId): Uint8Array {
  const peer = peerOf(device)
  const id = peer?.toMultihash().bytes ?? new Uint8Array(0)
  return Uint8Array.of(id.length + 6, 0x08, 1, 0x12, id.length + 2, 0x0a, id.length, ...id)
}

/** Calls, and says with which status it was answered; null when the stream was reset. */
export async function callStatus(connection: Connection, device: DeviceId): Promise<number | null> {
  let stream: Stream
  try {
    stream = await connection.newStream(RELAY_V2_HOP_CODEC)
  } catch {
    return null
  }
  const answer = new Promise<number | null>((resolve) => {
    stream.addEventListener('message', ({ data }) => {
      const bytes = data.subarray()
      const at = bytes.indexOf(0x28)
      const [low = 0, high = 0] = [bytes[at + 1], bytes[at + 2]]
      resolve(low < 0x80 ? low : (low & 0x7f) + 128 * high)
    })
    stream.addEventListener('close', () => resolve(null))
  })
  if (stream.status === 'open') stream.send(callTo(device))
  const status = stream.status === 'open' ? await answer : null
  if (status !== statuses.accepted) stream.abort(new Error('No call'))
  return status
}
