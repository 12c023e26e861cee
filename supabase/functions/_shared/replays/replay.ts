import type { Data } from '../../../../src/lib/engine/data.ts'
import type { ExecutionId, NodeId, VersionId } from '../../../../src/lib/engine/ids.ts'
import type { ErrorData, ExecutionStore } from '../../../../src/lib/engine/store.ts'
import type { Queries } from '../database/pool.ts'
import {
  acts,
  compile,
  planReplay,
  registry,
  type Plan,
  type PlanNode,
  type ReplayPlan,
  type ReplayWish,
} from '../engine.ts'
import { newExecutionId } from '../execution-id.ts'
import { Payloads } from '../store/payloads.ts'
import { MAX_PAYLOAD, storedText } from '../store/stored-text.ts'
import { triggerKind } from '../trigger-kind.ts'
import { tracesOf, type EarlierExecution } from './earlier-execution.ts'
import { neverPublished, stillGoing, undecided } from './refusals.ts'

/** What somebody asks of a replay. */
export interface Wanted {
  version: 'same' | 'latest'
  from?: NodeId | undefined
  repeat?: readonly NodeId[] | 'all' | undefined
  /** Data to start with instead of the earlier execution's. */
  triggerData?: Data | undefined
}

/** A replay that was thought through and can be started. */
export interface Prepared {
  earlier: EarlierExecution
  version: VersionId
  triggerKind: string
  plan: ReplayPlan
  /** The nodes of the version that will run. */
  nodes: Plan
}

/** What a replay needs of the world. */
export interface World {
  queries: Queries
  store: Pick<ExecutionStore, 'version'>
}

/** Thinks a replay through. Throws Refused, or a ConfigProblem, where it isn't possible. */
export async function prepareReplay(
  { queries, store }: World,
  earlier: EarlierExecution,
  { version: which, from, repeat, triggerData }: Wanted,
): Promise<Prepared> {
  if (['queued', 'running', 'waiting'].includes(earlier.status)) throw stillGoing()
  const version = which === 'same' ? earlier.version_id : earlier.latest_version_id
  if (version === null) throw neverPublished()
  const [before, now] = await Promise.all([
    store.version(earlier.version_id),
    store.version(version),
  ])
  const kind = triggerKind(now.definition, earlier.trigger_node)
  const nodes = compile(now.definition, registry)
  const wish: ReplayWish = {
    ...(from === undefined ? {} : { from }),
    ...(repeat === undefined ? {} : { repeat }),
    otherData: triggerData !== undefined,
  }
  const traces = await tracesOf(queries, earlier.id, wantedInLoops(nodes, from))
  const plan = planReplay(before.definition, nodes, traces, wish)
  return { earlier, version, triggerKind: kind, plan, nodes }
}

/** Of the steps in loops, only those of loops in which something acts; but all, when it starts in a loop. */
function wantedInLoops({ nodes }: Plan, from: NodeId | undefined): NodeId[] | null {
  if (from !== undefined) return null
  const acting = new Set(nodes.filter(({ type }) => acts(type)).map(outermost))
  return nodes
    .filter((node) => node.loop !== null && acting.has(outermost(node)))
    .map(({ id }) => id)
}

const outermost = (node: PlanNode): PlanNode => (node.loop === null ? node : outermost(node.loop))

const START_REPLAY = `select private.start_replay($1::jsonb, $2::jsonb, $3::jsonb, $4::jsonb)`

/** Makes a replay durable, with the steps that it keeps. It's queued: whoever resumes it runs it. */
export async function startReplay(
  { queries }: Pick<World, 'queries'>,
  { earlier, version, triggerKind: kind, plan, nodes }: Prepared,
  { triggerData, version: which }: Wanted,
  startedBy: string,
  id = newExecutionId(),
): Promise<ExecutionId> {
  if (plan.undecided.length > 0) throw undecided(titlesOf(nodes, plan.undecided))
  const payloads = new Payloads(id, earlier.workspace_id)
  const data =
    triggerData === undefined
      ? ''
      : `"trigger_data":${payloads.inRow(storedText(triggerData, MAX_PAYLOAD))},`
  const rest = JSON.stringify({
    id,
    replay_of: earlier.id,
    version_id: version,
    trigger_kind: kind,
    mode: which === 'same' ? earlier.mode : 'live',
    started_by: startedBy,
  })
  const kept = plan.kept.map(({ node, path, attempt }, index) => ({
    ...{ node, path, attempt },
    seq: index + 1,
  }))
  await queries.query(START_REPLAY, [
    `{${data}${rest.slice(1)}`,
    JSON.stringify(kept),
    null,
    payloads.rows.length === 0 ? null : `[${payloads.rows.join(',')}]`,
  ])
  return id
}

/** Writes down a replay that wasn't possible, so that whoever asked for many sees which, and why. */
export async function refuseReplay(
  { queries }: Pick<World, 'queries'>,
  earlier: EarlierExecution,
  startedBy: string,
  error: ErrorData,
  id: ExecutionId,
): Promise<void> {
  const execution = {
    id,
    replay_of: earlier.id,
    version_id: earlier.version_id,
    trigger_kind: earlier.trigger_kind,
    mode: earlier.mode,
    started_by: startedBy,
  }
  await queries.query(START_REPLAY, [JSON.stringify(execution), '[]', storedText(error), null])
}

/** Steps as people know them. */
export const titlesOf = (nodes: Plan, ids: readonly NodeId[]): string[] =>
  ids.map((id) => nodes.node(id)?.title ?? id)
