/** Which parts of a text may be opened. Only plain https addresses; everything else stays text. Pure. */

export type Segment =
  | { readonly kind: 'text'; readonly text: string }
  | { readonly kind: 'link'; readonly text: string; readonly url: string }

const urlLengthMax = 2_048
const candidate = /https:\/\/[^\s<>"'`\\{}|^]+/giu
/** Controls, invisible format characters and what turns the direction of writing. */
const hidden = /[\p{Cc}\p{Cf}\p{Co}\p{Cn}]/u
const wordBefore = /[\p{L}\p{N}_-]$/u

/** Closing marks at the end belong to the sentence, unless the address opened them. */
function withoutTail(text: string): string {
  let end = text.length
  for (; end > 0; end--) {
    const last = text[end - 1] as string
    if ('.,;:!?…*_~'.includes(last)) continue
    if (last === ')' && count(text, '(', end) < count(text, ')', end)) continue
    if (last === ']' && count(text, '[', end) < count(text, ']', end)) continue
    break
  }
  return text.slice(0, end)
}

function count(text: string, mark: string, end: number): number {
  let found = 0
  for (let at = 0; at < end; at++) if (text[at] === mark) found++
  return found
}

/**
 * The address in its canonical form, or null when it must not be opened: another scheme, a name or
 * password before the host (which hides the host), hidden characters, a bare or empty host.
 */
export function openableUrl(text: string): string | null {
  if (text.length > urlLengthMax || hidden.test(text)) return null
  let url: URL
  try {
    url = new URL(text)
  } catch {
    return null
  }
  if (url.protocol !== 'https:' || url.username !== '' || url.password !== '') return null
  if (!url.hostname.includes('.') && !url.hostname.startsWith('[')) return null
  return url.href.length <= urlLengthMax ? url.href : null
}

/** Cuts a text into what is shown as text and what is shown as a link. Joined, the segments are the text. */
export function linkify(text: string): readonly Segment[] {
  const segments: Segment[] = []
  let done = 0
  for (const match of text.matchAll(candidate)) {
    if (wordBefore.test(text.slice(Math.max(0, match.index - 2), match.index))) continue
    const shown = match[0].length > urlLengthMax * 2 ? match[0] : withoutTail(match[0])
    const url = openableUrl(shown)
    if (url === null) continue
    if (match.index > done) segments.push({ kind: 'text', text: text.slice(done, match.index) })
    segments.push({ kind: 'link', text: shown, url })
    done = match.index + shown.length
  }
  if (done < text.length) segments.push({ kind: 'text', text: text.slice(done) })
  return segments
}
