// Draws the logo's PNGs into out/icons and renews the one that is kept in the repository.
import { copyFileSync } from 'node:fs'
import { join } from 'node:path'
import { hasDisplay } from '../lib/display.mjs'
import { iconDir, renderIcons } from '../lib/icons.mjs'
import { root } from '../lib/paths.mjs'
import { runMain } from '../lib/stop.mjs'
import { setUp } from '../setup.mjs'

await runMain(async () => {
  await setUp({ runtime: true, system: hasDisplay() ? [] : ['display'], bundle: false })
  await renderIcons()
  copyFileSync(join(iconDir, '512x512.png'), join(root, 'build', 'icons', 'icon.png'))
})
