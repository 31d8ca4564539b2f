/** Two people who have met: Anna made an invite, Ben accepted it. */
import type { App } from './app.ts'
import { launch } from './app.ts'

export interface Pair {
  anna: App
  ben: App
}

/** Launches both, onboards them, and lets them meet over loopback. */
export async function meet(dataRoot: string): Promise<Pair> {
  const [anna, ben] = await Promise.all([launch({ dataRoot, profile: 'anna' }), launch({ dataRoot, profile: 'ben' })])
  await anna.onboard('Anna')
  await ben.onboard('Ben')
  await ben.acceptInvite(await anna.createInvite())
  await anna.region('Conversations').getByText('Ben', { exact: true }).first().waitFor()
  await ben.region('Conversations').getByText('Anna', { exact: true }).first().waitFor()
  await anna.openConversation('Ben')
  await ben.openConversation('Anna')
  return { anna, ben }
}
