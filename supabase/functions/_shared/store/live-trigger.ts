import type { NodeId, VersionId, WorkflowId, WorkspaceId } from '../../../../src/lib/engine/ids.ts'
import type { LiveTrigger } from '../../../../src/lib/engine/store.ts'
import type { Queries } from '../database/pool.ts'

const LIVE_TRIGGER = `select version_id, node_id from private.live_trigger($1::uuid, $2::uuid, $3)`

/** Where one of the workspace's workflows starts when it's started from within; null when it isn't published for that. */
export async function liveTrigger(
  queries: Queries,
  workspace: WorkspaceId,
  workflow: WorkflowId,
  kind: string,
): Promise<LiveTrigger | null> {
  const [row] = await queries.query<{ version_id: string; node_id: string }>(LIVE_TRIGGER, [
    ...[workspace, workflow, kind],
  ])
  if (row === undefined) return null
  // Ids that come out of our own tables are what they say.
  return { version: row.version_id as VersionId, node: row.node_id as NodeId }
}
