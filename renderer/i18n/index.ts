/** Words for keys, in the reader's language. */
import { flatten, translator } from '@solid-primitives/i18n'
import type { Flatten } from '@solid-primitives/i18n'
import { createSignal } from 'solid-js'
import type { Dictionary } from './en.ts'
import { en } from './en.ts'

type Flat = Flatten<Dictionary>

const [dictionary, setDictionary] = createSignal<Flat>(flatten(en))

/** Letters that are written from right to left. */
const rightToLeft = /[\u0590-\u08ff\ufb1d-\ufdff\ufe70-\ufefc\u{10800}-\u{10fff}\u{1e800}-\u{1efff}]/u

/** Keeps a name of the other direction from turning the sentence around it (Unicode UAX 9, FSI and PDI). */
function isolated(part: unknown): unknown {
  return typeof part === 'string' && rightToLeft.test(part) ? `\u2068${part}\u2069` : part
}

// A call inside of JSX or an effect follows the language; one outside of them gives the words of the moment.
// oxlint-disable-next-line solid/reactivity
const translate = translator(dictionary)

/** `t('settings.title')`; entries that are functions take their arguments after the key. */
export const t = ((key: keyof Flat, ...parts: readonly unknown[]) =>
  (translate as (key: keyof Flat, ...parts: readonly unknown[]) => unknown)(
    key,
    ...parts.map(isolated),
  )) as typeof translate

/** Switches to the reader's language, if there is a dictionary for it. English is always there. */
export async function useLanguage(tag: string): Promise<void> {
  const german = /^de\b/i.test(tag)
  const words: Dictionary = german ? (await import('./de.ts')).de : en
  setDictionary(() => flatten(words))
  document.documentElement.lang = german ? 'de' : 'en'
}
