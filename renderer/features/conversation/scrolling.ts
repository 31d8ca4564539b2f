/** Where the list of messages stands: at the end until the reader leaves it, and there again when they write. */
import type { Accessor } from 'solid-js'
import { createEffect, createSignal, on, onCleanup } from 'solid-js'
import type { VirtualizerHandle } from 'virtua/solid'
import type { MessageWindow } from '../../state/model.ts'
import { windowMessagesMax } from '../../state/model.ts'
import type { AppContext } from '../app/context.ts'
import { useApp } from '../app/context.ts'
import type { Row } from './rows.ts'

/** Nearer to the end than this counts as being there. */
const endSlackPx = 32
/** Older messages are fetched before their place comes into view. */
const olderAheadPx = 1_200
/** What stays visible above the line over the first unread message. */
const aboveUnreadPx = 24

export interface ScrollingOptions {
  readonly id: string
  readonly window: Accessor<MessageWindow>
  readonly rows: Accessor<readonly Row[]>
}

export class Scrolling {
  readonly atEnd: Accessor<boolean>
  /** False until the first rows stand where they should: nothing is shown before. */
  readonly placed: Accessor<boolean>
  readonly handle: Accessor<VirtualizerHandle | undefined>
  readonly setHandle: (handle: VirtualizerHandle | undefined) => void
  readonly #setAtEnd: (atEnd: boolean) => void
  readonly #setPlaced: (placed: boolean) => void
  readonly #app: AppContext
  readonly #options: ScrollingOptions
  // Called between layout and paint: what grew at the end is never seen without being followed.
  readonly #observer = new ResizeObserver(() => this.#stay())
  #scroller: HTMLElement | undefined
  #topBefore = 0

  constructor(app: AppContext, options: ScrollingOptions) {
    const [atEnd, setAtEnd] = createSignal(true)
    const [placed, setPlaced] = createSignal(false)
    const [handle, setHandle] = createSignal<VirtualizerHandle>()
    this.#app = app
    this.#options = options
    this.atEnd = atEnd
    this.placed = placed
    this.handle = handle
    this.setHandle = (made) => setHandle(() => made)
    this.#setAtEnd = setAtEnd
    this.#setPlaced = setPlaced
  }

  /** To be called when the list is in the document: the view and what is in it are watched for their sizes. */
  mount(scroller: HTMLElement): void {
    this.#scroller = scroller
    for (const element of [scroller, ...scroller.children]) this.#observer.observe(element)
  }

  dispose(): void {
    this.#observer.disconnect()
  }

  /** Only moving up leaves the end: rows that turn out taller than expected do not. */
  onScroll(): void {
    if (!this.#scroller) return
    const { scrollTop } = this.#scroller
    if (this.#leftPx() <= endSlackPx) this.#setAtEnd(true)
    else if (scrollTop < this.#topBefore) this.#setAtEnd(false)
    this.#topBefore = scrollTop
    if (this.placed() && scrollTop < olderAheadPx) this.#older()
  }

  jumpToNewest(): void {
    this.#setAtEnd(true)
    if (this.#options.window().atNewest) return this.#toEnd()
    this.#setPlaced(false)
    void this.#app.controller.loadNewest(this.#options.id)
  }

  /** Brings a message into view. */
  show(event: string): void {
    const place = this.#options.rows().findIndex((row) => row.kind === 'message' && row.key === event)
    if (place < 0) return
    this.#setAtEnd(false)
    this.handle()?.scrollToIndex(place, { align: 'center' })
  }

  /** The first rows: start at the first unread message, else at the end. */
  placeFirst(unread: number): void {
    if (this.placed()) return
    if (unread > 0) this.handle()?.scrollToIndex(unread, { align: 'start', offset: -aboveUnreadPx })
    else this.#toEnd()
    this.#setPlaced(true)
    requestAnimationFrame(() => {
      this.#setAtEnd(unread <= 0 || this.#leftPx() <= endSlackPx)
      this.onScroll()
    })
  }

  /** Whoever is at the end stays there; whoever writes goes there. */
  follow(rows: readonly Row[], before: readonly Row[] | undefined): void {
    if (!this.placed()) return
    const last = rows.at(-1)
    if (last?.kind === 'pending' && last.key !== before?.at(-1)?.key) return this.jumpToNewest()
    if (!this.atEnd()) return
    this.#toEnd()
    requestAnimationFrame(() => this.#trim('newest'))
  }

  #leftPx(): number {
    if (!this.#scroller) return 0
    const { scrollTop, scrollHeight, clientHeight } = this.#scroller
    return scrollHeight - clientHeight - scrollTop
  }

  #stay(): void {
    if (this.placed() && this.atEnd()) this.#toEnd()
  }

  /** Not by the index of the last row: that keeps pulling for a while, against a reader who scrolls away. */
  #toEnd(): void {
    if (this.#scroller) this.#scroller.scrollTop = this.#scroller.scrollHeight
  }

  #older(): void {
    const { older, loading, loaded } = this.#options.window()
    if (!older || !loaded || loading) return
    void this.#app.controller.loadOlder(this.#options.id).then(() => this.#trim('oldest'))
  }

  #trim(keep: 'newest' | 'oldest'): void {
    const { id, window } = this.#options
    if (window().messages.length > windowMessagesMax) this.#app.dispatch({ kind: 'trim', conversation: id, keep })
  }
}

export function createScrolling(options: ScrollingOptions): Scrolling {
  const scrolling = new Scrolling(useApp(), options)
  const { rows, window } = options
  createEffect(() => {
    if (scrolling.placed() || !scrolling.handle() || !window().loaded) return
    const unread = rows().findIndex((row) => row.kind === 'unread')
    queueMicrotask(() => scrolling.placeFirst(unread))
  })
  createEffect(
    on(
      () => rows(),
      (now, before) => scrolling.follow(now, before),
      { defer: true },
    ),
  )
  onCleanup(() => scrolling.dispose())
  return scrolling
}
