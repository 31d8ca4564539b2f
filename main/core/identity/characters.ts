/** Which characters of a stranger's text are dropped, and why. Unicode 15 properties, as the runtime knows them. */

/** LRI, RLI, FSI open; PDI closes. U+2066-2069. */
export function isIsolateOpener(code: number): boolean {
  return code >= 0x2066 && code <= 0x2068
}
export const popIsolate = 0x2069

/** The directional controls that do no harm: isolates, and left-to-right, right-to-left and Arabic letter marks. */
export function isBidiControl(code: number): boolean {
  return isIsolateOpener(code) || code === popIsolate || code === 0x200e || code === 0x200f || code === 0x061c
}

/** Letters that show nothing although they count as letters: names could look alike, or be empty. */
const blankLetters: ReadonlySet<number> = new Set([
  0x034f, 0x115f, 0x1160, 0x17b4, 0x17b5, 0x2800, 0x3164, 0xffa0, 0xfffc,
])

export const zeroWidthNonJoiner = 0x200c
export const zeroWidthJoiner = 0x200d
export const textVariation = 0xfe0e
export const emojiVariation = 0xfe0f

/**
 * Format characters (with them the directional embeddings and overrides, by which text could read other than it
 * is), controls, surrogates, non-characters, blank letters, tags and the rarer variation selectors.
 */
export function isInvisible(code: number, character: string): boolean {
  if (blankLetters.has(code)) return true
  if ((code >= 0xfe00 && code <= 0xfe0d) || (code >= 0xe0000 && code <= 0xe0fff)) return true
  if ((code >= 0xfdd0 && code <= 0xfdef) || (code & 0xfffe) === 0xfffe) return true
  return /[\p{Cc}\p{Cf}\p{Cs}]/u.test(character)
}

export function isMark(character: string): boolean {
  return /\p{M}/u.test(character)
}

/** What an emoji sequence may be joined of. */
export function isPictographic(character: string): boolean {
  return /[\p{Extended_Pictographic}\p{Emoji_Modifier}]/u.test(character)
}

/** Scripts in which a joiner or non-joiner changes spelling, not just looks. */
export function isJoiningScript(character: string): boolean {
  return /[\p{Script=Arabic}\p{Script=Syriac}\p{Script=Mongolian}\p{Script=Nko}\p{Script=Devanagari}\p{Script=Bengali}\p{Script=Gurmukhi}\p{Script=Gujarati}\p{Script=Oriya}\p{Script=Tamil}\p{Script=Telugu}\p{Script=Kannada}\p{Script=Malayalam}\p{Script=Sinhala}\p{Script=Khmer}\p{Script=Myanmar}]/u.test(
    character,
  )
}
