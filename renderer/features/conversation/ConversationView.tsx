import ArrowLeft from 'lucide-solid/icons/arrow-left'
import NotebookPen from 'lucide-solid/icons/notebook-pen'
import PanelRight from 'lucide-solid/icons/panel-right'
import TriangleAlert from 'lucide-solid/icons/triangle-alert'
import type { JSX } from 'solid-js'
import { createMemo, createSignal, lazy, Match, Show, Suspense, Switch } from 'solid-js'
import { t } from '../../i18n/index.ts'
import type { Contact, Conversation, Message } from '../../state/model.ts'
import { contactOf, mayWrite, sealOf } from '../../state/selectors.ts'
import { Avatar } from '../../ui/Avatar.tsx'
import { Button } from '../../ui/Button.tsx'
import { IconButton } from '../../ui/IconButton.tsx'
import { Notice } from '../../ui/Notice.tsx'
import { Seal } from '../../ui/Seal.tsx'
import { useApp } from '../app/context.ts'
import { errorText } from '../app/errors.ts'
import type { AskReason } from '../contacts/AskAgain.tsx'
import { AskAgain, pendingReasonOf } from '../contacts/AskAgain.tsx'
import { titleOf } from '../conversations/titles.ts'
import { Composer } from './Composer.tsx'
import { FindBar } from './FindBar.tsx'
import { findMessages } from './find.ts'
import { MessageList } from './MessageList.tsx'
import { presenceOf } from './presence.ts'
import styles from './Conversation.module.css'

const MessageMenu = lazy(async () => ({ default: (await import('./MessageMenu.tsx')).MessageMenu }))
const AcceptKey = lazy(async () => ({ default: (await import('../contacts/AcceptKey.tsx')).AcceptKey }))

/** Made anew for each conversation that is opened. */
export function ConversationView(props: { readonly conversation: Conversation }): JSX.Element {
  return (
    <Show when={props.conversation.conversation} keyed>
      <OpenConversation conversation={props.conversation} />
    </Show>
  )
}

interface Menu {
  readonly message: Message
  readonly x: number
  readonly y: number
}

function OpenConversation(props: { readonly conversation: Conversation }): JSX.Element {
  const app = useApp()
  const { state } = app
  const contact = createMemo(() => contactOf(state, props.conversation))
  const [menu, setMenu] = createSignal<Menu | null>(null)
  const [query, setQuery] = createSignal('')
  const [place, setPlace] = createSignal(0)
  const matches = createMemo(() =>
    app.finding() ? findMessages(state.windows[props.conversation.conversation]?.messages ?? [], query()) : [],
  )
  const found = (): string | null => matches()[place()] ?? null

  return (
    <div class={styles.view}>
      <Header conversation={props.conversation} contact={contact()} />
      <Show when={app.finding()}>
        <FindBar
          query={query()}
          place={place()}
          count={matches().length}
          onQuery={(value) => {
            setQuery(value)
            setPlace(0)
          }}
          onPlace={setPlace}
          onClose={() => app.setFinding(false)}
        />
      </Show>
      <Show when={contact()?.state === 'keyChanged' && contact()}>
        {(changed) => <KeyChanged contact={changed()} />}
      </Show>
      <Show when={pendingReasonOf(contact())}>{(reason) => <InviteFailed reason={reason()} />}</Show>
      <MessageList
        conversation={props.conversation}
        query={app.finding() ? query().trim() : ''}
        found={found()}
        onMenu={(message, x, y) => setMenu({ message, x, y })}
      />
      <Foot conversation={props.conversation} contact={contact()} />
      <Show when={menu()} keyed>
        {(open) => (
          <Suspense>
            <MessageMenu {...open} onClose={() => setMenu(null)} />
          </Suspense>
        )}
      </Show>
    </div>
  )
}

interface PartProps {
  readonly conversation: Conversation
  readonly contact: Contact | undefined
}

