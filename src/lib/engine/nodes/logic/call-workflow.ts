import { z } from 'zod'
import type { Data } from '../../data.ts'
import { StepFailure } from '../../errors.ts'
import { ExecutionId, WorkflowId } from '../../ids.ts'
import type { Delivery } from '../../store.ts'
import { SINGLE, defineNode, finish, suspend, type ChildStart } from '../define-node.ts'
import { field } from '../fields.ts'
import { CALLED } from '../triggers/called.ts'
import { patienceEnd, patienceFields, patiencePorts, timeUp } from './patience.ts'

const config = z.object({
  workflow: field.workflow({ label: 'Workflow', triggerKind: CALLED }),
  inputs: field
    .assignments({
      label: 'What it is given',
      hint: 'The names of its inputs, as its trigger "Called by a workflow" lists them.',
    })
    .default([]),
  wait: field
    .switch({
      label: 'Wait until it is done',
      hint: 'Its result can then be used here. If it fails, this step fails.',
    })
    .default(true),
  ...patienceFields,
})

/** What the step keeps while it waits. */
const state = z.object({ execution: z.string(), until: z.number().nullable() })

/** How the called execution ended, as the store hands it over. */
const end = z.object({
  status: z.enum(['succeeded', 'failed', 'cancelled', 'timed_out']),
  output: z.unknown(),
  error: z.object({ title: z.string(), detail: z.string() }).nullable(),
})

const notCallable = (): StepFailure =>
  new StepFailure({
    code: 'call.not_callable',
    title: 'This workflow cannot be called',
    detail:
      'The chosen workflow is not published, or has no trigger "Called by a workflow", or does not exist any more.',
    hint: 'Open it, add the trigger "Called by a workflow" and publish it.',
    field: 'workflow',
    retryable: false,
  })

const endedBadly = ({ status, error }: z.infer<typeof end>, execution: string): StepFailure => {
  const how = {
    failed: `It failed: ${error?.title ?? 'no reason was given'}. ${error?.detail ?? ''}`.trim(),
    cancelled: 'Somebody cancelled it.',
    timed_out: 'It took longer than its settings allow.',
    succeeded: '',
  }[status]
  return new StepFailure({
    code: `call.${status}`,
    title: 'The called workflow did not succeed',
    detail: how,
    hint: `Look at its execution (${execution}) to see why. Retrying this step calls it again.`,
    retryable: false,
  })
}

/** Runs another workflow of the workspace, as an execution of its own. */
export const callWorkflow = defineNode({
  type: 'logic.call_workflow',
  version: 1,
  category: 'logic',
  title: 'Call a workflow',
  description: 'Starts another workflow with some data, and waits for its result or goes on.',
  icon: 'workflow',
  effect: 'suspending',
  inTransaction: true,
  startsExecutions: true,
  ports: ({ wait, ...patience }) => (wait === false ? SINGLE : patiencePorts(patience)),
  config,
  output: z.object({ execution: z.string(), status: z.string(), result: z.unknown() }),
  sample: {
    execution: '0198c0de-0000-7000-8000-000000000001',
    status: 'succeeded',
    result: { total: 17 },
  },
  async run({ workflow, inputs, wait, ...patience }, { workflows, childId, clock }) {
    const called = WorkflowId.parse(workflow)
    const trigger = await workflows.liveTrigger(called, CALLED)
    if (trigger === null) throw notCallable()
    const id = childId()
    const start: ChildStart = {
      ...{ id, workflow: called, version: trigger.version, triggerNode: trigger.node },
      triggerKind: CALLED,
      // What templates yield is data.
      triggerData: Object.fromEntries(
        inputs.map(({ name, value }) => [name, (value ?? null) as Data]),
      ),
      awaited: wait,
    }
    if (!wait) {
      return finish({ execution: id, status: 'started', result: null }, 'out', undefined, [start])
    }
    const until = patienceEnd(patience, clock.now())
    return suspend(until, { execution: id, until }, { waits: [waitFor(id)], starts: [start] })
  },
  async resume(configured, kept, { deliveries, clock }) {
    const { execution, until } = state.parse(kept)
    const [delivery] = deliveries
    if (delivery !== undefined) return resultOf(delivery, execution)
    if (until !== null && clock.now() >= until) {
      return timeUp(configured, { execution, status: 'timed_out', result: null })
    }
    return suspend(until, { execution, until }, { waits: [waitFor(ExecutionId.parse(execution))] })
  },
})

const waitFor = (execution: ExecutionId) => ({
  kind: 'execution' as const,
  key: execution,
  data: null,
})

function resultOf({ data }: Delivery, execution: string) {
  const ended = end.parse(data)
  if (ended.status !== 'succeeded') throw endedBadly(ended, execution)
  return finish({ execution, status: ended.status, result: ended.output })
}
