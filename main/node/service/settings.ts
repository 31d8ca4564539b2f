/** The own name, settings and the network's switch. */
import { sanitizeName } from '../../core/identity/names.ts'
import { ok } from '../../core/result.ts'
import type { NodeContext } from './context.ts'
import { toSelf, toSettings } from './dto.ts'
import type { Handlers } from './handlers.ts'
import { reply } from './handlers.ts'

type SettingsMethods = 'profile.rename' | 'settings.set' | 'network.wake'

export function settingsHandlers(context: NodeContext): Handlers<SettingsMethods> {
  return {
    'profile.rename': async ({ name }) =>
      reply(await context.submit<'renameSelf'>({ kind: 'renameSelf', name: sanitizeName(name) }), () =>
        toSelf(context),
      ),
    'settings.set': async ({ settings }) =>
      reply(
        await context.submit<'setSettings'>({ kind: 'setSettings', values: new Map(Object.entries(settings)) }),
        () => toSettings((key) => context.resident().setting(key)),
      ),
    async 'network.wake'() {
      context.network.wake()
      return ok(context.network.status())
    },
  }
}
