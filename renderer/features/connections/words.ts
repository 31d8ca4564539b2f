/** How people are reached, in words. */
import { t } from '../../i18n/index.ts'
import type { Connection, NetworkStatus, Settings } from '../../state/model.ts'

/** How long an answer takes. */
export function roundTripWords(roundTripMs: number | null): string {
  if (roundTripMs === null) return t('connections.measuring')
  if (roundTripMs < 1) return t('connections.underOne')
  if (roundTripMs < 1_000) return t('connections.milliseconds', String(roundTripMs))
  const seconds = new Intl.NumberFormat(document.documentElement.lang || 'en', { maximumFractionDigits: 1 })
  return t('connections.seconds', seconds.format(roundTripMs / 1_000))
}

/** `relay`: the name of the contact through whose relay they are reached, if it is one. */
export function pathWords(path: Connection['path'], relay: string | null): string {
  return path === 'relay' && relay !== null ? t('connections.path.relayOf', relay) : t(`connections.path.${path}`)
}

export type Reach = NetworkStatus['reach'] | 'hidden' | 'proxy' | 'off' | 'starting' | 'failed'

/** How others can reach this computer, as far as the user lets them. */
export function reachOf(network: NetworkStatus, privacy: Settings['privacy']): Reach {
  if (network.state === 'off') return 'off'
  if (network.reach === 'relay') return 'relay'
  if (privacy === 'proxy') return 'proxy'
  if (network.state !== 'listening') return network.state
  return privacy === 'relayOnly' ? 'hidden' : network.reach
}
