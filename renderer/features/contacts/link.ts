/** Finding the invite in what was pasted, dropped, scanned or opened. Pure. */
import { contractLimits } from '../../client/limits.ts'

const anywhere = /waxwing:[^\s<>"'`]+/iu
const textLengthMax = contractLimits.cardLengthMax

/**
 * The invite link inside a text: people paste whole sentences, and mail programs break lines.
 * Null when there is none; the node judges what is found.
 */
export function inviteIn(text: string): string | null {
  const head = text.slice(0, textLengthMax).trim()
  const found = anywhere.exec(head)?.[0] ?? anywhere.exec(head.replace(/\s+/gu, ''))?.[0]
  return found !== undefined && found.length <= contractLimits.inviteLinkLengthMax ? found : null
}
