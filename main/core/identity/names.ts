/**
 * Names and texts from others, made safe to show: nothing invisible, nothing that turns the reading direction of
 * what stands around it, nothing that grows out of its line.
 */
import { utf8 } from '../bytes.ts'
import { implementationLimits, protocolLimits } from '../limits.ts'
import {
  emojiVariation,
  isBidiControl,
  isInvisible,
  isIsolateOpener,
  isJoiningScript,
  isMark,
  isPictographic,
  popIsolate,
  textVariation,
  zeroWidthJoiner,
  zeroWidthNonJoiner,
} from './characters.ts'

/** The size of a character in UTF-8. */
function sizeBytesOf(code: number): number {
  if (code < 0x80) return 1
  return code < 0x800 ? 2 : code < 0x10000 ? 3 : 4
}

/** Cut between characters so that the UTF-8 has at most `maxBytes`; no mark or joiner is left hanging. */
function bounded(text: string, maxBytes: number): string {
  // No character is more than three bytes for each of its UTF-16 units.
  if (text.length * 3 <= maxBytes || utf8(text).length <= maxBytes) return text
  let kept = ''
  let left = maxBytes
  for (const character of text) {
    left -= sizeBytesOf(character.codePointAt(0) as number)
    if (left < 0) break
    kept += character
  }
  return kept.replace(/[\u200c\u200d]$/u, '')
}

/** Whether a joiner between these two is part of how something is written. */
function keepsJoiner(code: number, before: string, after: string): boolean {
  if (code === zeroWidthJoiner && isPictographic(after)) {
    return isPictographic(before) || before === String.fromCodePoint(emojiVariation)
  }
  return isJoiningScript(before) && isJoiningScript(after)
}

function keepsVariation(before: string): boolean {
  return isPictographic(before) || /[0-9#*]/.test(before)
}

/** Without the rest of heaps of marks, over which normalisation would take long: no writing has so many in a row. */
function withoutHeaps(text: string): string {
  const max = implementationLimits.combiningMarksReadMax
  return text.replace(/\p{M}+/gu, (run) =>
    run.length <= max
      ? run
      : Array.from(run.slice(0, 2 * max))
          .slice(0, max)
          .join(''),
  )
}

/**
 * Drops what is invisible unless `allowed` names it, caps combining marks, and drops those that stand on nothing or
 * on a character of `noBase`.
 */
function visible(text: string, allowed: (code: number) => boolean, noBase: string): string {
  const characters = Array.from(withoutHeaps(text).normalize('NFC'))
  let kept = ''
  /** The last character kept that shows, or joins. */
  let before = ''
  let marks = 0
  for (const [i, character] of characters.entries()) {
    const code = character.codePointAt(0) as number
    if (code >= 0x20 && code <= 0x7e) {
      kept += character
      before = character
      marks = 0
      continue
    }
    if (allowed(code)) {
      kept += character
      if (!isBidiControl(code)) before = character
      continue
    }
    const joiner = code === zeroWidthJoiner || code === zeroWidthNonJoiner
    const variation = code === emojiVariation || code === textVariation
    if (joiner && !keepsJoiner(code, before, characters[i + 1] ?? '')) continue
    if (variation && !keepsVariation(before)) continue
    if (!joiner && !variation && isInvisible(code, character)) continue
    if (isMark(character)) {
      // No mark has a base in `noBase`, nor in nothing.
      if (noBase.includes(before) || marks === implementationLimits.combiningMarksMax) continue
      marks++
    } else marks = 0
    kept += character
    before = character
  }
  // Without what stood between, more may compose now.
  return kept.normalize('NFC')
}

/**
 * A name on one line: white space collapsed, no directional or invisible characters, no private-use characters, at
 * most `combiningMarksMax` marks on a letter, at most `nameSizeBytesMax`. May be empty: then show the fingerprint.
 */
export function sanitizeName(text: string): string {
  const input = text.slice(0, protocolLimits.nameSizeBytesMax * 4)
  const spaced = input.replace(/[\s\u0085]+/gu, ' ').replace(/\p{Co}/gu, '')
  const shown = visible(spaced, () => false, ' ')
  const collapsed = shown.replace(/ +/g, ' ').trim()
  return bounded(collapsed, protocolLimits.nameSizeBytesMax).trim()
}

/** One line whose isolates are all closed where they end, so that none reaches beyond it. */
function balancedLine(line: string): string {
  let open = 0
  let kept = ''
  for (const character of line) {
    const code = character.codePointAt(0) as number
    if (isIsolateOpener(code)) open++
    else if (code === popIsolate && --open < 0) {
      open = 0
      continue
    }
    kept += character
  }
  return kept + String.fromCodePoint(popIsolate).repeat(open)
}

const plain = /^[\n\t\x20-\x7e]*$/

function allowedInText(code: number): boolean {
  return code === 0x0a || code === 0x09 || isBidiControl(code)
}

/**
 * The text of a message: line ends become LF, tabs stay, embeddings and overrides go, isolates are balanced in each
 * line, invisible characters go, at most `messageTextSizeBytesMax`.
 */
export function sanitizeText(text: string): string {
  const max = protocolLimits.messageTextSizeBytesMax
  const input = text.slice(0, max).replace(/\r\n?|[\u0085\u2028\u2029]/gu, '\n')
  if (plain.test(input)) return input
  const balanced = input.split('\n').map(balancedLine).join('\n')
  const shown = visible(balanced, allowedInText, '\n')
  if (utf8(shown).length <= max) return shown
  // What isolates stood between may compose or join now.
  return bounded(visible(shown.replace(/[\u2066-\u2069]/gu, ''), allowedInText, '\n'), max)
}
