// What Electron runs when it is started on a folder: the development runtime has no such program of its own.
// Electron's is the model in its behaviour: `electron [switches] [-r module] FOLDER [arguments]`.
import { app } from 'electron/main'
import { readFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { join, resolve } from 'node:path'
import { pathToFileURL } from 'node:url'

const require = createRequire(import.meta.url)
const rest = process.argv.slice(1)
let folder
while (rest.length > 0 && folder === undefined) {
  const argument = rest.shift() ?? ''
  if (argument === '-r' || argument === '--require') require(resolve(rest.shift() ?? ''))
  else if (!argument.startsWith('-')) folder = resolve(argument)
}

if (folder === undefined) {
  process.stderr.write('Name the folder of the application.\n')
  process.exit(1)
}

const manifest = JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8'))
Object.defineProperty(process, 'defaultApp', { value: true, configurable: false, enumerable: true })
const host = /** @type {any} */ (app) // The two that only Electron's own program uses are undocumented.
host.setAppPath(folder)
app.setName(manifest.productName ?? manifest.name)
host.setVersion(manifest.version)
if (manifest.desktopName) app.setDesktopName(manifest.desktopName)
await import(pathToFileURL(resolve(folder, manifest.main)).href)
