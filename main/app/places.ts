/** Where this profile's folders lie. The node owns `profile`; Chromium and this process own `desktop`. */
import { homedir } from 'node:os'
import { join } from 'node:path'

export interface Places {
  readonly profile: string
  readonly desktop: string
}

function platformRoot(platform: NodeJS.Platform, environment: NodeJS.ProcessEnv): string {
  if (platform === 'win32') return join(environment['LOCALAPPDATA'] ?? join(homedir(), 'AppData', 'Local'), 'Waxwing')
  if (platform === 'darwin') return join(homedir(), 'Library', 'Application Support', 'Waxwing')
  const xdg = environment['XDG_DATA_HOME']
  // The XDG base directory specification: a relative path is to be ignored.
  return join(xdg?.startsWith('/') ? xdg : join(homedir(), '.local', 'share'), 'waxwing')
}

/** @param dataRoot a folder chosen on the command line, or null for the platform's own */
export function placesFor(profile: string, dataRoot: string | null): Places {
  const root = dataRoot ?? platformRoot(process.platform, process.env)
  return { profile: join(root, 'profiles', profile), desktop: join(root, 'desktop', profile) }
}
