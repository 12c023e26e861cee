import {
  compile,
  planReplay,
  traceOf,
  type DataObject,
  type ExecutionId,
  type NewExecution,
  type Registry,
  type ReplayPlan,
  type ReplayWish,
} from '#lib/engine/index.ts'
import type { Connection } from './connection.ts'
import type { ReplayJob } from './wishes.ts'
import type { World } from './world.ts'

/** Does what a queued replay asks for, as supabase/functions/_shared/replays does. Answers with whom to take up. */
export async function replayOne(
  world: World,
  connection: Connection,
  registry: Registry,
  { id, of, wish }: ReplayJob,
): Promise<ExecutionId | null> {
  const earlier = await connection.earlier(of)
  if (earlier === null) return null
  const version = wish.onLatest ? world.latestOf(earlier.made.version) : earlier.made.version
  const [before, now] = await Promise.all([
    connection.version(earlier.made.version),
    connection.version(version),
  ])
  const wanted: ReplayWish = {
    ...(wish.from === null ? {} : { from: wish.from }),
    ...(wish.repeatsAll ? { repeat: 'all' } : {}),
    otherData: wish.hasOtherData,
  }
  const plan: ReplayPlan = planReplay(
    before.definition,
    compile(now.definition, registry),
    earlier.steps.map(traceOf),
    wanted,
  )
  if (plan.undecided.length > 0) {
    world.operators.refused.set(of, plan.undecided.join(' '))
    return null
  }
  const { parent: _parent, caller: _caller, ...made } = earlier.made
  const replay: NewExecution = {
    ...made,
    ...{ id, version, replayOf: of, onlyIfLive: false },
    ...(wish.hasOtherData ? { triggerData: changed(made.triggerData) } : {}),
  }
  const kept = plan.kept.flatMap(({ node, path, attempt }) =>
    earlier.steps.filter(
      (step) => step.node === node && step.path === path && step.attempt === attempt,
    ),
  )
  await connection.enqueue(replay, kept)
  return id
}

/** Other data: other ways are taken. */
function changed(data: NewExecution['triggerData']): DataObject {
  const given = data as DataObject // drawn by population.ts
  return { ...given, truth: given['truth'] !== true, number: Number(given['number']) + 1 }
}
