/** Where the focus goes when a dialog closes. */

/** What had the focus before the first of the dialogs that are open, or were just exchanged. */
let home: HTMLElement | null = null

/**
 * To be called when a dialog is made; gives the handler for its closing. The focus goes back where it
 * came from, unless something else has taken it meanwhile, such as a composer that was opened.
 */
export function createFocusReturn(): (event: Event) => void {
  const active = document.activeElement
  if (active instanceof HTMLElement && active !== document.body && !active.closest('[role="dialog"]')) home = active
  return (event) => {
    event.preventDefault()
    const taken = document.activeElement !== null && document.activeElement !== document.body
    if (!taken && home?.isConnected) home.focus({ preventScroll: true })
  }
}
