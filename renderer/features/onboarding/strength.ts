/** A rough guess at how hard a passphrase is to guess. It errs on the low side, and it is advice only. Pure. */

export type Strength = 'weak' | 'fair' | 'good' | 'strong'

const common =
  /^(?:pass(?:word|wort|phrase)?|qwert[yz]\w*|letmein|welcome|admin|iloveyou|monkey|dragon|waxwing|abc\d*|(\d)\1*)\d*[!?.]*$/iu

/** Bits of a guess: per word for words, per character for what looks random, whichever is less. */
export function guessBits(passphrase: string): number {
  const text = passphrase.trim()
  if (text === '') return 0
  if (common.test(text)) return 10
  const distinct = new Set(text.toLowerCase()).size
  const words = text.split(/[\s\-_.,;:]+/u).filter((word) => word.length > 1)
  const distinctWords = new Set(words.map((word) => word.toLowerCase()))
  const perCharacter =
    Math.min(distinct, text.length) * Math.log2(alphabetOf(text)) * 0.75 + (text.length - distinct) * 1.2
  if (words.length < 2) return /^\p{L}+\d{0,4}\W?$/u.test(text) ? Math.min(perCharacter, 26) : perCharacter
  const perWord = [...distinctWords].reduce(
    (bits, word) => bits + (/^\p{L}+$/u.test(word) ? Math.min(13, word.length * 3.2) : word.length * 4),
    0,
  )
  return Math.min(perCharacter, perWord)
}

function alphabetOf(text: string): number {
  let size = 0
  if (/\p{Ll}/u.test(text)) size += 26
  if (/\p{Lu}/u.test(text)) size += 26
  if (/\p{N}/u.test(text)) size += 10
  if (/[^\p{L}\p{N}]/u.test(text)) size += 20
  return Math.max(size, 10)
}

export function strengthOf(passphrase: string): Strength {
  const bits = guessBits(passphrase)
  if (bits < 34) return 'weak'
  if (bits < 46) return 'fair'
  return bits < 60 ? 'good' : 'strong'
}
