/** Which command a key press means. */

export type Shortcut = 'palette' | 'newContact' | 'settings' | 'search' | 'find' | 'previous' | 'next' | 'escape'

export interface Press {
  readonly key: string
  readonly ctrlKey: boolean
  readonly metaKey: boolean
  readonly altKey: boolean
  readonly shiftKey: boolean
  readonly isComposing: boolean
}

/** Ctrl on Linux and Windows, Command on the Mac; either is taken everywhere. */
export function shortcutOf(press: Press): Shortcut | undefined {
  if (press.isComposing) return undefined
  const command = press.ctrlKey || press.metaKey
  if (command && !press.altKey) {
    const key = press.key.toLowerCase()
    if (press.shiftKey) return key === 'f' ? 'search' : undefined
    if (key === 'k') return 'palette'
    if (key === 'n') return 'newContact'
    if (key === 'f') return 'find'
    if (key === ',') return 'settings'
    return undefined
  }
  if (press.altKey && !press.shiftKey) {
    if (press.key === 'ArrowUp') return 'previous'
    if (press.key === 'ArrowDown') return 'next'
    return undefined
  }
  return press.key === 'Escape' ? 'escape' : undefined
}

/** How the command key is called where the reader sits. */
export function commandKey(): string {
  return navigator.platform.startsWith('Mac') ? '⌘' : 'Ctrl'
}
