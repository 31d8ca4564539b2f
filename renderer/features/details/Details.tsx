import X from 'lucide-solid/icons/x'
import type { JSX } from 'solid-js'
import { Match, Show, Switch } from 'solid-js'
import { t } from '../../i18n/index.ts'
import type { Conversation } from '../../state/model.ts'
import { contactOf } from '../../state/selectors.ts'
import { IconButton } from '../../ui/IconButton.tsx'
import type { Pane } from '../app/context.ts'
import { useApp } from '../app/context.ts'
import { ContactDetails } from './ContactDetails.tsx'
import { MessageDetails } from './MessageDetails.tsx'
import styles from './Details.module.css'

/** The pane on the right: the contact, or one message. */
export function Details(props: { readonly conversation: Conversation }): JSX.Element {
  const { state, pane, setPane } = useApp()
  const message = (): Extract<Pane, { kind: 'message' }> | undefined => {
    const current = pane()
    return current?.kind === 'message' ? current : undefined
  }
  return (
    <section class={styles.pane} aria-label={t('details.region')}>
      <header class={styles.header}>
        <h2 class={styles.title}>{message() ? t('conversation.messageDetails') : t('details.region')}</h2>
        <IconButton label={t('details.close')} onClick={() => setPane(null)}>
          <X size={19} />
        </IconButton>
      </header>
      <div class={styles.scroll}>
        <Switch fallback={<p class={styles.note}>{t('conversation.beginningSelf')}</p>}>
          <Match when={message()}>
            {(open) => <MessageDetails conversation={props.conversation} event={open().event} />}
          </Match>
          <Match when={contactOf(state, props.conversation)}>
            {(contact) => <ContactDetails contact={contact()} />}
          </Match>
        </Switch>
        <Show when={message()}>
          <button type="button" class={styles.inline} onClick={() => setPane({ kind: 'contact' })}>
            {t('details.backToContact')}
          </button>
        </Show>
      </div>
    </section>
  )
}
