import type { JSX } from 'solid-js'
import { createMemo, createSignal, For, Show } from 'solid-js'
import { Dialog as Kobalte } from '@kobalte/core/dialog'
import { t } from '../../i18n/index.ts'
import { conversationsInOrder } from '../../state/selectors.ts'
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

/** Type a few letters of a name or command, press Enter. */
export function Palette(props: { readonly onClose: () => void }): JSX.Element {
  const { state, controller, float, setPane } = useApp()
  const [query, setQuery] = createSignal('')
  const [place, setPlace] = createSignal(0)

  const commands = (): readonly Entry[] => [
    { id: 'new', label: t('conversations.newContact'), command: true, run: () => float({ kind: 'newContact', link: null }) },
    { id: 'settings', label: t('conversations.settings'), command: true, run: () => float({ kind: 'settings' }) },
    { id: 'details', label: t('conversation.details'), command: true, run: () => setPane({ kind: 'contact' }) },
  ]
  const entries = createMemo<readonly Entry[]>(() => {
    const people = conversationsInOrder(state).map((conversation) => ({
      id: conversation.conversation,
      label: titleOf(state, conversation),
      command: false,
      run: () => controller.select(conversation.conversation),
    }))
    const wanted = foldText(query().trim())
    return [...people, ...commands()]
      .filter((entry) => foldText(entry.label).includes(wanted))
      .toSorted((a, b) => rank(a, wanted) - rank(b, wanted))
      .slice(0, shownMax)
  })
  const run = (entry: Entry | undefined): void => {
    if (!entry) return
    props.onClose()
    entry.run()
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
  const optionId = (index: number): string => `palette-${index}`

  return (
    <Kobalte open onOpenChange={(open) => !open && props.onClose()} preventScroll={false}>
      <Kobalte.Portal>
        <Kobalte.Overlay class={styles.veil} />
        <div class={styles.place}>
          <Kobalte.Content class={styles.palette} aria-label={t('palette.title')}>
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
            <div id="palette-list" class={styles.list} role="listbox" aria-label={t('palette.results')}>
              <For each={entries()}>
                {(entry, index) => (
                  <div
                    id={optionId(index())}
                    class={styles.option}
                    role="option"
                    aria-selected={index() === place()}
                    onPointerMove={() => setPlace(index())}
                    onClick={() => run(entry)}
                  >
                    <bdi class={styles.label}>{entry.label}</bdi>
                    <Show when={entry.command}>
                      <span class={styles.kind}>{t('palette.command')}</span>
                    </Show>
                  </div>
                )}
              </For>
            </div>
            <Show when={entries().length === 0}>
              <p class={styles.none}>{t('palette.empty')}</p>
            </Show>
          </Kobalte.Content>
        </div>
      </Kobalte.Portal>
    </Kobalte>
  )
}

/** Names that begin with the letters come first, then the order of the list. */
function rank(entry: Entry, wanted: string): number {
  return wanted !== '' && foldText(entry.label).startsWith(wanted) ? 0 : 1
}
