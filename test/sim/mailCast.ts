/** Whom the scenes about mailboxes begin with. */
import type { EventRow } from '../../main/core/ports.ts'
import type { Peer } from './peer.ts'
import { Scene } from './scene.ts'

export interface MailCast {
  readonly scene: Scene
  readonly anna: Peer
  readonly ben: Peer
  /** They hold messages for Ben, and are unknown to Anna. */
  readonly boxes: readonly Peer[]
}

/** Holds messages for contacts from now on, or no more. */
export async function serve(scene: Scene, peer: Peer, on = true): Promise<void> {
  await scene.do<'setSettings'>(peer, { kind: 'setSettings', values: new Map([['serveMailbox', on]]) })
}

/** Anna and Ben, who know each other and have spoken; and so many mailboxes of his. */
export async function castOfMail(mailboxes: number, seed: number): Promise<MailCast> {
  const scene = await new Scene(2 + mailboxes, seed).begin()
  const [anna, ben] = [scene.peer(0), scene.peer(1)]
  const boxes = Array.from({ length: mailboxes }, (_, number) => scene.peer(2 + number))
  await scene.meet(ben, anna)
  for (const box of boxes) {
    await scene.meet(box, ben)
    await serve(scene, box)
  }
  await scene.text(anna, ben, 'hello')
  await scene.run(10_000)
  return { scene, anna, ben, boxes }
}

/** So many texts of Anna's, numbered from `from`. */
export async function say(scene: Scene, anna: Peer, ben: Peer, count: number, from = 0): Promise<readonly EventRow[]> {
  const events: EventRow[] = []
  for (let number = 0; number < count; number++) events.push(await scene.text(anna, ben, `text ${from + number}`))
  return events
}
