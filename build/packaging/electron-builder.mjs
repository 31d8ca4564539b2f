// electron-builder's configuration. package.mjs says by the environment which runtime it packs and what the version is.
import { rmSync } from 'node:fs'
import { join } from 'node:path'

const { WAXWING_PACKAGE_VERSION: version, WAXWING_ELECTRON_DIST: electronDist } = process.env
const { WAXWING_ELECTRON_VERSION: electronVersion } = process.env

/** Files that Electron's folder brings and an application must not carry. */
const leftovers = ['resources/default_app.asar', 'waxwing-development-runtime.json', 'version']

/** Some native packages carry a build for every platform; an application carries its own. */
const onlyOwnPrebuilds = ['!**/prebuilds/!(${platform}-${arch})/**', '!**/*.bare']

/** @type {import('electron-builder').Configuration} */
export default {
  appId: 'org.waxwing.desktop',
  productName: 'Waxwing',
  executableName: 'waxwing',
  copyright: 'Copyright © the Waxwing developers. AGPL-3.0-only.',
  directories: { output: 'dist', buildResources: 'build/icons' },
  files: [
    'package.json',
    'LICENSE',
    'out/main/**',
    'out/preload/**',
    'out/renderer/**',
    '!**/*.map',
    '!**/*.{cc,c,h,d.ts,d.mts,d.cts,md}',
    '!**/CMakeLists.txt',
    '!node_modules/sodium-native/extensions/**',
    '!node_modules/node-datachannel/{src,dist/cjs,dist/types,dist/esm/polyfill}/**',
    '!node_modules/node-datachannel/{jest.config.ts,rollup.config.mjs,tsconfig.json}',
    ...onlyOwnPrebuilds,
  ],
  // A native module cannot be loaded from inside the archive.
  asarUnpack: ['**/*.node'],
  npmRebuild: false,
  nodeGypRebuild: false,
  electronDist,
  electronVersion,
  electronLanguages: ['en-US'],
  publish: null,
  extraMetadata: {
    version,
    homepage: 'https://waxwing.invalid',
    scripts: undefined,
    devDependencies: undefined,
    knip: undefined,
    allowScripts: undefined,
    overrides: undefined,
  },
  electronFuses: {
    runAsNode: false,
    enableNodeOptionsEnvironmentVariable: false,
    enableNodeCliInspectArguments: false,
    enableCookieEncryption: true,
    enableEmbeddedAsarIntegrityValidation: true,
    onlyLoadAppFromAsar: true,
    loadBrowserProcessSpecificV8Snapshot: false,
    grantFileProtocolExtraPrivileges: false,
  },
  afterPack: ({ appOutDir }) => {
    for (const path of leftovers) rmSync(join(appOutDir, path), { force: true })
  },
  protocols: [{ name: 'Waxwing invite', schemes: ['waxwing'] }],
  linux: {
    target: ['deb', 'tar.gz', 'rpm', 'AppImage'],
    icon: 'out/icons',
    category: 'Network;InstantMessaging',
    synopsis: 'A desktop messenger with no server in the middle',
    description:
      'Two computers talk to each other, sealed end to end. Nobody in the middle can be asked to open a message.',
    maintainer: 'The Waxwing developers <developers@waxwing.invalid>',
    vendor: 'The Waxwing developers',
    artifactName: 'waxwing_${version}_${arch}.${ext}',
  },
  deb: {
    // Other names for the same since the transition to 64-bit time.
    depends: ['libgtk-3-0 | libgtk-3-0t64', 'libnss3', 'libgbm1', 'libasound2 | libasound2t64'],
    recommends: ['libsecret-1-0', 'libnotify4', 'xdg-utils'],
    packageCategory: 'net',
    priority: 'optional',
  },
  rpm: { depends: ['gtk3', 'nss', 'mesa-libgbm', 'alsa-lib'] },
  win: { target: ['nsis'], icon: 'build/icons/icon.png' },
  nsis: { oneClick: false, perMachine: false, allowToChangeInstallationDirectory: true },
  mac: {
    target: ['dmg'],
    icon: 'build/icons/icon.png',
    category: 'public.app-category.social-networking',
    hardenedRuntime: true,
    gatekeeperAssess: false,
    entitlements: 'build/packaging/entitlements.mac.plist',
    entitlementsInherit: 'build/packaging/entitlements.mac.plist',
    extendInfo: { NSCameraUsageDescription: 'To scan the code of a contact whom you verify.' },
  },
}
