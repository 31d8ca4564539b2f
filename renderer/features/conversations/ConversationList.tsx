import Search from 'lucide-solid/icons/search'
import SettingsIcon from 'lucide-solid/icons/settings'
import UserPlus from 'lucide-solid/icons/user-plus'
import X from 'lucide-solid/icons/x'
import type { JSX } from 'solid-js'
import { createMemo, createSignal, For, Match, Show, Switch } from 'solid-js'
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
  let list: HTMLUListElement | HTMLDivElement | undefined
  let search: HTMLInputElement | undefined

  const focusRow = (step: 1 | -1, from: Element | null): void => {
    const rows = [...(list?.querySelectorAll<HTMLElement>('[data-row]') ?? [])]
    const place = from ? rows.indexOf(from as HTMLElement) : -1
    const next = rows[place + step]
    if (next) next.focus()
    else if (step === -1) search?.focus()
  }
  const press = (event: KeyboardEvent): void => {
    if (event.altKey || event.ctrlKey || event.metaKey) return
    if (event.key !== 'ArrowDown' && event.key !== 'ArrowUp') return
    event.preventDefault()
    focusRow(event.key === 'ArrowDown' ? 1 : -1, document.activeElement?.closest('[data-row]') ?? null)
  }
  const pressInSearch = (event: KeyboardEvent): void => {
    if (event.isComposing) return
    const first = shown()[0]
    if (event.key === 'Enter' && first) {
      controller.select(first.conversation)
      setQuery('')
    }
    if (event.key === 'Escape' && query() !== '') {
      event.preventDefault()
      event.stopPropagation()
      setQuery('')
    }
  }

  return (
    <section class={styles.side} aria-label={t('conversations.region')} onKeyDown={press}>
      <header class={styles.header}>
        <h1 class={styles.word}>{t('app.name')}</h1>
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
      <div class={styles.search}>
        <span class={styles.searchIcon} aria-hidden="true">
          <Search size={16} />
        </span>
        <input
          id="conversation-search"
          ref={(element) => (search = element)}
          class={styles.searchInput}
          type="search"
          dir="auto"
          autocomplete="off"
          spellcheck={false}
          maxLength={100}
          placeholder={t('conversations.search')}
          aria-label={t('conversations.search')}
          value={query()}
          onInput={(event) => setQuery(event.currentTarget.value)}
          onKeyDown={pressInSearch}
        />
        <Show when={query() !== ''}>
          <IconButton size="small" label={t('conversations.clearSearch')} onClick={() => setQuery('')}>
            <X size={15} />
          </IconButton>
        </Show>
      </div>
      <div class={styles.scroll} ref={(element) => (list = element)}>
        <Switch>
          <Match when={shown().length === 0 && query() !== ''}>
            <p class={styles.none}>{t('conversations.noMatch', query().trim())}</p>
          </Match>
          <Match when={shown().length > virtualFrom}>
            <Virtualizer data={shown()} as="ul" item="li" itemSize={64}>
              {(conversation) => <ConversationRow conversation={conversation} />}
            </Virtualizer>
          </Match>
          <Match when={shown().length > 0}>
            <ul>
              <For each={shown()}>{(conversation: Conversation) => <li><ConversationRow conversation={conversation} /></li>}</For>
            </ul>
          </Match>
        </Switch>
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