function Header(props: PartProps): JSX.Element {
  const { state, controller, pane, setPane, float, nowMs } = useApp()
  const title = (): string => titleOf(state, props.conversation)
  const presence = (): string => {
    if (props.contact) return presenceOf(props.contact, nowMs())
    return props.conversation.kind === 'self' ? t('presence.self') : ''
  }
  return (
    <header class={styles.header}>
      <span class={styles.back}>
        <IconButton label={t('app.back')} onClick={() => controller.select(null)}>
          <ArrowLeft size={20} />
        </IconButton>
      </span>
      <div class={styles.who}>
        <Avatar
          size="small"
          account={props.contact?.account ?? props.conversation.conversation}
          name={title()}
          connected={(props.contact?.path ?? 'away') !== 'away'}
          {...(props.conversation.kind === 'self' && { icon: <NotebookPen size={16} /> })}
        />
        <div class={styles.whoWords}>
          <div class={styles.nameLine}>
            <h2 class={styles.name}>
              <bdi>{title()}</bdi>
            </h2>
            <Show when={props.contact}>
              {(contact) => <Seal state={sealOf(contact())} size={18} label={t(`seal.${sealOf(contact())}`)} />}
            </Show>
          </div>
          <p class={styles.presence}>{presence()}</p>
        </div>
      </div>
      <Show when={props.contact}>
        {(contact) => (
          <Button size="small" look="plain" onClick={() => float({ kind: 'verify', account: contact().account })}>
            {t('conversation.verify')}
          </Button>
        )}
      </Show>
      <IconButton
        label={t('conversation.details')}
        aria-pressed={pane() !== null}
        onClick={() => setPane(pane() ? null : { kind: 'contact' })}
      >
        <PanelRight size={19} />
      </IconButton>
    </header>
  )
}

function KeyChanged(props: { readonly contact: Contact }): JSX.Element {
  const { float } = useApp()
  const [asking, setAsking] = createSignal(false)
  return (
    <div class={styles.keyBanner}>
      <Notice
        tone="danger"
        live
        icon={<Seal state="cracked" size={22} />}
        title={t('keyChanged.title', props.contact.name)}
        actions={
          <>
            <Button size="small" onClick={() => float({ kind: 'verify', account: props.contact.account })}>
              {t('keyChanged.compare')}
            </Button>
            <Button size="small" look="danger" onClick={() => setAsking(true)}>
              {t('keyChanged.accept')}
            </Button>
          </>
        }
      >
        {t('keyChanged.lead', props.contact.name)}
      </Notice>
      <Show when={asking()}>
        <Suspense>
          <AcceptKey contact={props.contact} onClose={() => setAsking(false)} />
        </Suspense>
      </Show>
    </div>
  )
}

function InviteFailed(props: { readonly reason: AskReason }): JSX.Element {
  return (
    <div class={styles.keyBanner}>
      <Notice
        tone="waiting"
        live
        icon={<TriangleAlert size={18} />}
        title={t('newContact.failed')}
        actions={<AskAgain reason={props.reason} />}
      >
        {t(`newContact.why.${props.reason}`)}
      </Notice>
    </div>
  )
}

/** The composer, or why nothing can be written. */
function Foot(props: PartProps): JSX.Element {
  const { controller } = useApp()
  const unblock = async (account: string): Promise<void> => {
    const reply = await controller.client.call('contact.block', { account, blocked: false })
    if (!reply.ok) controller.notice('danger', errorText(reply.error))
  }
  return (
    <Switch>
      <Match when={mayWrite(props.contact)}>
        <Composer conversation={props.conversation} />
      </Match>
      <Match when={props.contact}>
        {(contact) => (
          <div class={styles.foot}>
            <Switch>
              <Match when={contact().state === 'keyChanged'}>
                <Notice tone="plain">{t('conversation.paused', contact().name)}</Notice>
              </Match>
              <Match when={contact().state === 'blocked'}>
                <Notice
                  tone="plain"
                  actions={
                    <Button size="small" onClick={() => void unblock(contact().account)}>
                      {t('conversation.unblock')}
                    </Button>
                  }
                >
                  {t('conversation.blocked', contact().name)}
                </Notice>
              </Match>
              <Match when={contact().state === 'removed'}>
                <Notice tone="plain">{t('conversation.removed', contact().name)}</Notice>
              </Match>
            </Switch>
          </div>
        )}
      </Match>
    </Switch>
  )
}
