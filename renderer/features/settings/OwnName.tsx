import type { JSX } from 'solid-js'
import { createSignal, Show, untrack } from 'solid-js'
import { contractLimits } from '../../client/limits.ts'
import { t } from '../../i18n/index.ts'
import { Button } from '../../ui/Button.tsx'
import { TextField } from '../../ui/TextField.tsx'
import { useApp } from '../app/context.ts'
import { errorText } from '../app/errors.ts'

export function OwnName(): JSX.Element {
  const { state, controller, dispatch } = useApp()
  const [name, setName] = createSignal(untrack(() => state.self?.name ?? ''))
  const [problem, setProblem] = createSignal<string>()
  const save = async (): Promise<void> => {
    const reply = await controller.client.call('profile.rename', { name: name().trim() })
    setProblem(reply.ok ? undefined : errorText(reply.error))
    if (reply.ok) dispatch({ kind: 'event', event: { kind: 'selfChanged', self: reply.value } })
  }
  return (
    <>
      <TextField
        label={t('settings.name')}
        hint={t('settings.nameHint')}
        error={problem()}
        value={name()}
        maxLength={contractLimits.nameLengthMax}
        onInput={setName}
        onEnter={() => void save()}
      />
      <Show when={name().trim() !== state.self?.name}>
        <Button size="small" onClick={() => void save()}>
          {t('settings.saveName')}
        </Button>
      </Show>
    </>
  )
}
