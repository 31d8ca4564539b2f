/** Answers what the window asks of this process: checks who asks and with what, then calls the one handler. */
import type { BrowserWindow, IpcMainInvokeEvent } from 'electron'
import { ipcMain } from 'electron'
import { channels } from '../../../preload/contract/channels.ts'
import type { ContractError, ErrorCode } from '../../../preload/contract/errors.ts'
import type { Schema } from '../../../preload/contract/schema.ts'
import type { ShellMethodName, ShellOutcome, ShellParams, ShellResult } from '../../../preload/contract/shell.ts'
import { shellMethods } from '../../../preload/contract/shell.ts'
import { appOrigin } from '../scheme.ts'

export type ShellHandlers = {
  readonly [M in ShellMethodName]: (
    params: ShellParams<M>,
    window: BrowserWindow,
  ) => Promise<ShellResult<M>> | ShellResult<M>
}

/** Thrown by a handler to answer with a sentence of its own. */
export class ShellRefusal extends Error {
  readonly code: ErrorCode
  constructor(code: ErrorCode, message: string) {
    super(message)
    this.code = code
  }
}

function refuse(code: ErrorCode, message: string): { readonly ok: false; readonly error: ContractError } {
  return { ok: false, error: { code, message, got: 0, max: 0 } }
}

/** Whether a message comes from the main frame of this very window, showing our own page. */
export function isOurPage(
  window: BrowserWindow | null,
  event: Pick<IpcMainInvokeEvent, 'sender' | 'senderFrame'>,
): boolean {
  if (!window || window.isDestroyed() || event.sender !== window.webContents) return false
  const frame = event.senderFrame
  return frame !== null && frame === window.webContents.mainFrame && frame.origin === appOrigin
}

function isMethod(name: unknown): name is ShellMethodName {
  return typeof name === 'string' && Object.hasOwn(shellMethods, name)
}

async function call(
  handlers: ShellHandlers,
  window: BrowserWindow,
  name: ShellMethodName,
  rawParams: unknown,
): Promise<ShellOutcome> {
  const parsed = (shellMethods[name].params as Schema<unknown>).parse(rawParams, 'params')
  if (!parsed.ok)
    return refuse(
      'badRequest',
      `The window asked for something that is not allowed: ${parsed.problem.path} ${parsed.problem.reason}.`,
    )
  // The schema that just accepted the params is the one of this method.
  const handler = handlers[name] as (params: unknown, window: BrowserWindow) => unknown
  try {
    return { ok: true, result: await handler(parsed.value, window) }
  } catch (thrown) {
    if (thrown instanceof ShellRefusal) return refuse(thrown.code, thrown.message)
    return refuse('internal', 'Something went wrong inside Waxwing. Nothing was changed; please try again.')
  }
}

/** @param window the window now open, if any */
export function serveShell(handlers: ShellHandlers, window: () => BrowserWindow | null): void {
  ipcMain.handle(channels.shell, async (event, name: unknown, params: unknown): Promise<ShellOutcome> => {
    const asking = window()
    if (asking === null || !isOurPage(asking, event))
      return refuse('badRequest', 'This request came from somewhere else than the window.')
    if (!isMethod(name))
      return refuse('unknownMethod', 'The window asked for something that this version does not know.')
    return call(handlers, asking, name, params)
  })
}
