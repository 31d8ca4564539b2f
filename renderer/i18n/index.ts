/** Words for keys, in the reader's language. */
import { flatten, translator } from '@solid-primitives/i18n'
import type { Flatten } from '@solid-primitives/i18n'
import { createSignal } from 'solid-js'
import type { Dictionary } from './en.ts'
import { en } from './en.ts'

type Flat = Flatten<Dictionary>

const [dictionary, setDictionary] = createSignal<Flat>(flatten(en))

/** `t('settings.title')`; entries that are functions take their arguments after the key. */
// A call inside of JSX or an effect follows the language; one outside of them gives the words of the moment.
// oxlint-disable-next-line solid/reactivity
export const t = translator(dictionary)

/** Switches to the reader's language, if there is a dictionary for it. English is always there. */
export async function useLanguage(tag: string): Promise<void> {
  const german = /^de\b/i.test(tag)
  const words: Dictionary = german ? (await import('./de.ts')).de : en
  setDictionary(() => flatten(words))
  document.documentElement.lang = german ? 'de' : 'en'
}
