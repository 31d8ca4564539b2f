/** People nearby as the screen sees them, and what the user does about them. */
import type { Nearby, NearbyPerson } from '../../../preload/contract/dto.ts'
import type { ContractError } from '../../../preload/contract/errors.ts'
import { sanitizeName } from '../../core/identity/names.ts'
import { nameSkeleton } from '../../core/identity/skeleton.ts'
import { accountIdOf } from '../../core/ids.ts'
import type { AccountId } from '../../core/ids.ts'
import { nearbyLimits } from '../../core/limits.ts'
import type { Result } from '../../core/result.ts'
import { err, ok } from '../../core/result.ts'
import { contractError } from '../errors.ts'
import type { ClickOutcome, NearbyPerson as Person } from '../nearby/sitting.ts'
import type { NodeContext, ResidentView } from './context.ts'
import { shortName } from './dto.ts'
import type { Handlers } from './handlers.ts'
import { deviceIdFrom } from './ids.ts'

type NearbyMethods = 'nearby.start' | 'nearby.stop' | 'nearby.ask' | 'nearby.answer' | 'nearby.compare'

/** What is looked at to show it. */
export interface Looked extends Pick<NodeContext, 'names'> {
  readonly nearby: Pick<NodeContext['nearby'], 'view'>
  readonly resident: () => Pick<ResidentView, 'contact' | 'self'>
}

const stages = {
  greeting: 'here',
  here: 'here',
  asked: 'asked',
  asking: 'asking',
  committed: 'proving',
  awaiting: 'proving',
  answered: 'proving',
  comparing: 'comparing',
  adding: 'adding',
  done: 'done',
  ended: 'gone',
} as const satisfies Record<Person['phase']['kind'], NearbyPerson['stage']>

function stageOf({ phase }: Person): NearbyPerson['stage'] {
  return phase.kind === 'comparing' && phase.ours ? 'waiting' : stages[phase.kind]
}

/** They have us as a contact, and we have not them: an invite of ours is nothing that they would take. */
function isOneSided(context: Looked, { phase }: Person, account: AccountId | null): boolean {
  if (phase.kind !== 'done' || phase.outcome !== 'known' || account === null) return false
  return context.resident().contact(account)?.state !== 'active'
}

function toPerson(context: Looked, person: Person, name: string, alike: boolean): NearbyPerson {
  const { phase } = person
  const account = person.account && accountIdOf(person.account.rootKey)
  const refused = isOneSided(context, person, account)
  return {
    peer: person.peer,
    name: shortName(name),
    stage: refused ? 'gone' : stageOf(person),
    digits: phase.kind === 'comparing' ? phase.digits : null,
    problem: refused ? 'refused' : person.problem,
    account: refused ? null : account,
    looksLike: context.names.likeName(name, account),
    alike,
  }
}

/** People in the order in which they came. */
export function toNearby(context: Looked): Nearby {
  const { isAvailable, endsAtMs, ended, people } = context.nearby.view()
  const shown = people.slice(0, nearbyLimits.peopleMax)
  const names = shown.map((person) => sanitizeName(person.name))
  const skeletons = names.map(nameSkeleton)
  const own = nameSkeleton(context.resident().self.name)
  const isAlike = (skeleton: string, i: number): boolean =>
    skeleton !== '' && (skeleton === own || skeletons.some((other, at) => at !== i && other === skeleton))
  return {
    available: isAvailable,
    endsAtMs,
    ended,
    people: shown.map((person, i) => toPerson(context, person, names[i] ?? '', isAlike(skeletons[i] ?? '', i))),
  }
}

export function nearbyHandlers(context: NodeContext): Handlers<NearbyMethods> {
  const { nearby } = context
  const clicked = (outcome: ClickOutcome): Result<Nearby, ContractError> => {
    if (outcome === 'done') return ok(toNearby(context))
    return err(contractError(outcome === 'busy' ? 'nearbyBusy' : 'nearbyGone'))
  }
  return {
    async 'nearby.start'({ durationMs }) {
      const started = await nearby.start(durationMs ?? undefined)
      return started ? ok(toNearby(context)) : err(contractError('nearbyUnavailable'))
    },
    async 'nearby.stop'() {
      await nearby.stop()
      return ok(toNearby(context))
    },
    'nearby.ask': async ({ peer }) => clicked(nearby.ask(deviceIdFrom(peer))),
    'nearby.answer': async ({ peer, accept }) => clicked(nearby.answer(deviceIdFrom(peer), accept)),
    'nearby.compare': async ({ peer, same }) => clicked(nearby.compare(deviceIdFrom(peer), same)),
  }
}
