import type { Ending, ExecutionEnd, StepEnd } from './ending.ts'
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
    if (effects > 1 && !mayRepeat(world, step, intent.execution)) {
      problems.push(`${place} took effect ${effects} times, and may not`)
    }
  }
  return problems
}

function mayRepeat(world: World, { node }: StepEnd, execution: ExecutionEnd['id']): boolean {
  const config = world.nodeOf(execution, node)?.config
  return config?.['method'] === 'GET' || config?.['ifUnclear'] === 'retry'
}

/**
 * Places where an attempt was cut off and its step may not be repeated: it's unclear there what happened, and nobody
 * can know. That is allowed only where another process found an attempt that the first one had begun.
 */
export function unclearPlaces(
  world: World,
  { executions }: Ending,
  problems: string[],
): Set<string> {
  const places = new Set<string>()
  for (const [name, { id, steps }] of executions) {
    for (const [place, { record }] of steps) {
      if (record.error?.code !== 'step.outcome_unknown') continue
      // A loop that fails with one of its items says the same.
      if (!world.isExternal(id, record.node)) continue
      const called = [...world.partner.calls].find(
        ([key]) => world.placeOfKey(key) === `${name} ${place}`,
      )
      const isOutside = called !== undefined && called[1].tries > 0
      const isCutOff = world.database.audit.changedHands(id, record)
      if (!isCutOff && !isOutside)
        problems.push(`${name} ${place} is unclear, although nothing cut it off`)
      places.add(`${name} ${place}`)
    }
  }
  return places
}
