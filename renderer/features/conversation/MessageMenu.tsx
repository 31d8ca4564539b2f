import { DropdownMenu } from '@kobalte/core/dropdown-menu'
import Copy from 'lucide-solid/icons/copy'
import Info from 'lucide-solid/icons/info'
import type { JSX } from 'solid-js'
import { Show } from 'solid-js'
import { t } from '../../i18n/index.ts'
import type { Message } from '../../state/model.ts'
import menu from '../../ui/Menu.module.css'
import { useApp } from '../app/context.ts'

export interface MessageMenuProps {
  readonly message: Message
  readonly x: number
  readonly y: number
  readonly onClose: () => void
}

export function MessageMenu(props: MessageMenuProps): JSX.Element {
  const { controller, setPane } = useApp()
  const text = (): string | null => (props.message.body.kind === 'text' ? props.message.body.text : null)
  return (
    <DropdownMenu
      open
      onOpenChange={(open) => !open && props.onClose()}
      getAnchorRect={() => ({ x: props.x, y: props.y, width: 0, height: 0 })}
      placement="bottom-start"
      modal={false}
    >
      <DropdownMenu.Portal mount={document.querySelector('main') ?? document.body}>
        <DropdownMenu.Content class={menu.menu} aria-label={t('conversation.messageMenu')}>
          <Show when={text() !== null}>
            <DropdownMenu.Item class={menu.item} onSelect={() => void controller.copy(text() ?? '')}>
              <Copy size={16} aria-hidden="true" />
              {t('conversation.copyText')}
            </DropdownMenu.Item>
          </Show>
          <DropdownMenu.Item
            class={menu.item}
            onSelect={() => setPane({ kind: 'message', event: props.message.event })}
          >
            <Info size={16} aria-hidden="true" />
            {t('conversation.messageDetails')}
          </DropdownMenu.Item>
        </DropdownMenu.Content>
      </DropdownMenu.Portal>
    </DropdownMenu>
  )
}
