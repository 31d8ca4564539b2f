import { existsSync, mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import fc from 'fast-check'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { errorSchema } from '../../../preload/contract/errors.ts'
import { contractLimits } from '../../../preload/contract/limits.ts'
import type { MethodName } from '../../../preload/contract/methods.ts'
import { methods, methodsWithoutProfile } from '../../../preload/contract/methods.ts'
import type { Assembly } from '../assemble.ts'
import { assemble } from '../assemble.ts'
import { createLog } from '../log.ts'
import { noKeyring } from '../profile/keyring.ts'

let folder: string
let assembly: Assembly

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'waxwing-service-'))
  assembly = assemble({
    directory: join(folder, 'anna'),
    profileName: 'anna',
    keyring: noKeyring,
    network: { port: 0, confine: 'loopback', lanAllowed: false },
    storeWorkerUrl: new URL('file:///nowhere/store-worker.js'),
    log: createLog({ directory: null, nowMs: () => 0 }),
  })
  assembly.manager.start()
})

afterEach(async () => {
  await assembly.manager.close()
  rmSync(folder, { recursive: true, force: true })
})

const names = Object.keys(methods) as MethodName[]

/** Things that no schema of the contract takes as params. */
const hostile = fc.oneof(
  fc.anything({
    withBigInt: true,
    withDate: true,
    withMap: true,
    withSet: true,
    withTypedArray: true,
    withNullPrototype: true,
  }),
  fc.dictionary(fc.string(), fc.jsonValue()).map((value) => ({ ...value, surplus: 1 })),
  fc.constant(JSON.parse('{"__proto__":{"link":"x","account":"y"}}') as unknown),
  fc.constant({ link: 'x'.repeat(10_000_000) }),
)

describe('a service without a profile', () => {
  it.each(names)('%s answers hostile params with an error of the contract', async (name) => {
    await fc.assert(
      fc.asyncProperty(hostile, async (params) => {
        const empty = typeof params === 'object' && params !== null && Reflect.ownKeys(params).length === 0
        const answer = await assembly.service.call(name, params)
        if (answer.ok) expect([name, empty]).toEqual(['profile.get', true])
        else expect(errorSchema.parse(answer.error, 'error').ok).toBe(true)
      }),
      { numRuns: 60, seed: 17 },
    )
    expect(existsSync(join(folder, 'anna'))).toBe(false)
  })

  it('refuses accessors, cycles and foreign prototypes without touching them', async () => {
    let touched = false
    const accessor = Object.defineProperty({}, 'link', {
      enumerable: true,
      get() {
        touched = true
        return 'waxwing:invite/x'
      },
    })
    const cyclic: Record<string, unknown> = {}
    cyclic['link'] = cyclic
    class Params {
      readonly link = 'waxwing:invite/x'
    }
    for (const params of [accessor, cyclic, new Params(), new Map([['link', 'x']])]) {
      expect(await assembly.service.call('invite.inspect', params)).toMatchObject({ error: { code: 'badRequest' } })
    }
    expect(touched).toBe(false)
  })

  it('knows no method but those of the contract', async () => {
    for (const name of ['constructor', '__proto__', 'toString', 'profile.get ', '']) {
      expect(await assembly.service.call(name, {})).toMatchObject({ error: { code: 'unknownMethod' } })
    }
  })

  it('says that there is none to every method that needs one', async () => {
    expect(await assembly.service.call('snapshot.get', {})).toMatchObject({ error: { code: 'profileMissing' } })
    expect(await assembly.service.call('profile.get', {})).toMatchObject({ value: { state: 'absent', name: 'anna' } })
    expect([...methodsWithoutProfile].toSorted()).toEqual(['profile.create', 'profile.get', 'profile.unlock'])
  })

  it('works on a bounded number of requests at once', async () => {
    const { requestsInFlightMax } = contractLimits
    const calls = Array.from({ length: requestsInFlightMax + 5 }, () => assembly.service.call('profile.get', {}))
    const answers = await Promise.all(calls)
    expect(answers.filter(({ ok }) => ok)).toHaveLength(requestsInFlightMax)
    expect(answers.at(-1)).toMatchObject({ error: { code: 'tooManyRequests', max: requestsInFlightMax } })
    expect((await assembly.service.call('profile.get', {})).ok).toBe(true)
  })
})
