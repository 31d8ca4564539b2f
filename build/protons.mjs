// The second half of `npm run protons`, after the generator has written content.ts. Two adjustments: the
// namespaces that protons writes are not erasable syntax, which only @ts-nocheck lets pass; and callers' bytes
// need no particular kind of buffer.
import { readFileSync, writeFileSync } from 'node:fs'

const generated = new URL('../main/core/wire/content/content.ts', import.meta.url)
const header = '// @ts-nocheck -- generated from content.proto by `npm run protons`; not to be edited\n'
writeFileSync(generated, header + readFileSync(generated, 'utf8').replaceAll('Uint8Array<ArrayBuffer>', 'Uint8Array'))
