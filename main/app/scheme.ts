/** The window's own scheme, `app://waxwing/`: serves the built screen's files, and nothing else on the disk. */
import { readdir, readFile } from 'node:fs/promises'
import { extname, join, relative, sep } from 'node:path'
import type { Session } from 'electron'
import { protocol } from 'electron'

export const appOrigin = 'app://waxwing'
export const appPage = `${appOrigin}/index.html`

const contentSecurityPolicy = [
  "default-src 'none'",
  "script-src 'self'",
  "style-src 'self'",
  "img-src 'self' blob: data:",
  "font-src 'self'",
  'media-src blob: mediastream:',
  "base-uri 'none'",
  "form-action 'none'",
  "frame-ancestors 'none'",
].join('; ')

const mediaTypes: ReadonlyMap<string, string> = new Map([
  ['.html', 'text/html; charset=utf-8'],
  ['.js', 'text/javascript; charset=utf-8'],
  ['.css', 'text/css; charset=utf-8'],
  ['.svg', 'image/svg+xml'],
  ['.png', 'image/png'],
  ['.woff2', 'font/woff2'],
])

/** To be called before the app is ready. */
export function registerScheme(): void {
  protocol.registerSchemesAsPrivileged([
    { scheme: 'app', privileges: { standard: true, secure: true, codeCache: true } },
  ])
}

async function filesBelow(folder: string): Promise<ReadonlyMap<string, string>> {
  const entries = await readdir(folder, { recursive: true, withFileTypes: true })
  const files = entries.filter((entry) => entry.isFile()).map((entry) => join(entry.parentPath, entry.name))
  return new Map(files.map((file) => [`/${relative(folder, file).split(sep).join('/')}`, file]))
}

function headersFor(file: string): Record<string, string> {
  return {
    'Content-Type': mediaTypes.get(extname(file)) ?? 'application/octet-stream',
    'Content-Security-Policy': contentSecurityPolicy,
    'X-Content-Type-Options': 'nosniff',
    'Referrer-Policy': 'no-referrer',
    'Cross-Origin-Opener-Policy': 'same-origin',
    'Cross-Origin-Resource-Policy': 'same-origin',
    'Permissions-Policy': 'camera=(self), microphone=(), geolocation=()',
  }
}

/**
 * Serves `folder` to the session. The list of files is made once, and a request is looked up in it:
 * no path from a URL ever reaches the file system.
 */
export function serveScreen(session: Session, folder: string): void {
  const files = filesBelow(folder)
  session.protocol.handle('app', async (request) => {
    const url = new URL(request.url)
    const file = url.host === 'waxwing' ? (await files).get(url.pathname) : undefined
    if (file === undefined || request.method !== 'GET') return new Response(null, { status: 404 })
    try {
      return new Response(await readFile(file), { headers: headersFor(file) })
    } catch {
      return new Response(null, { status: 404 })
    }
  })
}
