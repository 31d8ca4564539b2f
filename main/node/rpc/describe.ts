/** What a headless node can do, for people and programs: methods with the JSON Schemas of params and results. */
import { errorCodes, rpcCode } from '../../../preload/contract/errors.ts'
import { numberedEventSchema } from '../../../preload/contract/events.ts'
import { contractLimits } from '../../../preload/contract/limits.ts'
import { methods } from '../../../preload/contract/methods.ts'
import type { JsonSchema, Schema } from '../../../preload/contract/schema.ts'
import { count } from '../../../preload/contract/dto.ts'
import { list, object, string } from '../../../preload/contract/schema.ts'

interface Method {
  readonly summary: string
  readonly params: Schema<unknown>
  readonly result: Schema<unknown>
}

const nothing = object({})
const anyObject: Schema<unknown> = { json: { type: 'object' }, parse: (value) => ({ ok: true, value }) }

/** Methods that only the headless node has: its user may write files anyway, and there is no screen to ask. */
export const headlessMethods = {
  'events.subscribe': {
    summary: 'From now on every event comes as a notification `event`. Answers with the number of the last one so far.',
    params: nothing,
    result: object({ sequence: count }),
  },
  'events.unsubscribe': { summary: 'No more notifications.', params: nothing, result: nothing },
  'fingerprint.exportTo': {
    summary: 'Writes the files of fingerprint.export into a folder, which is made if need be. Nothing is overwritten.',
    params: object({ directory: string({ min: 1, max: 4_096 }) }),
    result: object({ files: list(string({ max: 100 }), 16) }),
  },
  describe: { summary: 'This description.', params: nothing, result: anyObject },
} as const

export const protocolName = 'waxwing-headless/1'

/** The description that `describe` and `rpc.describe` answer with. */
export function describe(version: string): JsonSchema {
  const all: [string, Method][] = [...Object.entries(methods), ...Object.entries(headlessMethods)]
  return {
    protocol: protocolName,
    version,
    transport: 'JSON-RPC 2.0 over stdin and stdout, one JSON object or batch a line, UTF-8',
    limits: {
      lineSizeBytesMax: contractLimits.messageSizeBytesMax,
      requestsInFlightMax: contractLimits.requestsInFlightMax,
    },
    methods: all.map(([name, { summary, params, result }]) => ({
      name,
      summary,
      params: params.json,
      result: result.json,
    })),
    notifications: [{ name: 'event', params: numberedEventSchema.json }],
    errors: errorCodes.map((code) => ({ code, number: rpcCode(code) })),
  }
}
