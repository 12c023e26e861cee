import { z } from 'zod'
import type { Data } from '../../../src/lib/engine/data.ts'
import { NodeId, VersionId, WorkflowId } from '../../../src/lib/engine/ids.ts'
import { newExecutionId } from '../_shared/execution-id.ts'
import { answer } from '../_shared/http/answers.ts'
import { runtime } from '../_shared/runtime.ts'
import { triggerKind } from '../_shared/trigger-kind.ts'
import { notFound, requireRole } from './membership.ts'
import { readRequest } from './read-request.ts'
import type { Caller } from './caller.ts'
import type { Asked } from './routes.ts'

const wanted = z.object({
  workflow: WorkflowId,
  version: VersionId,
  node: NodeId,
  data: z.custom<Data>().optional(),
})

/** POST executions: starts a workflow by hand, at one of its triggers, on the version given. */
export async function startExecution({ person, request }: Asked<Caller>): Promise<Response> {
  const { workflow, version, node, data } = await readRequest(request, wanted)
  const seen = await person.version(workflow, version)
  if (seen === undefined) throw notFound('version')
  const { workspace_id: workspace, kind } = seen
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
