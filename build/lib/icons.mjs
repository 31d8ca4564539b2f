import { mkdirSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import { hasDisplay, startDisplay } from './display.mjs'
import { ourselves } from './ordinaryUser.mjs'
import { isRoot, outDir, root } from './paths.mjs'
import { mustRun } from './run.mjs'
import { electronBinary } from './runtime.mjs'

/** hicolor's sizes, and what Windows and macOS ask for. */
const sizes = [16, 24, 32, 48, 64, 128, 256, 512, 1024]
const logo = join(root, 'renderer', 'ui', 'logo.svg')

export const iconDir = join(outDir, 'icons')

/** Draws the logo into `out/icons/NxN.png`. */
export async function renderIcons() {
  rmSync(iconDir, { recursive: true, force: true })
  mkdirSync(iconDir, { recursive: true })
  const user = ourselves()
  const display = hasDisplay() ? undefined : await startDisplay(user)
  const app = join(root, 'build', 'icons', 'rasterizer')
  const wanted = [`--svg=${logo}`, `--into=${iconDir}`, `--sizes=${sizes.join(',')}`]
  // The picture is our own: as root it is drawn without a sandbox.
  const switches = isRoot ? ['--no-sandbox'] : []
  try {
    await mustRun(electronBinary(), [...switches, app, ...wanted], { env: display?.env ?? user.env, timeoutMs: 60_000 })
  } finally {
    display?.stop()
  }
}
