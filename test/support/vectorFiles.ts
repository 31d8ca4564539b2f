/** Our own vectors, as their files say them. */
import { readdirSync, readFileSync } from 'node:fs'
import { join as path } from 'node:path'
import type { ErrorLike } from './refusals.ts'

type Part = string | { repeat: string; count: number } | { vector: string; field: string; from: number; to: number }
export type Bytes = Part | (Part | { step: number; from: number; to: number })[]

export interface Vector<Input> {
  name: string
  scenario: string
  input: Input
  expect: Record<string, unknown> & { error?: ErrorLike }
}

const folder = path(import.meta.dirname, '../vectors/waxwing')
const files = ['bundle', 'handshake', 'mail', 'mailbox', 'nearby', 'session'].flatMap((name) =>
  readdirSync(path(folder, name)).map((file) => path(name, file)),
)

export function vector<Input>(name: string): Vector<Input> {
  return JSON.parse(readFileSync(path(folder, `${name}.json`), 'utf8')) as Vector<Input>
}

export function named(scenario: string): string[] {
  const names = files.map((file) => file.replaceAll('\\', '/').replace(/\.json$/, ''))
  return names.filter((name) => vector(name).scenario === scenario)
}

function hexOf(part: Part): string {
  if (typeof part === 'string') return part
  if ('repeat' in part) return part.repeat.repeat(part.count)
  const field = part.field
    .split('.')
    .reduce<unknown>((at, name) => (at as Record<string, unknown>)[name], vector(part.vector))
  return (field as string).slice(2 * part.from, 2 * part.to)
}

/** `said`: what the steps of a session sealed. */
export function bytes(of: Bytes, said: readonly Uint8Array[] = []): Uint8Array {
  const parts = Array.isArray(of) ? of : [of]
  const put = parts.map((part) =>
    typeof part === 'object' && 'step' in part
      ? (said[part.step] ?? new Uint8Array(0)).slice(part.from, part.to)
      : new Uint8Array(Buffer.from(hexOf(part), 'hex')),
  )
  return new Uint8Array(Buffer.concat(put))
}
