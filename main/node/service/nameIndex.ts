/** Finds contacts whose names could be taken for each other, without comparing every name with every other. */
import { nameSkeleton } from '../../core/identity/skeleton.ts'
import type { AccountId } from '../../core/ids.ts'
import type { ContactRow } from '../../core/ports.ts'

function shownName(row: ContactRow): string {
  return row.petName ?? row.claimedName
}

/** Blocked and removed contacts count too: an impostor gains nothing when the one imitated is gone. */
export class NameIndex {
  readonly #skeletons = new Map<AccountId, string>()
  readonly #accounts = new Map<string, Set<AccountId>>()

  constructor(rows: Iterable<ContactRow>) {
    for (const row of rows) this.update(row)
  }

  /** Takes in a contact's present names. The other contacts for whom `twinOf` may answer anew. */
  update(row: ContactRow): readonly AccountId[] {
    const before = this.#skeletons.get(row.account)
    const skeleton = nameSkeleton(shownName(row))
    if (before === skeleton) return []
    const affected = new Set<AccountId>()
    if (before !== undefined) {
      const left = this.#accounts.get(before)
      left?.delete(row.account)
      if (left?.size === 0) this.#accounts.delete(before)
      for (const account of left ?? []) affected.add(account)
    }
    this.#skeletons.set(row.account, skeleton)
    if (skeleton !== '') {
      const joined = this.#accounts.get(skeleton) ?? new Set()
      for (const account of joined) affected.add(account)
      this.#accounts.set(skeleton, joined.add(row.account))
    }
    return [...affected]
  }

  /** Another contact whose name looks the same, or null. */
  twinOf(account: AccountId): AccountId | null {
    return this.#other(this.#skeletons.get(account) ?? '', account)
  }

  /** A contact whose name looks like this one, other than `account`, or null. */
  likeName(name: string, account: AccountId | null): AccountId | null {
    return this.#other(nameSkeleton(name), account)
  }

  #other(skeleton: string, account: AccountId | null): AccountId | null {
    if (skeleton === '') return null
    for (const other of this.#accounts.get(skeleton) ?? []) if (other !== account) return other
    return null
  }
}
