/** How much room something takes, in the reader's language. */

const units = ['byte', 'kilobyte', 'megabyte', 'gigabyte'] as const
/** From one unit to the next, as most file managers count. */
const step = 1_024

/** Three digits at most: "1.5 MB", which no line parts. */
export function sizeWords(sizeBytes: number): string {
  let [amount, at] = [sizeBytes, 0]
  // What has four digits is told in the next unit.
  while (amount >= 999.5 && at < units.length - 1) {
    amount /= step
    at++
  }
  const language = document.documentElement.lang || 'en'
  const format = new Intl.NumberFormat(language, {
    style: 'unit',
    unit: units[at] ?? 'byte',
    maximumSignificantDigits: 3,
  })
  return format.format(amount).replaceAll(' ', '\u00a0')
}
