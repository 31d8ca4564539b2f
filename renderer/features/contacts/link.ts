/** Finding the invite in what was pasted, dropped, scanned or opened. Pure. */
import { contractLimits } from '../../client/limits.ts'

const anywhere = /waxwing:[^\s<>"'`]+/iu
/** A link that a mail program broke: lines without a space follow one another. */
const broken = /waxwing:[^\s<>"'`]+(?:[ \t]*\r?\n(?:[>|] ?)*[\w.~:%=+/-]+(?=[ \t]*(?:\r?\n|$)))+/iu

/**
 * What may be the invite link inside a text, the likeliest first: people paste whole sentences, and
 * mail programs break lines. Only the node can tell which of them is one.
 */
export function invitesIn(text: string): readonly string[] {
  const head = text.slice(0, contractLimits.cardLengthMax).trim()
  const joined = broken.exec(head)?.[0].replace(/[\s>|]+/gu, '')
  const found = [anywhere.exec(head)?.[0], joined].filter((link) => link !== undefined)
  return [...new Set(found)].filter((link) => link.length <= contractLimits.inviteLinkLengthMax)
}
