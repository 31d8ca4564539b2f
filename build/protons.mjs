// Generates main/core/wire/content/content.ts from content.proto with protons.
// Two adjustments: the namespaces that protons writes are not erasable syntax, which only
// @ts-nocheck lets pass; and callers' bytes need no particular kind of buffer.
import { execFileSync } from 'node:child_process'
import { readFileSync, writeFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'

const root = fileURLToPath(new URL('..', import.meta.url))
const generated = `${root}main/core/wire/content/content.ts`
execFileSync(process.execPath, [
  `${root}node_modules/protons/dist/bin/protons.js`,
  `${root}main/core/wire/content/content.proto`,
])
const header = '// @ts-nocheck -- generated from content.proto by `npm run protons`; not to be edited\n'
writeFileSync(generated, header + readFileSync(generated, 'utf8').replaceAll('Uint8Array<ArrayBuffer>', 'Uint8Array'))
