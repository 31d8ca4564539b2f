/** The shape of what answers the contract's methods. */
import type { ContractError } from '../../../preload/contract/errors.ts'
import type { MethodName, MethodResult, Params } from '../../../preload/contract/methods.ts'
import type { Result } from '../../core/result.ts'
import { err, ok } from '../../core/result.ts'
import type { StoreError } from '../../core/ports.ts'
import type { SubmitError } from '../../core/engine/commands.ts'
import { fromStoreError, fromSubmitError } from '../errors.ts'

/** Answers one method with params that its schema has passed. */
export type Handler<M extends MethodName> = (params: Params<M>) => Promise<Result<MethodResult<M>, ContractError>>

/** Handlers for some of the methods. */
export type Handlers<M extends MethodName> = { readonly [K in M]: Handler<K> }

/** A reply of the engine as the contract's result. */
export function reply<T, R>(result: Result<T, SubmitError>, map: (value: T) => R): Result<R, ContractError> {
  return result.ok ? ok(map(result.value)) : err(fromSubmitError(result.error))
}

/** What the store said as the contract's result. */
export function stored<T, R>(result: Result<T, StoreError>, map: (value: T) => R): Result<R, ContractError> {
  return result.ok ? ok(map(result.value)) : err(fromStoreError(result.error))
}
