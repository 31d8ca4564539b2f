/** Conversations in which something is refused, written down briefly. */
import type { Start } from '../scenarios/conversation.ts'
import type { Library } from '../scenarios/format.ts'
import type { Draft } from './author.ts'
import { Talk } from './talk.ts'

/** A scene: what goes before, and what is tried. */
export type Scene = readonly [
  name: string,
  describes: string,
  play: (talk: Talk) => void,
  error: object,
  start?: Partial<Start>,
]

export function play(library: Library, scenes: readonly Scene[]): Draft[] {
  return scenes.map(([name, describes, act, error, start]) => {
    const talk = new Talk(library, `refuses-${name}`, start, true)
    act(talk)
    return talk.draft(describes, error)
  })
}
