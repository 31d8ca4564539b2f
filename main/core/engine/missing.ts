import type { SliceRequest } from '../ports.ts'

/** Thrown where a step reads what was not loaded, caught by `step`, which asks for it; it never leaves the engine. */
export class Missing extends Error {
  override readonly name = 'Missing'
  readonly request: SliceRequest
  constructor(request: SliceRequest) {
    super('not loaded')
    this.request = request
  }
}

/** All requests in one, each thing asked for once. */
export function mergeRequests(requests: readonly SliceRequest[]): SliceRequest {
  const merged: Record<string, unknown[]> = {}
  const known = new Set<string>()
  for (const request of requests) {
    for (const [part, wanted] of Object.entries(request) as [string, readonly unknown[]][]) {
      for (const item of wanted) {
        const key = `${part} ${JSON.stringify(item)}`
        if (!known.has(key)) (merged[part] ??= []).push(item)
        known.add(key)
      }
    }
  }
  return merged as SliceRequest
}

/** Whether nothing is asked for. */
export function isEmptyRequest(request: SliceRequest): boolean {
  return Object.values(request).every((part) => (part as readonly unknown[]).length === 0)
}

/** Whether it asks for a range of rows: those are read from the store alone, with nothing uncommitted over them. */
export function asksForRange(request: SliceRequest): boolean {
  return (request.outbox?.length ?? 0) + (request.unreadUpTo?.length ?? 0) > 0
}
