/** Electron's main process: from the command line to a running application. Small on purpose. */
import { mkdirSync } from 'node:fs'
import { app } from 'electron'
import { Application } from './application.ts'
import { describeProblem, parseArguments } from './arguments.ts'
import { restrictAllContents, silenceChromium } from './hardening.ts'
import { placesFor } from './places.ts'
import { registerScheme } from './scheme.ts'

function run(): void {
  const launch = parseArguments(process.argv.slice(1))
  if ('kind' in launch) {
    process.stderr.write(`${describeProblem(launch)}\n`)
    app.exit(2)
    return
  }
  const places = placesFor(launch.profile, launch.dataRoot)
  try {
    mkdirSync(places.desktop, { recursive: true, mode: 0o700 })
  } catch {
    process.stderr.write(
      `Waxwing cannot write to ${places.desktop}. Check who owns that folder and whether the disk is full.\n`,
    )
    app.exit(1)
    return
  }
  app.setPath('userData', places.desktop)
  if (!app.requestSingleInstanceLock()) {
    process.stderr.write(
      `Waxwing is open already with the profile "${launch.profile}"; its window was brought to the front.\n`,
    )
    app.exit(0)
    return
  }
  silenceChromium()
  registerScheme()
  restrictAllContents()
  if (app.isPackaged) app.setAsDefaultProtocolClient('waxwing')
  const application = new Application(launch, places)
  app.on('second-instance', (_event, argv) => application.secondInstance(argv))
  app.on('open-url', (event, url) => {
    event.preventDefault()
    application.openUrl(url)
  })
  app.on('window-all-closed', () => app.quit())
  // Not awaited: a top-level await of readiness in an ESM main process never ends.
  void app.whenReady().then(() => application.start())
}

run()
