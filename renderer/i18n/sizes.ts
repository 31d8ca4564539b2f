/** How much room something takes, in the reader's language. */

const units = ['byte', 'kilobyte', 'megabyte', 'gigabyte'] as const

/** Three digits at most: "1.5 MB". */
export function sizeWords(sizeBytes: number): string {
  const step = Math.min(units.length - 1, Math.max(0, Math.floor(Math.log10(Math.max(1, sizeBytes)) / 3)))
  const language = document.documentElement.lang || 'en'
  const format = new Intl.NumberFormat(language, {
    style: 'unit',
    unit: units[step] ?? 'byte',
    maximumSignificantDigits: 3,
  })
  return format.format(sizeBytes / 1_000 ** step)
}
