import type { JSX } from 'solid-js'
import { t } from '../../i18n/index.ts'
import type { Contact } from '../../state/model.ts'
import { Confirm } from '../../ui/Confirm.tsx'
import { useApp } from '../app/context.ts'
import { errorText } from '../app/errors.ts'

/** The question before a changed key is taken. */
export function AcceptKey(props: { readonly contact: Contact; readonly onClose: () => void }): JSX.Element {
  const { controller } = useApp()
  const accept = async (): Promise<void> => {
    const reply = await controller.client.call('contact.acceptKey', { account: props.contact.account })
    if (!reply.ok) controller.notice('danger', errorText(reply.error))
  }
  return (
    <Confirm
      title={t('keyChanged.acceptTitle')}
      text={t('keyChanged.acceptLead', props.contact.name)}
      confirm={t('keyChanged.accept')}
      cancel={t('app.cancel')}
      onConfirm={() => void accept()}
      onClose={() => props.onClose()}
    />
  )
}
