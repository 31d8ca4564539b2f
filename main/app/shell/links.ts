/** A link in a message: opened in the browser only after the user has seen the whole of it and said yes. */
import type { BrowserWindow } from 'electron'
import { dialog, shell } from 'electron'

/** The address as the browser will get it, or null: https only, no user name or password in it. */
export function safeLink(text: string): string | null {
  let url: URL
  try {
    url = new URL(text)
  } catch {
    return null
  }
  return url.protocol === 'https:' && url.username === '' && url.password === '' ? url.href : null
}

export async function openLink(text: string, window: BrowserWindow): Promise<boolean> {
  const link = safeLink(text)
  if (link === null) return false
  const { response } = await dialog.showMessageBox(window, {
    type: 'question',
    message: 'Open this link in your browser?',
    detail: `${link}\n\nThe site will see your address, and that you opened the link.`,
    buttons: ['Open link', 'Cancel'],
    defaultId: 1,
    cancelId: 1,
    noLink: true,
  })
  if (response !== 0) return false
  await shell.openExternal(link)
  return true
}
