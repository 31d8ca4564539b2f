#!/usr/bin/env node
// Stands in for fpm, as electron-builder calls it, for one kind of package: a .deb, made by dpkg-deb.
import { execFileSync } from 'node:child_process'
import { createHash } from 'node:crypto'
import {
  chmodSync,
  cpSync,
  lstatSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'

/** @param {readonly string[]} args */
function parse(args) {
  const repeated = new Set(['-d', '--deb-recommends'])
  /** @type {Record<string, string>} */
  const options = {}
  /** @type {Record<string, string[]>} */
  const lists = { '-d': [], '--deb-recommends': [] }
  const copies = []
  for (let at = 0; at < args.length; at++) {
    const arg = args[at]
    if (arg === '--force' || arg === '--debug') continue
    if (repeated.has(arg)) lists[arg].push(args[++at])
    else if (arg.startsWith('-')) options[arg.replace(/^-+/, '')] = args[++at]
    else copies.push(arg.split('='))
  }
  return { options, depends: lists['-d'], recommends: lists['--deb-recommends'], copies }
}

/** Modes as Debian wants them, whatever the umask of the builder was; the setuid helper is set by postinst. */
function* normalise(folder) {
  chmodSync(folder, 0o755)
  for (const name of readdirSync(folder).sort()) {
    const path = join(folder, name)
    const stat = lstatSync(path)
    if (stat.isDirectory()) yield* normalise(path)
    else if (stat.isFile()) {
      chmodSync(path, stat.mode & 0o111 ? 0o755 : 0o644)
      yield { path, sizeBytes: stat.size }
    } else throw new Error(`neither a file nor a folder: ${path}`)
  }
}

/** Debian policy, section 5.6.13: a synopsis, then indented lines. */
function description(text) {
  const [synopsis, ...rest] = text.split('\n').map((line) => line.trim())
  return [synopsis, ...rest.filter((line) => line !== '').map((line) => ` ${line}`)].join('\n')
}

function control({ options, depends, recommends }, sizeBytes) {
  const fields = {
    Package: options.name,
    Version: options.version,
    Architecture: options.architecture,
    Maintainer: options.maintainer,
    'Installed-Size': String(Math.ceil(sizeBytes / 1024)),
    Depends: depends.join(', '),
    Recommends: recommends.join(', '),
    Section: options.category,
    Priority: options['deb-priority'],
    Description: description(options.description),
  }
  const lines = Object.entries(fields).filter(([, value]) => value !== undefined && value !== '')
  return `${lines.map(([name, value]) => `${name}: ${value}`).join('\n')}\n`
}

/** A release is small and opens everywhere; a development package is made in seconds. */
function compression({ options }) {
  if (process.env.WAXWING_QUICK_PACKAGE === '1') return ['-Zzstd', '-z9']
  return [`-Z${options['deb-compression'] ?? 'xz'}`]
}

function build(/** @type {ReturnType<typeof parse>} */ request) {
  const tree = mkdtempSync(join(tmpdir(), 'waxwing-deb-'))
  try {
    chmodSync(tree, 0o755)
    for (const [from, to] of request.copies) {
      mkdirSync(dirname(join(tree, to)), { recursive: true })
      cpSync(from, join(tree, to), { recursive: true, dereference: false })
    }
    const files = [...normalise(tree)]
    const sums = files.map(({ path }) => {
      const sum = createHash('md5').update(readFileSync(path)).digest('hex')
      return `${sum}  ${path.slice(tree.length + 1)}`
    })
    const meta = join(tree, 'DEBIAN')
    mkdirSync(meta)
    const total = files.reduce((sum, { sizeBytes }) => sum + sizeBytes, 0)
    writeFileSync(join(meta, 'control'), control(request, total))
    writeFileSync(join(meta, 'md5sums'), `${sums.join('\n')}\n`)
    for (const [name, option] of [
      ['postinst', 'after-install'],
      ['postrm', 'after-remove'],
    ]) {
      writeFileSync(join(meta, name), readFileSync(request.options[option]), { mode: 0o755 })
    }
    for (const name of readdirSync(meta)) chmodSync(join(meta, name), name.startsWith('post') ? 0o755 : 0o644)
    const target = ['--build', tree, request.options.package]
    execFileSync('dpkg-deb', ['--root-owner-group', ...compression(request), ...target], { stdio: 'inherit' })
  } finally {
    rmSync(tree, { recursive: true, force: true })
  }
}

const request = parse(process.argv.slice(2))
if (request.options.t !== 'deb') {
  process.stderr.write(`This stand-in makes .deb files only; a .${request.options.t} needs fpm itself.\n`)
  process.exit(1)
}
build(request)
