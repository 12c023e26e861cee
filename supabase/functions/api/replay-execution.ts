import { z } from 'zod'
import type { Data } from '../../../src/lib/engine/data.ts'
import type {
  ExecutionId,
  NodeId,
  VersionId,
  WorkflowId,
  WorkspaceId,
} from '../../../src/lib/engine/ids.ts'
import { newExecutionId } from '../_shared/execution-id.ts'
import { answer, Refused } from '../_shared/http/answers.ts'
import { runtime } from '../_shared/runtime.ts'
import { notFound, requireRole } from './membership.ts'
import { readRequest } from './read-request.ts'
import type { Asked } from './routes.ts'
import { triggerKind } from './start-execution.ts'

const wanted = z.object({ version: z.enum(['same', 'latest']).default('same') })

/** An execution and its workflow as the person sees them: somebody else's aren't there. */
interface ExecutionRow {
  id: ExecutionId
  workspace_id: WorkspaceId
  workflow_id: WorkflowId
  version_id: VersionId
  trigger_node: NodeId
  trigger_data: Data
  mode: 'live' | 'test'
}

/** POST executions/<id>/replay: a new execution with the same trigger data, on the same version or on the newest. */
export async function replayExecution({ person, request, parts }: Asked): Promise<Response> {
  const { version: which } = await readRequest(request, wanted)
  const [row] = await person.select<ExecutionRow>(
    'executions',
    `select=id,workspace_id,workflow_id,version_id,trigger_node,trigger_data,mode&id=eq.${parts['id']}`,
  )
  if (row === undefined) throw notFound('execution')
  await requireRole(person, row.workspace_id, 'operator')
  const [workflow] = await person.select<{
    latest_version_id: VersionId | null
    deleted_at: string | null
  }>('workflows', `select=latest_version_id,deleted_at&id=eq.${row.workflow_id}`)
  if (workflow === undefined || workflow.deleted_at !== null) throw notFound('workflow')
  const version = which === 'same' ? row.version_id : workflow.latest_version_id
  if (version === null) throw neverPublished()
  const { definition } = await runtime().store.version(version)
  const started = await runtime().start({
    id: newExecutionId(),
    workspace: row.workspace_id,
    workflow: row.workflow_id,
    version,
    triggerNode: row.trigger_node,
    triggerKind: triggerKind(definition, row.trigger_node),
    triggerData: row.trigger_data,
    mode: which === 'same' ? row.mode : 'live',
    replayOf: row.id,
    startedBy: person.id,
    onlyIfLive: false,
  })
  return answer(202, { execution: started.id })
}

const neverPublished = () =>
  new Refused({
    status: 409,
    code: 'api.never_published',
    title: 'There is no newest version',
    detail: 'This workflow was never published.',
    hint: 'Publish it first, or replay on the version that the execution ran on.',
  })
