/**
 * Makes a profile: vault, encrypted store, identity. Until the very end the directory says that it is unfinished, so
 * that a crash at any moment leaves something that is cleared away by the next attempt, and never a half profile that
 * looks whole. No key touches the disk unwrapped.
 */
import { join } from 'node:path'
import {
  createIdentity,
  encodeIdentitySecrets,
  identityRandomBytes,
  wipeIdentity,
} from '../../core/identity/account.ts'
import { sanitizeName } from '../../core/identity/names.ts'
import type { SelfRow, StoreError } from '../../core/ports.ts'
import type { Result } from '../../core/result.ts'
import { err, ok } from '../../core/result.ts'
import { beginCreation, finishCreation, prepareDirectory, profileFiles } from '../../store/profile/directory.ts'
import type { Unlock } from '../../store/profile/vault.ts'
import { createEntropySizeBytes, createVault } from '../../store/profile/vault.ts'
import { openStore } from '../../store/store.ts'
import type { ProfileError } from '../errors.ts'
import type { ProfileOptions } from './options.ts'

function firstSelf(options: ProfileOptions, name: string): SelfRow {
  const { crypto, random, clock } = options
  const createdAtMs = clock.nowMs()
  const fresh = random.bytes(identityRandomBytes)
  const identity = createIdentity(crypto, fresh, createdAtMs)
  const secrets = encodeIdentitySecrets(identity)
  crypto.wipe(fresh)
  wipeIdentity(crypto, identity)
  return { secrets, name: sanitizeName(name), createdAtMs }
}

function fromStore(error: StoreError): ProfileError {
  return error.kind === 'closed' ? { kind: 'ioFailed', code: 'closed' } : error
}

/** The encrypted store with nothing in it but its owner. */
async function createStore(
  options: ProfileOptions,
  key: Uint8Array,
  self: SelfRow,
): Promise<Result<void, ProfileError>> {
  const path = join(options.directory, profileFiles.database)
  const store = await openStore({ path, key, workerUrl: options.storeWorkerUrl, log: options.log, create: true })
  if (!store.ok) return store
  const written = await store.value.commit([{ kind: 'putSelf', row: self }])
  await store.value.close()
  return written.ok ? ok(undefined) : err(fromStore(written.error))
}

/** Makes the profile and returns the key of its store (32 bytes; the caller wipes it). `unlock` is wiped. */
export async function createProfile(
  options: ProfileOptions,
  name: string,
  unlock: Unlock,
  takeLock: () => Result<void, ProfileError>,
): Promise<Result<Uint8Array, ProfileError>> {
  const { directory, crypto, random } = options
  const prepared = prepareDirectory(directory)
  if (!prepared.ok) return prepared
  const locked = takeLock()
  if (!locked.ok) return locked
  const begun = beginCreation(directory)
  if (!begun.ok) return begun
  const key = createVault(join(directory, profileFiles.vault), crypto, unlock, random.bytes(createEntropySizeBytes))
  if (unlock.kind === 'keyring') crypto.wipe(unlock.key)
  if (!key.ok) return key
  const self = firstSelf(options, name)
  const made = await createStore(options, key.value, self)
  crypto.wipe(self.secrets)
  if (!made.ok) return made
  const finished = finishCreation(directory)
  return finished.ok ? key : finished
}
