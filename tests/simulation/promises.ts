import type { StepRecord } from '#lib/engine/index.ts'
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
  const problems = [...records].flatMap(([place, count]) =>
    count > 1 ? [`${place} made ${count} records`] : [],
  )
  for (const [name, { id, steps }] of executions) {
    for (const step of steps.values()) {
      const place = `${name} ${step.node}@${itemsOf(step.path)}`
      const written = WRITES[world.nodeOf(id, step.node)?.type ?? '']
      if (written === undefined) continue
      const made = records.get(`${place}${written}`) ?? 0
      if ((made === 1) === (step.status === 'succeeded')) continue
      problems.push(`${place} is ${step.status} and made ${made} records`)
    }
  }
  return [...problems, ...calls(world, executions)]
}

/** Calls outside: one key a place, an effect for every success, and no repeat where none is allowed. */
function calls(world: World, executions: ReadonlyMap<string, ExecutionEnd>): string[] {
  const problems: string[] = []
  const seen = new Map<string, string>()
  for (const [key, { tries, effects }] of world.partner.calls) {
    const intent = world.database.audit.intent(key)
    const end = intent && executions.get(world.nameOf(intent.execution))
    const step = intent && end?.steps.get(intent.place)
    if (intent === undefined || step === undefined) continue
    const place = `${world.nameOf(intent.execution)} ${intent.place}`
    if (seen.has(place)) problems.push(`${place} has the keys ${seen.get(place)} and ${key}`)
    seen.set(place, key)
    if (tries > step.attempts) {
      problems.push(`${place} was called ${tries} times in ${step.attempts} attempts`)
    }
    if (step.status === 'succeeded' && effects === 0)
      problems.push(`${place} succeeded without an effect`)
    // What a person has asked for once more may have been done once more.
    const wanted = 1 + (world.people.repeats.get(place) ?? 0)
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
  for (const [name, { id, steps }] of executions) {
    for (const [at, { record }] of steps) {
      const code = record.error?.code
      // A loop that fails with one of its items says the same.
      if (!world.isExternal(id, record.node)) continue
      const place = `${name} ${at}`
      const isCutOff = world.database.audit.changedHands(id, record)
      if (code === 'step.outcome_unknown') {
        if (!isCutOff && !wasUnanswered(world, place)) {
          problems.push(`${place} is unclear, although nothing cut it off`)
        }
        marks.set(place, 'unclear')
      }
      if (code === 'step.keeps_breaking') {
        const times = cutOffs(world, id, record)
        if (!isCutOff || times !== MOST_CUT_OFF) {
          problems.push(`${place} was given up after it was cut off ${times} times`)
        }
        marks.set(place, 'breaking')
      }
    }
  }
  return marks
}

/** The last thing that the other side did was to say nothing. */
function wasUnanswered(world: World, place: string): boolean {
  const calls = [...world.partner.calls]
  return calls.some(([key, { last }]) => isSilent(last) && world.placeOfKey(key) === place)
}

/** Attempts of a step that another process found unfinished, the last one included. */
function cutOffs(
  { database }: World,
  execution: ExecutionEnd['id'],
  { node, path }: StepRecord,
): number {
  const before = database.store
    .steps(execution)
    .filter((step) => step.node === node && step.path === path)
    .filter((step) => step.error?.code === 'step.interrupted')
  return before.filter((step) => database.audit.changedHands(execution, step)).length + 1
}
