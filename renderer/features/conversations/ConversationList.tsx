import Search from 'lucide-solid/icons/search'
import SettingsIcon from 'lucide-solid/icons/settings'
import UserPlus from 'lucide-solid/icons/user-plus'
import X from 'lucide-solid/icons/x'
import type { JSX } from 'solid-js'
import { createMemo, createSignal, For, Show } from 'solid-js'
import { Virtualizer } from 'virtua/solid'
import { t } from '../../i18n/index.ts'
import type { Conversation } from '../../state/model.ts'
import { conversationsInOrder } from '../../state/selectors.ts'
import { Button } from '../../ui/Button.tsx'
import { EmptyView } from '../../ui/EmptyView.tsx'
import { IconButton } from '../../ui/IconButton.tsx'
import { useApp } from '../app/context.ts'
import { commandKey } from '../app/shortcuts.ts'
import { ConversationRow } from './ConversationRow.tsx'
import { foldText, titleOf } from './titles.ts'
import styles from './ConversationList.module.css'

/** From here on only the rows in view are in the document. */
const virtualFrom = 80

export function ConversationList(): JSX.Element {
  const { state, float, controller } = useApp()
  const [query, setQuery] = createSignal('')
  const order = createMemo(() => conversationsInOrder(state))
  const shown = createMemo(() => {
    const wanted = foldText(query().trim())
    if (wanted === '') return order()
    return order().filter((conversation) => foldText(titleOf(state, conversation)).includes(wanted))
  })
  const onlySelf = (): boolean => order().every((conversation) => conversation.kind === 'self')
  const openFirst = (): void => {
    const first = shown()[0]
    if (!first) return
    controller.select(first.conversation)
    setQuery('')
  }
  let section: HTMLElement | undefined

  return (
    <section
      class={styles.side}
      aria-label={t('conversations.region')}
      ref={(element) => (section = element)}
      onKeyDown={(event) => moveFocus(event, section)}
    >
      <Head />
      <SearchBox query={query()} onQuery={setQuery} onEnter={openFirst} />
      <div class={styles.scroll}>
        <Show
          when={shown().length > 0 || query() === ''}
          fallback={<p class={styles.none}>{t('conversations.noMatch', query().trim())}</p>}
        >
          <Rows conversations={shown()} />
        </Show>
        <Show when={onlySelf() && query() === ''}>
          <div class={styles.empty}>
            <EmptyView
              title={t('conversations.emptyTitle')}
              lead={t('conversations.emptyLead')}
              action={
                <Button look="primary" onClick={() => float({ kind: 'newContact', link: null })}>
                  {t('conversations.inviteFirst')}
                </Button>
              }
            />
          </div>
        </Show>
      </div>
    </section>
  )
}

function Head(): JSX.Element {
  const { float } = useApp()
  return (
    <header class={styles.header}>
      <p class={styles.word}>{t('app.name')}</p>
      <IconButton
        label={t('conversations.settings')}
        keys={`${commandKey()} ,`}
        onClick={() => float({ kind: 'settings' })}
      >
        <SettingsIcon size={19} />
      </IconButton>
      <IconButton
        label={t('conversations.newContact')}
        keys={`${commandKey()} N`}
        onClick={() => float({ kind: 'newContact', link: null })}
      >
        <UserPlus size={19} />
      </IconButton>
    </header>
  )
}

interface SearchBoxProps {
  readonly query: string
  readonly onQuery: (query: string) => void
  readonly onEnter: () => void
}

function SearchBox(props: SearchBoxProps): JSX.Element {
  const press = (event: KeyboardEvent): void => {
    if (event.isComposing) return
    if (event.key === 'Enter') props.onEnter()
    if (event.key !== 'Escape' || props.query === '') return
    event.preventDefault()
    event.stopPropagation()
    props.onQuery('')
  }
  return (
    <div class={styles.search}>
      <span class={styles.searchIcon} aria-hidden="true">
        <Search size={16} />
      </span>
      <input
        id="conversation-search"
        class={styles.searchInput}
        type="search"
        dir="auto"
        autocomplete="off"
        spellcheck={false}
        maxLength={100}
        placeholder={t('conversations.search')}
        aria-label={t('conversations.search')}
        value={props.query}
        onInput={(event) => props.onQuery(event.currentTarget.value)}
        onKeyDown={press}
      />
      <Show when={props.query !== ''}>
        <IconButton size="small" label={t('conversations.clearSearch')} onClick={() => props.onQuery('')}>
          <X size={15} />
        </IconButton>
      </Show>
    </div>
  )
}

function Rows(props: { readonly conversations: readonly Conversation[] }): JSX.Element {
  return (
    <Show
      when={props.conversations.length > virtualFrom}
      fallback={
        <ul>
          <For each={props.conversations}>
            {(conversation) => (
              <li>
                <ConversationRow conversation={conversation} />
              </li>
            )}
          </For>
        </ul>
      }
    >
      <Virtualizer data={props.conversations} as="ul" item="li" itemSize={64}>
        {(conversation) => <ConversationRow conversation={conversation} />}
      </Virtualizer>
    </Show>
  )
}

/** Arrow keys go from the search box through the rows and back. */
function moveFocus(event: KeyboardEvent, section: HTMLElement | undefined): void {
  if (event.altKey || event.ctrlKey || event.metaKey) return
  if (event.key !== 'ArrowDown' && event.key !== 'ArrowUp') return
  const stops = [...(section?.querySelectorAll<HTMLElement>('input[type="search"], [data-row]') ?? [])]
  const place = stops.indexOf(document.activeElement as HTMLElement)
  event.preventDefault()
  stops[Math.max(0, place) + (event.key === 'ArrowDown' ? 1 : -1)]?.focus()
}
