/** How often each primitive is called, and for how long. */
import type { Crypto } from '../../../main/core/crypto/provider.ts'

export interface Tally {
  readonly primitive: string
  readonly calls: number
  readonly ms: number
}

/** The provider with a clock around each of its functions; `read` gives what they have shown since it was last called. */
export function tallied(crypto: Crypto): { readonly crypto: Crypto; readonly read: () => readonly Tally[] } {
  const counted = new Map<string, { calls: number; ms: number }>()
  const around = (name: string, run: (...args: unknown[]) => unknown) => {
    return (...args: unknown[]): unknown => {
      const at = performance.now()
      const result = run(...args)
      const entry = counted.get(name) ?? { calls: 0, ms: 0 }
      entry.ms += performance.now() - at
      entry.calls += 1
      counted.set(name, entry)
      return result
    }
  }
  const entries = Object.entries(crypto).map(([name, member]: [string, unknown]) => [
    name,
    typeof member === 'function' ? around(name, member as (...args: unknown[]) => unknown) : member,
  ])
  return {
    crypto: Object.fromEntries(entries) as unknown as Crypto,
    read() {
      const tallies = [...counted].map(([primitive, entry]) => ({ primitive, ...entry }))
      counted.clear()
      return tallies
    },
  }
}
