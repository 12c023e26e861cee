import type { StepRecord, StoredStep } from '#lib/engine/index.ts'
import { idempotencyKey } from '#lib/engine/execute/idempotency-key.ts'
import type { Ending, ExecutionEnd, StepEnd } from './ending.ts'
import { isSilent, type Mark } from './partner.ts'
import type { World } from './world.ts'

/** The items of a path, as records name them. */
export const itemsOf = (path: string): string =>
  path === ''
    ? ''
    : path
        .split('/')
        .map((part) => part.slice(part.indexOf(':') + 1))
        .join('.')

/** What a step of each type has written once it has succeeded, and not before: the end of the place's name. */
const WRITES: Record<string, string> = {
  'records.create': '',
  'sim.flaky': '',
  'sim.ask': ' answered',
}

/** What takes effect exactly once did; what may be repeated was only where that's allowed. */
export function once(world: World, { executions, records }: Ending): string[] {
  // Executions that are started with the same (replays, what a retry calls again) share their places.
  const wanted = new Map<string, number>()
  const most = new Map<string, number>()
  const count = (counts: Map<string, number>, place: string, more: number) =>
    counts.set(place, (counts.get(place) ?? 0) + more)
  for (const { id } of executions.values()) {
    for (const { node, path, status, reused } of storedSteps(world, id)) {
      const type = world.nodeOf(id, node)?.type ?? ''
      const written = WRITES[type]
      if (written === undefined || reused) continue
      const place = `${world.names.base(id)} ${node}@${itemsOf(path)}`
      count(wanted, `${place}${written}`, status === 'succeeded' ? 1 : 0)
      if (type === 'sim.ask') count(most, `${place} asked`, 1)
    }
  }
  const places = new Set([...wanted.keys(), ...records.keys()])
  const problems = [...places].flatMap((place) => {
    const made = records.get(place) ?? 0
    const isRight = place.endsWith(' asked')
      ? made <= (most.get(place) ?? 0)
      : made === (wanted.get(place) ?? 0)
    return isRight ? [] : [`${place}: ${wanted.get(place) ?? 0} succeeded and made ${made} records`]
  })
  return [...problems, ...calls(world, executions)]
}

/** All that was ever written of an execution's steps. */
const storedSteps = ({ database: { store } }: World, id: ExecutionEnd['id']) => [
  ...(store.executions.get(id)?.steps.values() ?? []),
]

/** Calls outside: one key a place, an effect for every success, and no repeat where none is allowed. */
function calls(world: World, executions: ReadonlyMap<string, ExecutionEnd>): string[] {
  const problems: string[] = []
  const seen = new Map<string, string>()
  for (const [key, { tries, effects }] of world.partner.calls) {
    const intent = world.database.audit.intent(key)
    const end = intent && executions.get(world.nameOf(intent.execution))
    const step = intent && end?.steps.get(intent.place)
    if (intent === undefined || step === undefined) continue
    const place = world.placeOf(intent.execution, intent.place)
    if (seen.has(place)) problems.push(`${place} has the keys ${seen.get(place)} and ${key}`)
    seen.set(place, key)
    const attempts = storedSteps(world, intent.execution).filter(
      ({ node, path }) => `${node}@${path}` === intent.place,
    ).length
    if (tries > attempts) {
      problems.push(`${place} was called ${tries} times in ${attempts} attempts`)
    }
    if (step.status === 'succeeded' && effects === 0)
      problems.push(`${place} succeeded without an effect`)
    // What a person has asked for once more may have been done once more.
    const wanted = 1 + world.people.repeatsOf(intent.execution, intent.place)
    if (effects > wanted && !mayRepeat(world, step, intent.execution)) {
      problems.push(`${place} took effect ${effects} times, and may not`)
    }
  }
  return problems
}

function mayRepeat(world: World, { node }: StepEnd, execution: ExecutionEnd['id']): boolean {
  const config = world.nodeOf(execution, node)?.config
  return config?.['method'] === 'GET' || config?.['ifUnclear'] === 'retry'
}

/** How many attempts of a step may be cut off: the last one ends it. */
const MOST_CUT_OFF = 5

/**
 * Places where crashes have changed how a step ended, which is allowed in two ways only, and checked here.
 *
 * Nobody knows what happened: an attempt of a step that must not be repeated was begun by one process and found by
 * another, or the other side gave no answer (then the fault-free run meets the same). Or a step was cut off five times.
 */
export function marked(
  world: World,
  { executions }: Ending,
  problems: string[],
): Map<string, Mark> {
  const marks = new Map<string, Mark>()
  for (const { id } of executions.values()) {
    for (const record of storedSteps(world, id)) {
      const code = record.error?.code
      // A loop that fails with one of its items says the same; and what was taken over happened before.
      if (record.reused || !world.isExternal(id, record.node)) continue
      const isOfSecondLife = world.database.audit.isOfSecondLife(id, record)
      const place = world.placeOf(id, `${record.node}@${record.path}`, isOfSecondLife)
      const isCutOff = world.database.audit.changedHands(id, record)
      // What has outlived a retry may only have begun after it in the other run.
      const places = record.superseded
        ? [place]
        : [place, world.placeOf(id, `${record.node}@${record.path}`)]
      if (code === 'step.outcome_unknown') {
        if (!isCutOff && !wasUnanswered(world, id, record)) {
          problems.push(`${place} is unclear, although nothing cut it off`)
        }
        for (const one of places) marks.set(one, 'unclear')
      }
      if (code === 'step.keeps_breaking') {
        const times = cutOffs(world, id, record)
        if (!isCutOff || times !== MOST_CUT_OFF) {
          problems.push(`${place} was given up after it was cut off ${times} times`)
        }
        for (const one of places) marks.set(one, 'breaking')
      }
    }
  }
  return marks
}

/** The last thing that the other side did was to say nothing. */
function wasUnanswered({ partner }: World, id: ExecutionEnd['id'], step: StepRecord): boolean {
  const called = partner.calls.get(idempotencyKey(id, step.node, step.path))
  return called !== undefined && (isSilent(called.last) || isSilent(called.before))
}

/** Attempts of a step that another process found unfinished, the last one included. */
function cutOffs(
  world: World,
  execution: ExecutionEnd['id'],
  { node, path, superseded }: StoredStep,
): number {
  const before = storedSteps(world, execution)
    .filter((step) => step.node === node && step.path === path && step.superseded === superseded)
    .filter((step) => step.error?.code === 'step.interrupted')
  return before.filter((step) => world.database.audit.changedHands(execution, step)).length + 1
}
