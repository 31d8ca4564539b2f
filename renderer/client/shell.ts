/** Typed calls to the window's own shell: dialogs, files, links, the clipboard. */
import type { WaxwingBridge } from '../../preload/contract/port.ts'
import type { ShellEvent, ShellMethodName, ShellParams, ShellResult } from '../../preload/contract/shell.ts'
import { shellEventSchema, shellMethods } from '../../preload/contract/shell.ts'
import type { Schema } from '../../preload/contract/schema.ts'
import type { Reply } from './errors.ts'
import { ownError, readError } from './errors.ts'

export class Shell {
  readonly #bridge: WaxwingBridge

  constructor(bridge: WaxwingBridge) {
    this.#bridge = bridge
  }

  /** One request to the shell. Never rejects. */
  async call<M extends ShellMethodName>(method: M, params: ShellParams<M>): Promise<Reply<ShellResult<M>>> {
    let result: unknown
    try {
      result = await this.#bridge.shell(method, params)
    } catch (reason) {
      return { ok: false, error: readError(reason) }
    }
    const schema = shellMethods[method].result as Schema<unknown>
    const parsed = schema.parse(result, 'result')
    if (!parsed.ok) return { ok: false, error: ownError('badReply') }
    // The schema is the one of this method.
    return { ok: true, value: parsed.value as ShellResult<M> }
  }

  /** Returns the way to stop listening. Events of a kind that is not known are passed over. */
  onEvent(listener: (event: ShellEvent) => void): () => void {
    return this.#bridge.onShellEvent((value) => {
      const parsed = shellEventSchema.parse(value, 'event')
      if (parsed.ok) listener(parsed.value)
    })
  }
}
