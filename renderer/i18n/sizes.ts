/** How much room something takes, in the reader's language. */

const units = ['byte', 'kilobyte', 'megabyte', 'gigabyte'] as const
/** From one unit to the next: quotas are powers of two, and must read as they are named. */
const step = 1_024

/** Three digits at most: "1.5 MB", which no line parts. */
export function sizeWords(sizeBytes: number): string {
  let [amount, unit] = [sizeBytes, 0]
  // What has four digits is told in the next unit.
  while (amount >= 999.5 && unit < units.length - 1) {
    amount /= step
    unit++
  }
  const language = document.documentElement.lang || 'en'
  const format = new Intl.NumberFormat(language, {
    style: 'unit',
    unit: units[unit] ?? 'byte',
    maximumSignificantDigits: 3,
  })
  return format.format(amount).replaceAll(' ', '\u00a0')
}
