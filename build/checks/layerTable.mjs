// The table of ARCHITECTURE, "Who may import whom". A room is named by its folder. What is absent is an error.

const basics = ['main/core']
const libp2p = [
  'libp2p',
  '@libp2p/*',
  '@chainsafe/libp2p-noise',
  '@chainsafe/libp2p-yamux',
  '@multiformats/*',
  'multicast-dns',
  'node-datachannel',
  'socks',
  'uint8arraylist',
  'p-event',
]
const page = ['solid-js']
const components = ['@kobalte/core', 'virtua', 'lucide-solid', 'qr']

/**
 * `rooms`: whole rooms; `files`: single files without extension; `packages`: npm packages (a trailing `/*` stands for a
 * scope); `node`: Node's own modules. Every room may import itself.
 *
 * @type {Record<string, { rooms?: readonly string[], files?: readonly string[], packages?: readonly string[],
 *   node?: boolean }>}
 */
export const layers = {
  'main/core': { files: ['main/core/crypto/provider'] },
  'main/core/crypto': { rooms: basics, packages: ['@noble/*'] },
  'main/core/wire': { rooms: basics, packages: ['protons-runtime', 'uint8arraylist', 'uint8arrays'] },
  'main/core/identity': { rooms: [...basics, 'main/core/crypto', 'main/core/wire'] },
  'main/core/session': { rooms: [...basics, 'main/core/crypto', 'main/core/wire'] },
  'main/core/conversation': { rooms: [...basics, 'main/core/wire'] },
  'main/core/engine': {
    rooms: [
      ...basics,
      'main/core/crypto',
      'main/core/wire',
      'main/core/identity',
      'main/core/session',
      'main/core/conversation',
    ],
  },
  'main/net': { files: portFiles(), packages: libp2p, node: true },
  'main/store': { files: portFiles(), packages: ['@signalapp/sqlcipher'], node: true },
  'main/node': {
    rooms: [...under('main/core'), 'main/net', 'main/store', 'preload/contract'],
    packages: ['sodium-native', 'libsodium', '@noble/*', 'qr'],
    node: true,
  },
  'main/app': { rooms: ['preload/contract'], packages: ['electron'], node: true },
  'preload/contract': {},
  preload: { rooms: ['preload/contract'], packages: ['electron'] },
  // The page's own composition root.
  renderer: {
    rooms: [
      'renderer/client',
      'renderer/state',
      'renderer/features',
      'renderer/ui',
      'renderer/i18n',
      'preload/contract',
    ],
    packages: page,
  },
  'renderer/client': { rooms: ['preload/contract'], packages: page },
  'renderer/state': { rooms: ['preload/contract'], packages: page },
  'renderer/features': {
    rooms: ['renderer/state', 'renderer/client', 'renderer/ui', 'renderer/i18n'],
    packages: [...page, ...components],
  },
  'renderer/ui': { packages: [...page, ...components] },
  'renderer/i18n': { packages: [...page, '@solid-primitives/i18n'] },
  // A second implementation, which is worth something only as long as it has nothing of the first.
  'test/twin': { rooms: ['main/core/crypto'], files: ['main/node/crypto/sodium'] },
}

/** What a test beside its source may use besides. */
export const testPackages = ['vitest', 'fast-check', '@solidjs/testing-library', 'axe-core', 'happy-dom']

function portFiles() {
  return ['ports', 'ids', 'bytes', 'limits', 'result'].map((name) => `main/core/${name}`)
}

function under(room) {
  return ['', '/crypto', '/wire', '/identity', '/session', '/conversation', '/engine'].map((part) => room + part)
}
