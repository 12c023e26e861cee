import { z } from 'zod'
import type { Data } from '../../../src/lib/engine/data.ts'
import { NodeId } from '../../../src/lib/engine/ids.ts'
import { answer } from '../_shared/http/answers.ts'
import { earlierExecution, type EarlierExecution } from '../_shared/replays/earlier-execution.ts'
import { dataWithoutStart } from '../_shared/replays/refusals.ts'
import { prepareReplay, startReplay, type Prepared } from '../_shared/replays/replay.ts'
import { runtime } from '../_shared/runtime.ts'
import { notFound, requireRole } from './membership.ts'
import type { Caller } from './caller.ts'
import { readQuery, readRequest } from './read-request.ts'
import type { Asked } from './routes.ts'

const version = z.enum(['same', 'latest']).default('same')

const wanted = z.object({
  version,
  from: NodeId.optional(),
  repeat: z.union([z.literal('all'), z.array(NodeId).max(2000)]).optional(),
  triggerData: z.custom<Data>().optional(),
})

const looked = z.object({
  version,
  from: NodeId.optional(),
  /** Whether it would start with other data. */
  data: z.enum(['same', 'other']).default('same'),
  /** Ids with commas between. */
  repeat: z
    .string()
    .max(100_000)
    .transform((ids) => ids.split(','))
    .pipe(z.array(NodeId).max(2000))
    .optional(),
})

/** POST executions/<id>/replay: runs it once more. Steps that acted and succeeded are kept unless `repeat` names them. */
export async function replayExecution({
  person,
  request,
  parts,
}: Asked<Caller>): Promise<Response> {
  const wish = await readRequest(request, wanted)
  if (wish.from !== undefined && wish.triggerData !== undefined) throw dataWithoutStart()
  const earlier = await operable(person, parts['id'])
  const world = worldOf()
  const prepared = await prepareReplay(world, earlier, wish)
  const execution = await startReplay(world, prepared, wish, person.doer)
  await runtime().resume(execution)
  return answer(202, { execution, kept: named(prepared, prepared.plan.notRepeated) })
}

/** GET executions/<id>/replay-plan: what a replay would keep, and which steps could be repeated if asked for. */
export async function planReplayOf({ person, request, parts }: Asked<Caller>): Promise<Response> {
  const { data, repeat, ...wish } = readQuery(request, looked)
  const earlier = await operable(person, parts['id'])
  const prepared = await prepareReplay(worldOf(), earlier, {
    ...wish,
    repeat,
    triggerData: data === 'other' ? null : undefined,
  })
  const { kept, notRepeated, uncertain, undecided } = prepared.plan
  const first = kept.filter(({ path }) => path === '').map(({ node }) => node)
  return answer(200, {
    kept: named(prepared, [...new Set(first)]),
    not_repeated: named(prepared, notRepeated),
    uncertain: named(prepared, uncertain),
    undecided: named(prepared, undecided),
    replays: earlier.replays,
  })
}

const worldOf = () => ({ queries: runtime().pool, store: runtime().store })

/** An execution that the person may see and operate. Throws Refused otherwise. */
async function operable(person: Caller, id: string | undefined): Promise<EarlierExecution> {
  const [seen] = await person.executions(id === undefined ? [] : [id])
  if (seen === undefined || id === undefined) throw notFound('execution')
  const earlier = await earlierExecution(runtime().pool, id)
  if (earlier === undefined) throw notFound('execution')
  await requireRole(person, earlier.workspace_id, 'operator')
  return earlier
}

const named = ({ nodes }: Prepared, ids: readonly NodeId[]) =>
  ids.map((node) => ({ node, title: nodes.node(node)?.title ?? node }))
