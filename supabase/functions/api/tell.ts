import { answer } from '../_shared/http/answers.ts'
import { notFound, requireRole } from './membership.ts'
import type { Caller } from './caller.ts'
import type { Asked } from './routes.ts'

/** GET executions/<id>: how it stands. */
export async function tellExecution({ person, parts }: Asked<Caller>): Promise<Response> {
  const told = await person.execution(parts['id'] ?? '')
  if (told === undefined) throw notFound('execution')
  return answer(200, told)
}

/** GET workspaces/<id>/workflows: its workflows, with the version that is live and what starts it. */
export async function tellWorkflows({ person, parts }: Asked<Caller>): Promise<Response> {
  const workspace = parts['id'] ?? ''
  await requireRole(person, workspace, 'viewer')
  const { workflows, triggers } = await person.workflows(workspace)
  return answer(200, {
    workflows: workflows.map((workflow) => ({
      ...workflow,
      triggers: triggers
        .filter((trigger) => trigger.workflow_id === workflow.id)
        .map(({ node_id, kind }) => ({ node: node_id, kind })),
    })),
  })
}
