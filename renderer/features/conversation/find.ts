/** Finding text in the messages that are loaded. Pure. */
import type { Message } from '../../state/model.ts'

export interface Marked {
  readonly text: string
  readonly match: boolean
}

const marksMax = 200

function fold(text: string): string {
  return text.toLowerCase()
}

/** Cuts a text at each place where the query stands, case aside. */
export function markMatches(text: string, query: string): readonly Marked[] {
  const folded = fold(text)
  const wanted = fold(query)
  // Folding that changes the length would shift the places: then nothing is marked.
  if (wanted === '' || folded.length !== text.length) return [{ text, match: false }]
  const parts: Marked[] = []
  let done = 0
  while (parts.length < marksMax) {
    const at = folded.indexOf(wanted, done)
    if (at < 0) break
    if (at > done) parts.push({ text: text.slice(done, at), match: false })
    parts.push({ text: text.slice(at, at + wanted.length), match: true })
    done = at + wanted.length
  }
  if (done < text.length) parts.push({ text: text.slice(done), match: false })
  return parts
}

/** The messages that contain the query, newest first. */
export function findMessages(messages: readonly Message[], query: string): readonly string[] {
  const wanted = fold(query.trim())
  if (wanted === '') return []
  return messages
    .filter((message) => message.body.kind === 'text' && fold(message.body.text).includes(wanted))
    .map((message) => message.event)
    .toReversed()
}
