/** The vectors run twice: on Node, and on Electron's runtime, whose BoringSSL is another library. */
import { expect, it } from 'vitest'

const wanted = process.env['WAXWING_RUNTIME'] ?? 'node'

it(`runs on the runtime that was asked for: ${wanted}`, () => {
  expect(['node', 'electron']).toContain(wanted)
  expect(process.versions['electron'] === undefined ? 'node' : 'electron').toBe(wanted)
})
