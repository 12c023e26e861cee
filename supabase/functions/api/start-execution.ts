import { z } from 'zod'
import type { Data } from '../../../src/lib/engine/data.ts'
import { NodeId, VersionId, WorkflowId, WorkspaceId } from '../../../src/lib/engine/ids.ts'
import { newExecutionId } from '../_shared/execution-id.ts'
import { answer } from '../_shared/http/answers.ts'
import { runtime } from '../_shared/runtime.ts'
import { triggerKind } from '../_shared/trigger-kind.ts'
import { notFound, requireRole } from './membership.ts'
import type { Person } from './person.ts'
import { readRequest } from './read-request.ts'
import type { Asked } from './routes.ts'

const wanted = z.object({
  workflow: WorkflowId,
  version: VersionId,
  node: NodeId,
  data: z.custom<Data>().optional(),
})

/** A version as the person sees it. */
interface VersionRow {
  workspace_id: WorkspaceId
  kind: 'published' | 'test'
}

/** POST executions: starts a workflow by hand, at one of its triggers, on the version given. */
export async function startExecution({ person, request }: Asked): Promise<Response> {
  const { workflow, version, node, data } = await readRequest(request, wanted)
  const { workspace_id: workspace, kind } = await visibleVersion(person, workflow, version)
  await requireRole(person, workspace, 'operator')
  const { definition } = await runtime().store.version(version)
  const started = await runtime().start({
    id: newExecutionId(),
    workspace,
    workflow,
    version,
    triggerNode: node,
    triggerKind: triggerKind(definition, node),
    triggerData: data ?? {},
    mode: kind === 'test' ? 'test' : 'live',
    startedBy: person.id,
    onlyIfLive: false,
  })
  return answer(202, { execution: started.id })
}

async function visibleVersion(
  person: Person,
  workflow: WorkflowId,
  version: VersionId,
): Promise<VersionRow> {
  const [[row], [there]] = await Promise.all([
    person.select<VersionRow>(
      'workflow_versions',
      `select=workspace_id,kind&id=eq.${version}&workflow_id=eq.${workflow}`,
    ),
    person.select('workflows', `select=id&id=eq.${workflow}&deleted_at=is.null`),
  ])
  if (row === undefined || there === undefined) throw notFound('version')
  return row
}
