/** Long texts are shown in part, so that one message can neither fill the screen nor stop it. Pure. */

const shownLengthMax = 1_600
const shownLinesMax = 24
/** A rest shorter than this is not worth a click. */
const restLengthMin = 200

/** The head of a text that is too long, or null when all of it may be shown. */
export function collapsedText(text: string): string | null {
  const end = Math.min(shownLengthMax, lineEnd(text, shownLinesMax))
  if (text.length - end < restLengthMin && lineEnd(text, shownLinesMax + 4) >= text.length) return null
  return wholeHead(text, end)
}

function lineEnd(text: string, lines: number): number {
  let at = -1
  for (let line = 0; line < lines; line++) {
    at = text.indexOf('\n', at + 1)
    if (at < 0) return text.length
  }
  return at
}

/** Cuts at a space nearby, and never inside a pair of code units. */
function wholeHead(text: string, end: number): string {
  const head = text.slice(0, end)
  const space = head.lastIndexOf(' ')
  if (space > end - 40) return head.slice(0, space)
  const lastUnit = head.charCodeAt(head.length - 1)
  return lastUnit >= 0xd800 && lastUnit <= 0xdbff ? head.slice(0, -1) : head
}

/** Up to six emoji and nothing else: shown large. */
export function isOnlyEmoji(text: string): boolean {
  if (text.length > 60 || text.trim() === '') return false
  const graphemes = [...new Intl.Segmenter().segment(text.trim())]
  return graphemes.length <= 6 && graphemes.every(({ segment }) => /^\p{Extended_Pictographic}/u.test(segment))
}
