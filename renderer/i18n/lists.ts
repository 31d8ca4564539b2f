/** Several names in a sentence, in the reader's language: "Bea, Cem and Dan". */
export function listOf(names: readonly string[]): string {
  return new Intl.ListFormat(document.documentElement.lang || 'en', { type: 'conjunction' }).format(names)
}
