/** The headless node's methods: the contract's, and those that only make sense over a line. */
import { mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import type { ContractError } from '../../../preload/contract/errors.ts'
import type { NumberedEvent } from '../../../preload/contract/events.ts'
import { methods } from '../../../preload/contract/methods.ts'
import type { Result } from '../../core/result.ts'
import { err, ok } from '../../core/result.ts'
import { badRequest, contractError } from '../errors.ts'
import type { Service } from '../service/service.ts'
import { describe, headlessMethods } from './describe.ts'
import type { RpcTarget } from './jsonRpc.ts'

export interface HeadlessTarget extends RpcTarget {
  close(): void
}

export interface HeadlessTargetOptions {
  readonly service: Service
  readonly version: string
  /** Takes an event of a subscription. */
  readonly onEvent: (event: NumberedEvent) => void
}

async function exportTo(service: Service, directory: string): Promise<Result<unknown, ContractError>> {
  const exported = await service.call('fingerprint.export', {})
  if (!exported.ok) return exported
  // The service has checked it already; this gives it its type.
  const files = methods['fingerprint.export'].result.parse(exported.value, 'result')
  if (!files.ok) return err(contractError('internal'))
  try {
    mkdirSync(directory, { recursive: true })
    for (const { fileName, encoding, contents } of files.value.files) {
      writeFileSync(join(directory, fileName), Buffer.from(contents, encoding), { flag: 'wx' })
    }
  } catch {
    return err(contractError('fileRefused'))
  }
  return ok({ files: files.value.files.map(({ fileName }) => fileName) })
}

export function createHeadlessTarget(options: HeadlessTargetOptions): HeadlessTarget {
  const { service, version, onEvent } = options
  let unsubscribe: (() => void) | null = null
  const stopEvents = (): void => {
    unsubscribe?.()
    unsubscribe = null
  }
  async function own(method: keyof typeof headlessMethods, params: unknown): Promise<Result<unknown, ContractError>> {
    switch (method) {
      case 'describe':
        return ok(describe(version))
      case 'events.subscribe': {
        unsubscribe ??= service.subscribe(onEvent)
        return ok({ sequence: service.sequence() })
      }
      case 'events.unsubscribe':
        stopEvents()
        return ok({})
      case 'fingerprint.exportTo': {
        const parsed = headlessMethods[method].params.parse(params, 'params')
        if (!parsed.ok) return err(badRequest(`${parsed.problem.path} ${parsed.problem.reason}.`))
        return exportTo(service, parsed.value.directory)
      }
    }
  }
  return {
    async call(method, params) {
      const name = method === 'rpc.describe' ? 'describe' : method
      if (!Object.hasOwn(headlessMethods, name)) return service.call(name, params)
      const known = name as keyof typeof headlessMethods
      const parsed = headlessMethods[known].params.parse(params, 'params')
      return parsed.ok ? own(known, params) : err(badRequest(`${parsed.problem.path} ${parsed.problem.reason}.`))
    },
    close: stopEvents,
  }
}
