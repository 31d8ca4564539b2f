/** A store per test, and the few moves that every test makes. */
import type { Change, Slice, SliceRequest, Store } from '../../main/core/ports.ts'
import type { Result } from '../../main/core/result.ts'

/** A store under test, empty at first. */
export interface StoreUnderTest {
  readonly store: Store
  /** Closes it and opens what it kept again. */
  reopen(): Promise<Store>
  end(): Promise<void>
}

export type MakeStore = () => Promise<StoreUnderTest>

/** The value of a result that must be ok. */
export async function value<T, E>(result: Promise<Result<T, E>>): Promise<T> {
  const settled = await result
  if (!settled.ok) throw new Error(`refused: ${JSON.stringify(settled.error)}`)
  return settled.value
}

export class Bench {
  readonly #make: MakeStore
  #under: StoreUnderTest | null = null
  #store: Store | null = null
  constructor(make: MakeStore) {
    this.#make = make
  }
  async begin(): Promise<void> {
    this.#under = await this.#make()
    this.#store = this.#under.store
  }
  async end(): Promise<void> {
    await this.#under?.end()
  }
  get store(): Store {
    if (this.#store === null) throw new Error('no store')
    return this.#store
  }
  async reopen(): Promise<void> {
    this.#store = (await this.#under?.reopen()) ?? null
  }
  commit(...changes: readonly Change[]): Promise<void> {
    return value(this.store.commit(changes))
  }
  load(request: SliceRequest): Promise<Slice> {
    return value(this.store.load(request))
  }
}
