import { z } from 'zod'
import type { Data } from '../../../src/lib/engine/data.ts'
import { NodeId, VersionId, WorkflowId } from '../../../src/lib/engine/ids.ts'
import { registry, rehearsal, type RehearsalWish } from '../_shared/engine.ts'
import { newExecutionId } from '../_shared/execution-id.ts'
import { answer, Refused } from '../_shared/http/answers.ts'
import { runtime } from '../_shared/runtime.ts'
import { triggerKind } from '../_shared/trigger-kind.ts'
import { notFound, requireRole } from './membership.ts'
import { Person } from './person.ts'
import { readRequest } from './read-request.ts'
import type { Caller } from './caller.ts'
import type { Asked } from './routes.ts'

const wanted = z.object({
  workflow: WorkflowId,
  version: VersionId,
  node: NodeId,
  data: z.custom<Data>().optional(),
  /** Of a test: the last step that runs. */
  until: NodeId.optional(),
  /** Only that step runs; outputs stand in for all before it. */
  alone: z.boolean().default(false),
  /** Outputs that stand in for running steps. */
  pins: z.record(z.string(), z.custom<Data>()).default({}),
})

/** Samples come along. */
const MAX_BYTES = 4 * 1024 * 1024

/**
 * POST executions: starts a workflow by hand, at one of its triggers, on the version given. Of a test version, it may run
 * up to one step, or that step alone.
 */
export async function startExecution({ person, request }: Asked<Caller>): Promise<Response> {
  const {
    workflow,
    version: asked,
    node,
    data,
    ...part
  } = await readRequest(request, wanted, MAX_BYTES)
  const seen = await person.version(workflow, asked)
  if (seen === undefined) throw notFound('version')
  const { workspace_id: workspace, kind } = seen
  await requireRole(person, workspace, 'operator')
  const { until } = part
  const version =
    until === undefined
      ? asked
      : await partOf(person, { ...part, until, workflow, version: asked, kind, trigger: node })
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
    startedBy: person.doer,
    onlyIfLive: false,
  })
  return answer(202, { execution: started.id })
}

/** Saves the part of a test version that a test is to run, as a test version of its own. */
async function partOf(
  person: Caller,
  {
    workflow,
    version,
    kind,
    ...wish
  }: RehearsalWish & { workflow: WorkflowId; version: VersionId; kind: string },
): Promise<VersionId> {
  if (kind !== 'test' || !(person instanceof Person)) throw onlyTests()
  const { definition } = await runtime().store.version(version)
  const saved = await person.call<string>('save_test_version', {
    p_workflow: workflow,
    p_definition: rehearsal(definition, registry, wish),
  })
  return VersionId.parse(saved)
}

const onlyTests = () =>
  new Refused({
    status: 400,
    code: 'api.only_tests',
    title: 'Only a test can run a part',
    detail:
      'What is published runs from its beginning to its end. Its steps can be tried in the builder.',
    hint: 'Leave "until" out, or start a test from the builder.',
  })
