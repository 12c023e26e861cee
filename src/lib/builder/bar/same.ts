import type { WorkflowDefinition } from '#lib/engine/index.ts'
import { differenceOf, doesTheSame } from '../versions/difference.ts'

/** Whether two definitions do the same: moving a step is not a change that needs publishing. */
export const isSameWorkflow = (a: WorkflowDefinition, b: WorkflowDefinition): boolean =>
  doesTheSame(differenceOf(a, b))
