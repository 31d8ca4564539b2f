/** Joins client, shell and store: what the user does goes out here, what comes back goes into the store. */
import { Client } from '../../client/client.ts'
import { connect } from '../../client/connect.ts'
import type { Reply } from '../../client/errors.ts'
import { Shell } from '../../client/shell.ts'
import type { Contact, Invite, Message, Pending, Self, Settings } from '../../state/model.ts'
import type { Action } from '../../state/reduce.ts'
import type { AppStore } from '../../state/store.ts'
import { cursorOf } from '../../state/window.ts'
import { t } from '../../i18n/index.ts'
import { errorText } from './errors.ts'
import { warningText } from './warnings.ts'

type Bridge = NonNullable<Window['waxwing']>

const pageLength = 100
const olderPageLength = 150
const retryMsMax = 8_000
/** One or two may fail at a start; after these the user is told. */
const failuresToTell = 4

/** What the conversation with a new contact is until its event arrives. */
function newConversation(contact: Contact): Extract<Action, { kind: 'event' }>['event'] {
  return {
    kind: 'conversationChanged',
    conversation: {
      conversation: contact.conversation,
      kind: 'direct',
      members: [contact.account],
      unread: 0,
      last: null,
      createdAtMs: contact.addedAtMs,
    },
  }
}

export class Controller {
  readonly client: Client
  readonly shell: Shell
  readonly #bridge: Bridge
  readonly #store: AppStore
  /** The last message that was reported as read, per conversation. */
  readonly #markedRead = new Map<string, string>()
  #refreshing = false
  #refreshAgain = false
  #failures = 0

  constructor(bridge: Bridge, store: AppStore) {
    this.#bridge = bridge
    this.#store = store
    this.shell = new Shell(bridge)
    this.client = new Client({
      event: (event) => {
        // The node's own sentence is in English.
        const told = event.kind === 'warning' ? { ...event, message: warningText(event, store.state) } : event
        store.dispatch({ kind: 'event', event: told })
        if (event.kind === 'profileChanged' && event.profile.state === 'open' && !store.state.ready) this.#refresh()
      },
      stale: () => this.#refresh(),
      connected: (connected) => store.dispatch({ kind: 'connected', connected }),
    })
  }

