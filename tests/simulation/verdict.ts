import { endingOf, type Ending, type ExecutionEnd, type StepEnd } from './ending.ts'
import { World, type Circumstances } from './world.ts'

/** What came of one seed. */
export interface Verdict {
  seed: number
  /** Empty when every promise was kept. */
  problems: string[]
  /** How many things happened in the world with faults. */
  steps: number
}

/** Runs a seed's world with its faults, then its fault-free twin, and compares how both ended. */
export async function judge(seed: number, circumstances: Circumstances = {}): Promise<Verdict> {
  const world = new World(seed, circumstances)
  const hasEnded = await world.run()
  const real = endingOf(world)
  const { steps } = world.timeline
  const problems = [...real.problems, ...stuck(real, hasEnded), ...once(world, real)]
  if (problems.length > 0) return { seed, problems, steps }
  const unclear = unclearPlaces(world, real, problems)
  const { makeStore: _store, registry: _registry, tamper: _tamper, ...same } = circumstances
  const twin = new World(seed, { ...same, isFaultFree: true, unclear })
  const twinHasEnded = await twin.run()
  const wanted = endingOf(twin)
  problems.push(...wanted.problems.map((problem) => `without faults: ${problem}`))
  problems.push(...stuck(wanted, twinHasEnded).map((problem) => `without faults: ${problem}`))
  problems.push(...once(twin, wanted).map((problem) => `without faults: ${problem}`))
  problems.push(...differences(real, wanted))
  return { seed, problems, steps }
}

const OVER = new Set(['succeeded', 'failed', 'cancelled', 'timed_out'])

/** Every execution that was accepted ends. */
function stuck({ executions }: Ending, hasEnded: boolean): string[] {
  const open = [...executions].filter(([, { status }]) => !OVER.has(status))
  return [
    ...(hasEnded ? [] : ['there is no end to it']),
    ...open.map(([name, { status }]) => `${name} is stuck: ${status}`),
    ...[...executions].flatMap(([name, { status, steps }]) => {
      if (!OVER.has(status)) return []
      const left = [...steps].filter(
        ([, step]) => step.status === 'running' || step.status === 'waiting',
      )
      return left.map(([place, step]) => `${name} is ${status}, but ${place} is ${step.status}`)
    }),
  ]
}

/** The items of a path, as records name them. */
const itemsOf = (path: string): string =>
  path === ''
    ? ''
    : path
        .split('/')
        .map((part) => part.slice(part.indexOf(':') + 1))
        .join('.')

/** What takes effect exactly once did; what may be repeated was only where that's allowed. */
function once(world: World, { executions, records }: Ending): string[] {
  const problems = [...records].flatMap(([place, count]) =>
    count > 1 ? [`${place} made ${count} records`] : [],
  )
  for (const [name, { id, steps }] of executions) {
    const version = world.database.store.executions.get(id)?.made.version
    const definition = version === undefined ? undefined : world.definitions.get(version)
    const nodes = new Map(definition?.nodes.map((node) => [node.id as string, node]))
    for (const step of steps.values()) {
      const node = nodes.get(step.node)
      const made = records.get(`${name} ${step.node}@${itemsOf(step.path)}`) ?? 0
      const isWriter = node?.type === 'records.create' || node?.type === 'sim.flaky'
      if (isWriter && (made === 1) !== (step.status === 'succeeded')) {
        problems.push(
          `${name} ${step.node}@${step.path} is ${step.status} and made ${made} records`,
        )
      }
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

function mayRepeat(world: World, step: StepEnd, execution: ExecutionEnd['id']): boolean {
  const version = world.database.store.executions.get(execution)?.made.version
  const nodes = version === undefined ? [] : (world.definitions.get(version)?.nodes ?? [])
  const config = nodes.find((node) => node.id === step.node)?.config
  return config?.['method'] === 'GET' || config?.['ifUnclear'] === 'retry'
}

/**
 * Places where an attempt was cut off and its step may not be repeated: it's unclear there what happened, and nobody
 * can know. That is allowed only where another process found an attempt that the first one had begun.
 */
function unclearPlaces(world: World, { executions }: Ending, problems: string[]): Set<string> {
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

/** Where two runs may differ: in what was called off because something else failed first. */
function stoppedIn(...ends: ExecutionEnd[]): (step: StepEnd) => boolean {
  const isWhole = ends.some(({ status }) => status !== 'succeeded')
  const failed = ends.flatMap(({ steps }) =>
    [...steps.values()].filter(
      ({ status, record }) => status === 'failed' && record.progress === null,
    ),
  )
  // A loop that failed has called off its items; a step whose failure nobody dealt with, the item that it's in.
  return ({ path }) =>
    isWhole ||
    failed.some(
      ({ record }) =>
        isWithin(path, record) ||
        (record.port === null && (path === record.path || path.startsWith(`${record.path}/`))),
    )
}

/** Whether a path leads into a loop. */
function isWithin(path: string, loop: { node: string; path: string }): boolean {
  const inner = loop.path === '' ? `${loop.node}:` : `${loop.path}/${loop.node}:`
  return path.startsWith(inner)
}

/** Came to an end of its own; a failed attempt that another one was to follow didn't. */
const isSettled = ({ status, record }: StepEnd): boolean =>
  status === 'succeeded' || (status === 'failed' && record.progress === null)

/** What is different from the fault-free twin, and may not be. */
function differences(real: Ending, twin: Ending): string[] {
  const problems: string[] = []
  const stoppedParents = new Set<string>()
  for (const name of new Set([...real.executions.keys(), ...twin.executions.keys()])) {
    const [mine, theirs] = [real.executions.get(name), twin.executions.get(name)]
    if (mine === undefined || theirs === undefined) {
      const isExcused = [...stoppedParents].some((parent) => name.startsWith(parent))
      if (!isExcused)
        problems.push(`${name} is only there ${mine === undefined ? 'without' : 'with'} faults`)
      continue
    }
    if (mine.status !== theirs.status) {
      problems.push(
        `${name} is ${mine.status} (${mine.error?.code}) instead of ${theirs.status} (${theirs.error?.code})`,
      )
    }
    const isStopped = stoppedIn(mine, theirs)
    for (const place of new Set([...mine.steps.keys(), ...theirs.steps.keys()])) {
      const [a, b] = [mine.steps.get(place), theirs.steps.get(place)]
      const step = a ?? b
      if (step === undefined || a?.text === b?.text) continue
      if (isStopped(step)) {
        if (`${name} ${step.node}@` !== '')
          stoppedParents.add(`${name} ${step.node}@${itemsOf(step.path)}`)
        // What was called off may have got further or less far; what came to an end in both came to the same.
        if (a === undefined || b === undefined || !isSettled(a) || !isSettled(b)) continue
      }
      problems.push(`${name} ${place}: ${a?.text} instead of ${b?.text}`)
    }
    problems.push(...ownError(name, mine))
  }
  return problems
}

/** An execution that failed did so because of one of its steps. */
function ownError(name: string, { status, error, steps }: ExecutionEnd): string[] {
  if (status !== 'failed') return []
  const isOwn = [...steps.values()].some(
    ({ node, record }) => node === error?.node && record.error?.code === error.code,
  )
  return isOwn
    ? []
    : [
        `${name} failed of ${error?.code} at ${error?.node}, which none of its steps did (${error?.detail})`,
      ]
}
