// An oxlint plugin: the rule `waxwing/layers` holds every import against the layer table. Type-only and dynamic
// imports count, and so does `import('…')` in a type.
import { isBuiltin } from 'node:module'
import { dirname, join, relative, sep } from 'node:path'
import { layers, testPackages } from './layerTable.mjs'

const rooms = Object.keys(layers).sort((a, b) => b.length - a.length)

/** The room that a path (relative to the project, with `/`) lies in, or undefined outside the table. */
function roomOf(path) {
  return rooms.find((room) => path.startsWith(`${room}/`))
}

function matches(pattern, name) {
  if (pattern.endsWith('/*')) return name.startsWith(pattern.slice(0, -1))
  return name === pattern || name.startsWith(`${pattern}/`)
}

/**
 * Why `path` may not import `specifier`, or undefined when it may.
 *
 * @param {string} path the importing file, relative to the project, with `/`
 * @param {string} specifier
 */
export function forbidden(path, specifier) {
  const room = roomOf(path)
  if (room === undefined) return undefined
  const rule = layers[room]
  const isTest = /\.test\.tsx?$/.test(path)
  if (specifier.startsWith('.') || specifier.startsWith('/')) return forbiddenFile(path, room, specifier, isTest)
  if (isBuiltin(specifier)) return rule.node || isTest ? undefined : `${room} may not use Node's ${specifier}`
  const packages = [...(rule.packages ?? []), ...(isTest ? testPackages : [])]
  return packages.some((pattern) => matches(pattern, specifier)) ? undefined : `${room} may not use ${specifier}`
}

function forbiddenFile(path, room, specifier, isTest) {
  const target = specifier.startsWith('/') ? specifier.slice(1) : join(dirname(path), specifier).split(sep).join('/')
  const plain = target.replace(/\?.*$/, '').replace(/\.(?:d\.)?[cm]?[jt]sx?$/, '')
  if (isTest && plain.startsWith('test/')) return undefined
  const other = roomOf(target)
  const rule = layers[room]
  if (other === room || rule.rooms?.includes(other ?? '') || rule.files?.includes(plain)) return undefined
  return `${room} may not import ${target}`
}

const layersRule = {
  create(context) {
    const path = relative(context.cwd ?? process.cwd(), context.filename)
      .split(sep)
      .join('/')
    if (roomOf(path) === undefined) return {}
    const check = (node) => {
      if (typeof node?.value !== 'string') return
      const why = forbidden(path, node.value)
      if (why !== undefined) context.report({ node, message: why })
    }
    const ofSource = (node) => check(node.source)
    return {
      ImportDeclaration: ofSource,
      ExportNamedDeclaration: ofSource,
      ExportAllDeclaration: ofSource,
      ImportExpression: ofSource,
      TSImportType: (node) => check(node.source ?? node.argument?.literal ?? node.argument),
      TSImportEqualsDeclaration: (node) => check(node.moduleReference?.expression),
      CallExpression: (node) => {
        if (node.callee.type === 'Identifier' && node.callee.name === 'require') check(node.arguments[0])
      },
    }
  },
}

export default { meta: { name: 'waxwing' }, rules: { layers: layersRule } }
