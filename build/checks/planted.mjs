// Plants one violation of each rule into a small tree of its own and demands that the linter finds it, and that it
// finds nothing in the same tree without them. A rule that has silently stopped working is worse than none.
import { cpSync, mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { root } from '../lib/paths.mjs'
import { run } from '../lib/run.mjs'

/** What the planted files refer to; correct in itself. */
const ground = {
  'main/core/result.ts': 'export type Result = { readonly ok: boolean }\nexport const okay: Result = { ok: true }\n',
  'main/core/ports.ts': "import type { Result } from './result.ts'\nexport type Port = { readonly last: Result }\n",
  'main/core/engine/step.ts': "import { okay } from '../result.ts'\nexport const step = okay\n",
  'main/core/session/session.ts': "import { okay } from '../result.ts'\nexport const session = okay\n",
  'main/store/store.ts':
    "import { readFileSync } from 'node:fs'\nimport type { Port } from '../core/ports.ts'\n" +
    'export const store = (port: Port): number => readFileSync(String(port.last.ok)).length\n',
  'main/net/net.ts':
    "import type { Port } from '../core/ports.ts'\nexport const net = (port: Port): boolean => port.last.ok\n",
  'preload/contract/dto.ts': 'export type Dto = { readonly id: string }\n',
  'renderer/state/store.ts':
    "import type { Dto } from '../../preload/contract/dto.ts'\nexport const store: Dto[] = []\n",
  'renderer/ui/Button.tsx': 'export const Button = (props: { label: string }) => <button>{props.label}</button>\n',
}

/** @type {readonly { rule: string, path: string, text: string }[]} */
const planted = [
  layer('main/core/a.ts', "import { readFileSync } from 'node:fs'\nexport const a = readFileSync\n"),
  layer('main/core/engine/b.ts', "import type { App } from 'electron'\nexport type B = App\n"),
  layer('main/core/session/c.ts', "import { step } from '../engine/step.ts'\nexport const c = step\n"),
  layer('main/core/session/d.ts', "import type { Dto } from '../../../preload/contract/dto.ts'\nexport type D = Dto\n"),
  layer('main/net/e.ts', "import { store } from '../store/store.ts'\nexport const e = store\n"),
  layer('main/net/f.ts', "export type F = import('../store/store.ts').Store\n"),
  layer('main/net/g.ts', "export const g = async () => await import('../store/store.ts')\n"),
  layer('main/store/h.ts', "export { net } from '../net/net.ts'\n"),
  layer('main/store/i.ts', "import { step } from '../core/engine/step.ts'\nexport const i = step\n"),
  layer('main/app/j.ts', "import type { Port } from '../core/ports.ts'\nexport type J = Port\n"),
  layer('main/app/k.ts', "import { net } from '../net/net.ts'\nexport const k = net\n"),
  layer('preload/contract/l.ts', "import type { Result } from '../../main/core/result.ts'\nexport type L = Result\n"),
  layer('preload/contract/m.ts', "import { okay } from 'zod'\nexport const m = okay\n"),
  layer('preload/n.ts', "import type { Port } from '../main/core/ports.ts'\nexport type N = Port\n"),
  layer('renderer/ui/o.ts', "import { store } from '../state/store.ts'\nexport const o = store\n"),
  layer('renderer/ui/p.ts', "import type { Dto } from '../../preload/contract/dto.ts'\nexport type P = Dto\n"),
  layer('renderer/state/q.ts', "import { Button } from '../ui/Button.tsx'\nexport const q = Button\n"),
  layer('renderer/features/r.ts', "import { ipcRenderer } from 'electron'\nexport const r = ipcRenderer\n"),
  layer('renderer/client/s.ts', "import { readFileSync } from 'fs'\nexport const s = readFileSync\n"),
  layer('main/core/engine/t.ts', "import { step } from './../engine/../../store/store.ts'\nexport const t = step\n"),
  plant('no-restricted-globals', 'main/core/date.ts', 'export const now = Date.now()\n'),
  plant('no-restricted-globals', 'main/core/timer.ts', 'export const timer = setTimeout\n'),
  plant('no-restricted-globals', 'main/core/webcrypto.ts', 'export const random = crypto\n'),
  plant('no-restricted-globals', 'main/core/global.ts', 'export const all = globalThis\n'),
  plant('no-restricted-properties', 'main/core/random.ts', 'export const random = Math.random()\n'),
  plant('no-console', 'main/core/log.ts', "console.log('x')\nexport {}\n"),
  plant('no-async-await', 'main/core/later.ts', 'export async function later(): Promise<void> {}\n'),
  plant('no-cycle', 'main/net/one.ts', "import type { Two } from './two.ts'\nexport type One = { two: Two }\n"),
  plant('no-cycle', 'main/net/two.ts', "import type { One } from './one.ts'\nexport type Two = { one: One }\n"),
  plant('max-lines', 'main/net/long.ts', `export {}\n${'// line\n'.repeat(10)}${'export {}\n'.repeat(400)}`),
  plant('max-lines-per-function', 'main/net/function.ts', `export function f() {\n${'  f()\n'.repeat(75)}}\n`),
  plant('no-explicit-any', 'main/net/any.ts', 'export const x = (y: any): unknown => y\n'),
  plant('ban-ts-comment', 'main/net/ignore.ts', '// @ts-ignore\nexport const x: number = 1\n'),
  plant(
    'no-floating-promises',
    'main/net/floating.ts',
    'const later = async (): Promise<void> => {}\nexport const f = (): void => {\n  later()\n}\n',
  ),
  plant(
    'no-misused-promises',
    'main/net/misused.ts',
    'export const f = (later: () => Promise<boolean>): number => {\n  if (later()) return 1\n  return 2\n}\n',
  ),
  plant(
    'switch-exhaustiveness-check',
    'main/net/switch.ts',
    "export const f = (x: 'a' | 'b'): number => {\n  switch (x) {\n    case 'a':\n      return 1\n  }\n  return 2\n}\n",
  ),
  plant(
    'no-destructure',
    'renderer/ui/Label.tsx',
    'export const Label = ({ text }: { text: string }) => <b>{text}</b>\n',
  ),
  plant(
    'no-innerhtml',
    'renderer/ui/Raw.tsx',
    'export const Raw = (props: { html: string }) => <b innerHTML={props.html} />\n',
  ),
]

function layer(path, text) {
  return plant('layers', path, text)
}

function plant(rule, path, text) {
  return { rule, path, text }
}

/** @returns {Promise<{ rule: string, path: string }[]>} what the linter says of a tree with these files */
async function lint(files) {
  const tree = mkdtempSync(join(tmpdir(), 'waxwing-planted-'))
  try {
    for (const path of ['.oxlintrc.json', 'build/checks', 'build/tsconfig.base.json']) {
      cpSync(join(root, path), join(tree, path), { recursive: true })
    }
    for (const folder of ['main', 'main/core', 'preload', 'preload/contract', 'renderer']) {
      cpSync(join(root, folder, 'tsconfig.json'), join(tree, folder, 'tsconfig.json'))
    }
    symlinkSync(join(root, 'node_modules'), join(tree, 'node_modules'))
    for (const [path, text] of Object.entries(files)) {
      mkdirSync(dirname(join(tree, path)), { recursive: true })
      writeFileSync(join(tree, path), text)
    }
    const binary = join(root, 'node_modules', 'oxlint', 'bin', 'oxlint')
    const args = [binary, '--type-aware', '-f', 'unix', 'main', 'preload', 'renderer']
    const result = await run(process.execPath, args, { cwd: tree })
    return findings(result.stdout)
  } finally {
    rmSync(tree, { recursive: true, force: true })
  }
}

function findings(output) {
  return [...output.matchAll(/^(\S+?):\d+:\d+: .*\[\w+\/[\w-]+\(([\w-]+)\)\]$/gm)].map(([, path = '', rule = '']) => ({
    path,
    rule,
  }))
}

const clean = await lint(ground)
const dirty = await lint({ ...ground, ...Object.fromEntries(planted.map(({ path, text }) => [path, text])) })
const missed = planted.filter(({ rule, path }) => !dirty.some((found) => found.rule === rule && found.path === path))

for (const { rule, path } of clean) process.stdout.write(`a false alarm: ${rule} in the clean ${path}\n`)
for (const { rule, path } of missed) process.stdout.write(`not found: ${rule} in the planted ${path}\n`)
process.stdout.write(`${planted.length - missed.length} of ${planted.length} planted violations found\n`)
if (clean.length > 0 || missed.length > 0) process.exitCode = 1
