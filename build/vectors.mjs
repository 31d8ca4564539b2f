// Makes our own test vectors: `npm run vectors [-- --force NAME ...]`. Those that are there are frozen; see
// test/vectors/waxwing/README.md.
import './lib/nodeVersion.mjs'
import { join } from 'node:path'
import { parseArgs } from 'node:util'
import { runnerImport } from 'vite'
import { root } from './lib/paths.mjs'

const { values } = parseArgs({
  options: {
    force: { type: 'string', multiple: true },
    'force-all': { type: 'boolean' },
    help: { type: 'boolean' },
  },
})
if (values.help) {
  console.log(
    'npm run vectors                         makes the vectors that are missing, names those that would differ',
  )
  console.log('npm run vectors -- --force NAME         makes this one again (folder/file, without its ending)')
  console.log('npm run vectors -- --force-all          makes all again, and removes those that are not made any more')
  process.exit(0)
}
const file = join(root, 'test', 'vectors', 'waxwing', 'generate.ts')
const { module } = await runnerImport(file, { root, configFile: false, logLevel: 'error' })
const { written, unchanged, frozen, unknown } = /** @type {typeof import('../test/vectors/waxwing/generate.ts')} */ (
  module
).generate({ force: values.force ?? [], forceAll: values['force-all'] ?? false })
for (const name of written) console.log(`written: ${name}`)
for (const name of frozen) console.error(`frozen, and would be another now: ${name}`)
for (const name of unknown) console.error(`no vector is made by this name: ${name}`)
console.log(`${written.length} written, ${unchanged.length} as they were, ${frozen.length} frozen`)
if (frozen.length > 0 || unknown.length > 0) process.exitCode = 1
