/** A person's name as a file name and as the principal of an `allowed_signers` file. */

const lengthMax = 32
const fallback = 'waxwing'
/** Letters that NFKD does not take apart. */
const spelled: Readonly<Record<string, string>> = {
  ß: 'ss',
  æ: 'ae',
  œ: 'oe',
  ø: 'o',
  ł: 'l',
  đ: 'd',
  ð: 'd',
  þ: 'th',
  ı: 'i',
}
/** Device names that Windows takes for no file, whatever stands behind the dot. */
const reservedOnWindows = /^(?:con|prn|aux|nul|com\d|lpt\d)$/

/** Lowercase ASCII letters and digits with single hyphens, 1 to 32 characters; `waxwing` when nothing is left. */
export function nameSlug(name: string): string {
  const bare = name.normalize('NFKD').replace(/\p{M}/gu, '').toLowerCase()
  const ascii = Array.from(bare, (letter) => spelled[letter] ?? letter).join('')
  const words = ascii
    .replace(/[^a-z0-9]+/g, '-')
    .slice(0, lengthMax)
    .replace(/^-+|-+$/g, '')
  return words === '' || reservedOnWindows.test(words) ? fallback : words
}
