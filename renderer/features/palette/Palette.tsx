import type { JSX } from 'solid-js'
import { createMemo, createSignal, For, Show } from 'solid-js'
import { Dialog as Kobalte } from '@kobalte/core/dialog'
import { t } from '../../i18n/index.ts'
import { conversationsInOrder } from '../../state/selectors.ts'
import { createFocusReturn } from '../../ui/focusReturn.ts'
import { useApp } from '../app/context.ts'
import { foldText, titleOf } from '../conversations/titles.ts'
import styles from './Palette.module.css'

const shownMax = 12

interface Entry {
  readonly id: string
  readonly label: string
  readonly command: boolean
  readonly run: () => void
}

/** Everything that can be jumped to. */
function createEntries(query: () => string): () => readonly Entry[] {
  const { state, controller, float, setPane } = useApp()
  const commands = (): readonly Entry[] => [
    entry('new', t('conversations.newContact'), () => float({ kind: 'newContact', link: null })),
    entry('settings', t('conversations.settings'), () => float({ kind: 'settings' })),
    entry('details', t('conversation.details'), () => setPane({ kind: 'contact' })),
  ]
  const entries = createMemo(() => {
    const people = conversationsInOrder(state).map((conversation) => ({
      id: conversation.conversation,
      label: titleOf(state, conversation),
      command: false,
      run: () => controller.select(conversation.conversation),
    }))
    const wanted = foldText(query().trim())
    return [...people, ...commands()]
      .filter((one) => foldText(one.label).includes(wanted))
      .toSorted((a, b) => rank(a, wanted) - rank(b, wanted))
      .slice(0, shownMax)
  })
  return entries
}

function entry(id: string, label: string, run: () => void): Entry {
  return { id, label, command: true, run }
}

/** Names that begin with the letters come first, then the order of the list. */
function rank(one: Entry, wanted: string): number {
  return wanted !== '' && foldText(one.label).startsWith(wanted) ? 0 : 1
}

function optionId(index: number): string {
  return `palette-${index}`
}

/** Type a few letters of a name or command, press Enter. */
export function Palette(props: { readonly onClose: () => void }): JSX.Element {
  const [query, setQuery] = createSignal('')
  const [place, setPlace] = createSignal(0)
  const entries = createEntries(query)
  const giveBack = createFocusReturn()
  const run = (chosen: Entry | undefined): void => {
    if (!chosen) return
    props.onClose()
    chosen.run()
  }
  const press = (event: KeyboardEvent): void => {
    if (event.isComposing) return
    const count = entries().length
    if (event.key === 'Enter') {
      event.preventDefault()
      run(entries()[place()])
    } else if ((event.key === 'ArrowDown' || event.key === 'ArrowUp') && count > 0) {
      event.preventDefault()
      setPlace((place() + (event.key === 'ArrowDown' ? 1 : -1) + count) % count)
    }
  }
  return (
    <Kobalte open onOpenChange={(open) => !open && props.onClose()} preventScroll={false}>
      <Kobalte.Portal>
        <Kobalte.Overlay class={styles.veil} />
        <div class={styles.place}>
          <Kobalte.Content class={styles.palette} aria-label={t('palette.title')} onCloseAutoFocus={giveBack}>
            <input
              class={styles.input}
              type="text"
              role="combobox"
              dir="auto"
              spellcheck={false}
              maxLength={100}
              aria-label={t('palette.title')}
              aria-expanded="true"
              aria-controls="palette-list"
              aria-activedescendant={entries().length > 0 ? optionId(place()) : undefined}
              placeholder={t('palette.placeholder')}
              value={query()}
              onInput={(event) => {
                setQuery(event.currentTarget.value)
                setPlace(0)
              }}
              onKeyDown={press}
            />
            <Options entries={entries()} place={place()} onPlace={setPlace} onRun={run} />
          </Kobalte.Content>
        </div>
      </Kobalte.Portal>
    </Kobalte>
  )
}

interface OptionsProps {
  readonly entries: readonly Entry[]
  readonly place: number
  readonly onPlace: (place: number) => void
  readonly onRun: (entry: Entry) => void
}

function Options(props: OptionsProps): JSX.Element {
  return (
    <>
      <div id="palette-list" class={styles.list} role="listbox" aria-label={t('palette.results')}>
        <For each={props.entries}>
          {(one, index) => (
            <div
              id={optionId(index())}
              class={styles.option}
              role="option"
              aria-selected={index() === props.place}
              onPointerMove={() => props.onPlace(index())}
              onClick={() => props.onRun(one)}
            >
              <span class={styles.label}>
                <bdi>{one.label}</bdi>
              </span>
              <Show when={one.command}>
                <span class={styles.kind}>{t('palette.command')}</span>
              </Show>
            </div>
          )}
        </For>
      </div>
      <Show when={props.entries.length === 0}>
        <p class={styles.none}>{t('palette.empty')}</p>
      </Show>
    </>
  )
}
