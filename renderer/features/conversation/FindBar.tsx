import ChevronDown from 'lucide-solid/icons/chevron-down'
import ChevronUp from 'lucide-solid/icons/chevron-up'
import X from 'lucide-solid/icons/x'
import type { JSX } from 'solid-js'
import { onMount } from 'solid-js'
import { t } from '../../i18n/index.ts'
import { IconButton } from '../../ui/IconButton.tsx'
import styles from './Conversation.module.css'

export interface FindBarProps {
  readonly query: string
  readonly place: number
  readonly count: number
  readonly onQuery: (query: string) => void
  readonly onPlace: (place: number) => void
  readonly onClose: () => void
}

/** Matches are counted from the newest: the first is the one nearest to the end. */
export function FindBar(props: FindBarProps): JSX.Element {
  let input: HTMLInputElement | undefined
  onMount(() => input?.focus())
  const step = (by: 1 | -1): void => {
    if (props.count > 0) props.onPlace((props.place + by + props.count) % props.count)
  }
  const press = (event: KeyboardEvent): void => {
    if (event.isComposing) return
    if (event.key === 'Enter') step(event.shiftKey ? -1 : 1)
    if (event.key !== 'Escape') return
    event.stopPropagation()
    props.onClose()
  }
  return (
    <div class={styles.find} role="search">
      <input
        ref={(element) => (input = element)}
        class={styles.findInput}
        type="text"
        dir="auto"
        spellcheck={false}
        maxLength={100}
        aria-label={t('conversation.find')}
        placeholder={t('conversation.find')}
        title={t('conversation.findScope')}
        value={props.query}
        onInput={(event) => props.onQuery(event.currentTarget.value)}
        onKeyDown={press}
      />
      <span class={styles.findCount} role="status">
        {props.query.trim() === '' ? '' : t('conversation.findCount', props.place + 1, props.count)}
      </span>
      <IconButton size="small" label={t('conversation.findNext')} disabled={props.count === 0} onClick={() => step(1)}>
        <ChevronUp size={18} />
      </IconButton>
      <IconButton
        size="small"
        label={t('conversation.findPrevious')}
        disabled={props.count === 0}
        onClick={() => step(-1)}
      >
        <ChevronDown size={18} />
      </IconButton>
      <IconButton size="small" label={t('app.close')} onClick={() => props.onClose()}>
        <X size={18} />
      </IconButton>
    </div>
  )
}
