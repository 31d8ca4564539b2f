/** One line of the table: what was measured, what it should be, and whether it is. */

export interface Row {
  readonly what: string
  readonly figure: string
  readonly aim: string
  /** Null: there is no aim. */
  readonly met: boolean | null
}

export function milliseconds(value: number): string {
  return value < 10 ? `${value.toFixed(1)} ms` : value < 10_000 ? `${value.toFixed(0)} ms` : seconds(value)
}

function seconds(valueMs: number): string {
  return `${(valueMs / 1_000).toFixed(1)} s`
}

/** A figure without an aim. */
export function plain(what: string, figure: string): Row {
  return { what, figure, aim: '', met: null }
}

/** A time that should be no longer than its aim; null: it never came to an end. */
export function within(what: string, tookMs: number | null, aimMs: number, extra = ''): Row {
  const figure = tookMs === null ? 'never' : milliseconds(tookMs)
  const aim = aimMs < 1_000 ? milliseconds(aimMs) : `${aimMs / 1_000} s`
  return { what, figure: `${figure}${extra}`, aim: `at most ${aim}`, met: tookMs !== null && tookMs <= aimMs }
}

/** Something that is so or is not. */
export function holds(what: string, figure: string, aim: string, met: boolean): Row {
  return { what, figure, aim, met }
}

export function cells({ what, figure, aim, met }: Row): readonly string[] {
  return [what, figure, aim, met === null ? '' : met ? 'met' : '**not met**']
}

/** What became of each message: how many arrived, how many more than once, and whether in the order of their writing. */
export function account(written: readonly string[], shown: readonly string[], arrived: readonly string[]) {
  const wanted = new Set(written)
  const [seen, told] = [shown.filter((text) => wanted.has(text)), arrived.filter((text) => wanted.has(text))]
  return {
    missing: written.length - new Set(seen).size,
    repeated: seen.length - new Set(seen).size + told.length - new Set(told).size,
    inOrder: seen.join('\n') === written.filter((text) => seen.includes(text)).join('\n'),
  }
}
