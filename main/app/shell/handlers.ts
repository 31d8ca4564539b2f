/** What each shell method does. */
import type { BrowserWindow } from 'electron'
import { app, clipboard, nativeTheme } from 'electron'
import type { LaunchLink } from '../launchLink.ts'
import { exportFiles, openCard, openInvite, saveInvite } from './files.ts'
import { openLink } from './links.ts'
import type { ShellHandlers } from './shell.ts'

export function shellHandlers(profile: string, launchLink: LaunchLink): ShellHandlers {
  return {
    exportFiles: async ({ files }, window) => ({ folder: await exportFiles(files, window) }),
    openCard: async (_params, window) => openCard(window),
    openInvite: async (_params, window) => openInvite(window),
    saveInvite: async ({ link }, window) => ({ saved: await saveInvite(link, window) }),
    copyText: async ({ text }) => {
      // A promise in newer Electrons, done at once in older ones.
      await clipboard.writeText(text)
      return {}
    },
    openLink: async ({ url }, window) => ({ opened: await openLink(url, window) }),
    setTheme: ({ theme }) => {
      nativeTheme.themeSource = theme === 'contrast' ? 'system' : theme
      return {}
    },
    setBadge: ({ unread }, window: BrowserWindow) => {
      app.setBadgeCount(unread)
      window.setTitle(unread > 0 ? `(${unread}) Waxwing` : 'Waxwing')
      return {}
    },
    takeLaunchLink: () => ({ link: launchLink.take() }),
    about: () => ({
      version: app.getVersion(),
      profile,
      platform: process.platform,
      sandboxed: !app.commandLine.hasSwitch('no-sandbox'),
    }),
  }
}
