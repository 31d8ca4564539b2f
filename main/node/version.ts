/** The version of this build, as its package.json says. */
import { readFileSync } from 'node:fs'

/** @param packageUrl of the package.json that lies beside the bundle's folder */
export function readVersion(packageUrl: URL): string {
  const manifest: unknown = JSON.parse(readFileSync(packageUrl, 'utf8'))
  const version = typeof manifest === 'object' && manifest !== null && 'version' in manifest ? manifest.version : ''
  return typeof version === 'string' ? version : ''
}
