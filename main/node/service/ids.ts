/** Ids of the contract, whose schemas have passed, as the core's branded ones. */
import type { Result } from '../../core/result.ts'
import { assert } from '../../core/assert.ts'
import type { IdError } from '../../core/ids.ts'
import { parseAccountId, parseConversationId, parseDeviceId, parseEventId, parseInviteId } from '../../core/ids.ts'

function passed<T>(parse: (text: string) => Result<T, IdError>): (text: string) => T {
  return (text) => {
    const id = parse(text)
    assert(id.ok, 'the schema has passed this id')
    return id.value
  }
}

export const accountIdFrom = passed(parseAccountId)
export const conversationIdFrom = passed(parseConversationId)
export const deviceIdFrom = passed(parseDeviceId)
export const eventIdFrom = passed(parseEventId)
export const inviteIdFrom = passed(parseInviteId)
