import type { JSX } from 'solid-js'
import { Button } from './Button.tsx'
import { Dialog } from './Dialog.tsx'

export interface ConfirmProps {
  readonly title: string
  readonly text: string
  readonly confirm: string
  readonly cancel: string
  readonly onConfirm: () => void
  readonly onClose: () => void
}

/** A question before something that is hard to take back. The first choice is to leave it. */
export function Confirm(props: ConfirmProps): JSX.Element {
  return (
    <Dialog
      size="small"
      title={props.title}
      closeLabel={props.cancel}
      onClose={() => props.onClose()}
      modalOnly
      footer={
        <>
          <Button data-autofocus onClick={() => props.onClose()}>
            {props.cancel}
          </Button>
          <Button
            look="danger"
            onClick={() => {
              props.onConfirm()
              props.onClose()
            }}
          >
            {props.confirm}
          </Button>
        </>
      }
    >
      <p>{props.text}</p>
    </Dialog>
  )
}
