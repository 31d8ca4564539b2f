/**
 * Whether two names look alike, in the manner of Unicode TS 39 section 4 with a small table: the Cyrillic, Greek
 * and Latin letters and digits that ordinary fonts draw the same. It warns; it never decides.
 */
import { sanitizeName } from './names.ts'

/** Behind each Latin letter, what is drawn like it once lowered or as a capital. */
const alike: Readonly<Record<string, string>> = {
  a: 'а\u0251αΑА',
  b: 'ΒВЬ\u0184',
  c: 'сϲСϹ\u1d04',
  d: 'ԁ\u0501ⅾ',
  e: 'еЕΕ\u212eҽ',
  f: 'ſϝ',
  g: 'ɡԍց',
  h: 'һНΗհ',
  i: 'іІΙιӏ\u0131\u0269',
  j: 'јЈϳ',
  k: 'кКΚκ',
  l: '\u04c0\u01c0|1',
  m: 'мМΜⅿ',
  n: 'пոΝη',
  o: 'оОΟοσ0\u0585\u1d0f',
  p: 'рРΡρ',
  q: 'ԛզ',
  r: 'гᴦ',
  s: 'ѕЅꜱ',
  t: 'тТΤτ',
  u: 'υս\u1d1c',
  v: 'ѵνᴠ',
  w: 'ԝωѡᴡ',
  x: 'хХΧχ×',
  y: 'уУΥγҮү',
  z: 'ΖᴢᏃ',
}

const latinOf: ReadonlyMap<string, string> = new Map(
  Object.entries(alike).flatMap(([latin, others]) => Array.from(others, (other) => [other, latin] as const)),
)

/** A text that names which look alike have in common; not for showing. Empty for an empty name. */
export function nameSkeleton(name: string): string {
  const bare = sanitizeName(name).normalize('NFKD').replace(/\p{M}/gu, '')
  const mapped = Array.from(bare, (character) => latinOf.get(character) ?? character).join('')
  const lowered = Array.from(mapped.toLowerCase(), (character) => latinOf.get(character) ?? character).join('')
  const letters = lowered.replace(/[\s\p{P}\p{S}\u200c\u200d]+/gu, '')
  return letters.replace(/rn/g, 'm').replace(/vv/g, 'w').replace(/cl/g, 'd').replace(/l/g, 'i')
}

/** True for names that a person could take for each other; also for equal ones. Never for empty ones. */
export function looksLike(a: string, b: string): boolean {
  const skeleton = nameSkeleton(a)
  return skeleton !== '' && skeleton === nameSkeleton(b)
}
