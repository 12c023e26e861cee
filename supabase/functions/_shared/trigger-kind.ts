import type { WorkflowDefinition } from '../../../src/lib/engine/definition/schema.ts'
import type { NodeId } from '../../../src/lib/engine/ids.ts'
import { Refused } from './http/answers.ts'

/** The type of the trigger that an execution starts at. Throws Refused where there's no such trigger. */
export function triggerKind(definition: WorkflowDefinition, node: NodeId): string {
  const trigger = definition.nodes.find((one) => one.id === node && one.type.startsWith('trigger.'))
  if (trigger !== undefined && !trigger.disabled) return trigger.type
  throw new Refused({
    status: 409,
    code: 'api.no_such_trigger',
    title: 'This trigger is not there',
    detail: 'The version that should run has no such trigger, or it is switched off.',
    hint: 'Pick another trigger to start at, or another version.',
  })
}