  /** Begins to listen and asks for the port. Returns the way to stop. */
  start(onLaunchLink: () => void): () => void {
    // A window may open behind others; what comes then is not seen.
    this.#store.dispatch({ kind: 'focused', focused: document.hasFocus() })
    const stops = [
      connect(this.#bridge, this.client),
      this.shell.onEvent((event) => {
        if (event.kind === 'focused') this.#store.dispatch({ kind: 'focused', focused: event.focused })
        if (event.kind === 'launchLink') onLaunchLink()
        if (event.kind === 'nodeRestarted') this.#bridge.connect()
        if (event.kind === 'openConversation') this.select(event.conversation)
      }),
    ]
    return () => stops.forEach((stop) => stop())
  }

  /** Reads the profile's state and, when it is open, everything; tries again until it succeeds. */
  refresh(): void {
    this.#failures = 0
    this.#refresh()
  }

  /** Reads the profile's state alone. */
  refreshProfile(): void {
    void this.client.call('profile.get', {}).then((reply) => {
      if (reply.ok) this.#store.dispatch({ kind: 'profile', profile: reply.value })
    })
  }

  #refresh(): void {
    if (this.#refreshing) {
      this.#refreshAgain = true
      return
    }
    this.#refreshing = true
    void this.#refreshOnce().then((done) => {
      this.#refreshing = false
      const again = this.#refreshAgain
      this.#refreshAgain = false
      if (done) this.#failures = 0
      if (again) this.#refresh()
      else if (!done) this.#refreshLater()
    })
  }

  #refreshLater(): void {
    if (this.#store.state.connection !== 'connected') return
    const delayMs = Math.min(retryMsMax, 250 * 2 ** this.#failures)
    this.#failures = Math.min(this.#failures + 1, 10)
    if (this.#failures === failuresToTell) this.notice('danger', t('app.loadFailed'))
    setTimeout(() => this.#refresh(), delayMs)
  }

  async #refreshOnce(): Promise<boolean> {
    const { dispatch, state } = this.#store
    const profile = await this.client.call('profile.get', {})
    if (!profile.ok) return false
    dispatch({ kind: 'profile', profile: profile.value })
    if (profile.value.state !== 'open') return true
    const snapshot = await this.client.sync((value) => dispatch({ kind: 'snapshot', snapshot: value }))
    if (!snapshot.ok) return false
    this.#markedRead.clear()
    if (state.selected !== null) void this.loadNewest(state.selected)
    this.#resend()
    return true
  }

  /** What was written while the node was away goes out again; the clientId keeps it one message. */
  #resend(): void {
    for (const [conversation, window] of Object.entries(this.#store.state.windows)) {
      for (const row of window.pending) void this.#write(conversation, { ...row, failure: null })
    }
  }

  async create(name: string, passphrase: string | null): Promise<Reply<Self>> {
    const protection =
      passphrase === null ? ({ kind: 'keyring' } as const) : ({ kind: 'passphrase', passphrase } as const)
    const reply = await this.client.call('profile.create', { name, protection })
    if (reply.ok) this.refresh()
    return reply
  }

  async unlock(passphrase: string | null): Promise<Reply<Self>> {
    const reply = await this.client.call('profile.unlock', { passphrase })
    if (reply.ok) this.refresh()
    return reply
  }

  select(conversation: string | null): void {
    const { dispatch, state } = this.#store
    dispatch({ kind: 'select', conversation })
    const window = conversation === null ? undefined : state.windows[conversation]
    if (conversation !== null && window && !window.loaded && !window.loading) void this.loadNewest(conversation)
  }

  async loadNewest(conversation: string): Promise<void> {
    const { dispatch } = this.#store
    dispatch({ kind: 'newestLoading', conversation })
    const reply = await this.client.call('messages.page', { conversation, before: null, limit: pageLength })
    if (reply.ok) dispatch({ kind: 'newestPage', conversation, ...reply.value })
    else dispatch({ kind: 'pageLoading', conversation, loading: false })
  }

  async loadOlder(conversation: string): Promise<void> {
    const { dispatch, state } = this.#store
    const window = state.windows[conversation]
    const oldest = window?.messages[0]
    if (!window || !oldest || window.loading || !window.loaded || !window.older) return
    dispatch({ kind: 'pageLoading', conversation, loading: true })
    const params = { conversation, before: cursorOf(oldest), limit: olderPageLength }
    const reply = await this.client.call('messages.page', params)
    if (reply.ok) dispatch({ kind: 'olderPage', conversation, ...reply.value })
    else dispatch({ kind: 'pageLoading', conversation, loading: false })
  }

  /** Shows the message at once; the store's answer takes its place. */
  send(conversation: string, text: string): void {
    const row: Pending = { clientId: crypto.randomUUID(), text, timeMs: Date.now(), failure: null }
    void this.#write(conversation, row)
  }

  retry(conversation: string, row: Pending): void {
    void this.#write(conversation, { ...row, failure: null })
  }

  discard(conversation: string, clientId: string): void {
    this.#store.dispatch({ kind: 'pendingDropped', conversation, clientId })
  }

  async #write(conversation: string, row: Pending): Promise<void> {
    const { dispatch } = this.#store
    dispatch({ kind: 'written', conversation, row })
    const reply = await this.client.call('message.send', { conversation, clientId: row.clientId, text: row.text })
    if (reply.ok) dispatch({ kind: 'event', event: { kind: 'messageChanged', message: reply.value } })
    else dispatch({ kind: 'writeFailed', conversation, clientId: row.clientId, failure: errorText(reply.error) })
  }

  markRead(conversation: string, message: Message): void {
    if (this.#markedRead.get(conversation) === message.event) return
    this.#markedRead.set(conversation, message.event)
    void this.client.call('conversation.markRead', { conversation, upTo: message.event }).then((reply) => {
      if (!reply.ok) this.#markedRead.delete(conversation)
    })
  }

  /** Takes the answer to a request into the state at once; the event that says the same follows. */
  takeInvite(invite: Invite): void {
    this.#store.dispatch({ kind: 'event', event: { kind: 'inviteChanged', invite } })
  }

  takeContactChange(contact: Contact): void {
    this.#store.dispatch({ kind: 'event', event: { kind: 'contactChanged', contact } })
  }

  /** As above, and opens the conversation as soon as it is known. */
  takeContact(contact: Contact): void {
    const { dispatch, state } = this.#store
    dispatch({ kind: 'event', event: { kind: 'contactChanged', contact } })
    if (!state.conversations[contact.conversation]) dispatch({ kind: 'event', event: newConversation(contact) })
    this.select(contact.conversation)
  }

  async saveSettings(change: Partial<Settings>): Promise<void> {
    const before = { ...this.#store.state.settings }
    const settings = { ...before, ...change }
    this.#store.dispatch({ kind: 'event', event: { kind: 'settingsChanged', settings } })
    const reply = await this.client.call('settings.set', { settings })
    if (reply.ok) return
    this.#store.dispatch({ kind: 'event', event: { kind: 'settingsChanged', settings: before } })
    this.notice('danger', errorText(reply.error))
  }

  async copy(text: string): Promise<boolean> {
    return (await this.shell.call('copyText', { text })).ok
  }

  /** Only https; the shell asks before it opens the browser. */
  openLink(url: string): void {
    void this.shell.call('openLink', { url })
  }

  notice(tone: 'plain' | 'danger', text: string): void {
    this.#store.dispatch({ kind: 'notice', tone, text })
  }
}
