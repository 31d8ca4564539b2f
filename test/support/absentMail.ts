/** Mail of a network that reaches no mailbox. */
import type { Mail } from '../../main/core/ports.ts'

export const absentMail: Mail = {
  deposit: () => Promise.resolve('unreachable'),
  registerTags: () => Promise.resolve('notConnected'),
  collect: () => Promise.resolve(null),
  removeItems: () => Promise.resolve(false),
  publishRecord: () => Promise.resolve('unreachable'),
  lookupRecord: () => Promise.resolve(null),
}
