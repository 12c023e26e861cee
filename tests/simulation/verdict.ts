import { differences } from './comparison.ts'
import { endingOf, type Ending } from './ending.ts'
import { kept } from './control-promises.ts'
import { marked, once } from './promises.ts'
import { World, type Circumstances } from './world.ts'

/** What came of one seed. */
export interface Verdict {
  seed: number
  /** Empty when every promise was kept. */
  problems: string[]
  /** How many things happened in the world with faults. */
  steps: number
}

/** What lines of the fault-free run begin with in a log. */
export const TWIN = 'without faults '

/** Runs a seed's world with its faults, then its fault-free twin, and compares how both ended. */
export async function judge(seed: number, circumstances: Circumstances = {}): Promise<Verdict> {
  const world = new World(seed, circumstances)
  const hasEnded = await world.run()
  const real = endingOf(world)
  const { steps } = world.timeline
  const problems = [
    ...real.problems,
    ...stuck(real, hasEnded),
    ...once(world, real),
    ...kept(world, real),
  ]
  if (problems.length > 0) return { seed, problems, steps }
  const marks = marked(world, real, problems)
  const { makeStore: _store, registry: _registry, tamper: _tamper, ...same } = circumstances
  const { onLog } = same
  const log = onLog === undefined ? {} : { onLog: (line: string) => onLog(`${TWIN}${line}`) }
  const twin = new World(seed, { ...same, ...log, isFaultFree: true, marks })
  const twinHasEnded = await twin.run()
  const wanted = endingOf(twin)
  problems.push(...wanted.problems.map((problem) => `without faults: ${problem}`))
  problems.push(...stuck(wanted, twinHasEnded).map((problem) => `without faults: ${problem}`))
  problems.push(...once(twin, wanted).map((problem) => `without faults: ${problem}`))
  problems.push(...kept(twin, wanted).map((problem) => `without faults: ${problem}`))
  problems.push(...differences(real, wanted, (name) => [world, twin].every(isPromised(name))))
  return { seed, problems, steps }
}

/** Whether an execution has to be there in a world: all but those for times that a schedule was not up, or missed. */
const isPromised =
  (name: string) =>
  ({ database: { timetable } }: World): boolean => {
    const at = Date.parse(name)
    return Number.isNaN(at) || timetable?.isPromised(at) !== null
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
