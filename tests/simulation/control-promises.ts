import type { StoredExecution } from '#lib/engine/index.ts'
import type { Ending } from './ending.ts'
import { leavesSomething } from './operators.ts'
import type { World } from './world.ts'

/** What must hold of replays, limits and schedules, whatever order things happen in. */
export function kept(world: World, { executions }: Ending): string[] {
  return [
    ...[...executions].flatMap(([name, { id }]) => {
      const stored = world.database.store.executions.get(id)
      return stored === undefined ? [] : repeated(world, name, stored)
    }),
    ...skipped(world),
    ...untold(world, executions),
  ]
}

/** A replay does nothing again that has happened, unless somebody asks for it; and says of it what was said then. */
function repeated(world: World, name: string, replay: StoredExecution): string[] {
  const { operators, database } = world
  const of = replay.made.replayOf
  if (of === undefined || operators.repeatsAll.has(replay.made.id)) return []
  const before = new Map<string, string>()
  for (const { node, path, status, output } of database.store.steps(of)) {
    if (status === 'succeeded') before.set(`${node}@${path}`, JSON.stringify(output))
  }
  return [...replay.steps.values()].flatMap(({ node, path, status, output, reused }) => {
    const place = `${node}@${path}`
    const earlier = before.get(place)
    if (earlier === undefined) return []
    if (reused) {
      const isSame = JSON.stringify(output) === earlier
      return isSame ? [] : [`${name} has taken ${place} over as something else`]
    }
    const isAct = leavesSomething(world.nodeOf(of, node)?.type ?? '')
    return isAct && status !== 'skipped'
      ? [`${name} does ${place} again, which succeeded before`]
      : []
  })
}

/** What was skipped has never begun. */
function skipped({ database }: World): string[] {
  return [...(database.turnstile?.skipped ?? [])].flatMap((id) => {
    const stored = database.store.executions.get(id)
    const hasBegun = stored !== undefined && (stored.steps.size > 0 || stored.leaseNumber > 1)
    return hasBegun ? [`${id} was skipped, and has begun`] : []
  })
}

/** Each time of a schedule has its execution, or it's on record that it was missed. */
function untold({ database }: World, executions: Ending['executions']): string[] {
  const times = database.timetable?.promised() ?? []
  return times
    .filter((time) => !executions.has(time))
    .map((time) => `the schedule's time ${time} was lost, and nobody has taken it down`)
}

/** Looks whether more is under way than a workflow allows; called whenever something has changed. */
export function watchLimits({ database, timeline }: World, startedAt: number): void {
  const { turnstile, store, audit } = database
  for (const [workflow, { maxConcurrency, rateLimit }] of turnstile?.all ?? []) {
    const all = [...store.executions.values()].filter(({ made }) => made.workflow === workflow)
    const underWay = all.filter(({ status }) => status === 'running' || status === 'waiting')
    if (underWay.length > (maxConcurrency ?? Infinity))
      audit.tell(`${underWay.length} executions of ${workflow} are under way at once`)
    if (rateLimit === undefined) continue
    // A clock that jumped has let some in before their time.
    const passed = timeline.now - startedAt + 60_000
    const most = rateLimit.count * (Math.floor(passed / (rateLimit.perSeconds * 1000)) + 1)
    const begun = all.filter(({ leaseNumber }) => leaseNumber > 0)
    if (begun.length > most) audit.tell(`${begun.length} executions of ${workflow} have begun`)
  }
}
