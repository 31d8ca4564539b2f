/** Takes from every page what a page does not need: navigation, windows, permissions, the network. */
import type { Session, WebContents } from 'electron'
import { app } from 'electron'
import { appOrigin } from './scheme.ts'

function isOwn(url: string | undefined): boolean {
  return url === appOrigin || url?.startsWith(`${appOrigin}/`) === true
}

/** Chromium's own traffic (updates of components, reports, look-ups) is switched off. Before the app is ready. */
export function silenceChromium(): void {
  for (const name of [
    'disable-background-networking',
    'disable-component-update',
    'disable-domain-reliability',
    'disable-sync',
    'dns-prefetch-disable',
    'no-pings',
  ]) {
    app.commandLine.appendSwitch(name)
  }
  // Whatever still asks for a name gets none. libp2p does not pass here: it runs in Node.
  app.commandLine.appendSwitch('host-resolver-rules', 'MAP * ~NOTFOUND')
}

/** The camera, for scanning a code, in our own page; nothing else, and never the microphone. */
export function restrictSession(session: Session): void {
  session.setPermissionRequestHandler((_contents, permission, decide, details) => {
    const wanted = 'mediaTypes' in details ? details.mediaTypes : undefined
    const cameraOnly = wanted !== undefined && wanted.length > 0 && wanted.every((type) => type === 'video')
    decide(permission === 'media' && cameraOnly && isOwn(details.requestingUrl))
  })
  session.setPermissionCheckHandler((_contents, permission, origin, details) => {
    return permission === 'media' && details.mediaType === 'video' && isOwn(origin)
  })
  session.setDevicePermissionHandler(() => false)
  session.webRequest.onBeforeRequest((details, decide) => {
    const scheme = details.url.slice(0, details.url.indexOf(':') + 1)
    const local = scheme === 'blob:' || scheme === 'data:' || (scheme === 'devtools:' && !app.isPackaged)
    decide({ cancel: !local && !isOwn(details.url) })
  })
  session.on('will-download', (event) => event.preventDefault())
  // What passes no request filter (WebRTC over TCP) is led to a door that nobody opens.
  void session.setProxy({ mode: 'fixed_servers', proxyRules: 'socks5://127.0.0.1:9', proxyBypassRules: '<-loopback>' })
}

function restrictContents(contents: WebContents): void {
  contents.on('will-navigate', (event) => event.preventDefault())
  contents.on('will-frame-navigate', (event) => event.preventDefault())
  contents.on('will-redirect', (event) => event.preventDefault())
  contents.on('will-attach-webview', (event) => event.preventDefault())
  contents.setWindowOpenHandler(() => ({ action: 'deny' }))
  // No content security policy reaches WebRTC: without this a script in the page could send UDP to anybody.
  contents.setWebRTCIPHandlingPolicy('disable_non_proxied_udp')
  contents.on('select-bluetooth-device', (event) => event.preventDefault())
}

/** Every WebContents that ever comes to be, whoever made it. */
export function restrictAllContents(): void {
  app.on('web-contents-created', (_event, contents) => restrictContents(contents))
}
