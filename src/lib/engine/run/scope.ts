import type { Data, DataObject } from '../data.ts'
import type { PlanNode } from '../plan/plan.ts'
import type { Scope } from '../services.ts'
import type { TemplateScope } from '../template/compile.ts'
import type { Frame, Step } from './state.ts'

/** What templates can see that is the same for all steps of an execution. */
export interface Facts extends Scope {
  trigger: Data
}

/** What the templates of one step can see. What they don't use and would cost something is there by name only. */
export function templateScope(step: Step, facts: Facts, now: number): TemplateScope {
  const { frame, node } = step
  return scopeIn(frame, node.config.uses, node.settersBefore, facts, now)
}

const EVERYTHING: ReadonlySet<string> = new Set(['vars', 'now', 'loop'])

/** All that a template written at this step could see; for previews, where templates are still being typed. */
export const wholeScope = (
  frame: Frame,
  setters: readonly PlanNode[],
  facts: Facts,
  now: number,
): TemplateScope => scopeIn(frame, EVERYTHING, setters, facts, now)

/** What the rules of a loop that repeats can see after a pass: all that the steps in that pass could, and their outputs. */
export const passScope = ({ node }: Step, frame: Frame, facts: Facts, now: number): TemplateScope =>
  scopeIn(frame, node.config.uses, node.settersWithin, facts, now)

function scopeIn(
  frame: Frame,
  uses: ReadonlySet<string>,
  setters: readonly PlanNode[],
  facts: Facts,
  now: number,
): TemplateScope {
  const scope: TemplateScope = {
    trigger: facts.trigger,
    steps: frame.steps,
    vars: uses.has('vars') ? variablesOf(frame, setters) : null,
    workflow: facts.workflow,
    execution: facts.execution,
    workspace: facts.workspace,
    // The date filters count from it, whether a template names it or not.
    now,
  }
  if (uses.has('now')) scope['now'] = new Date(now).toISOString()
  if (frame.loop !== null) {
    scope['item'] = frame.item
    scope['index'] = frame.index
    scope['loop'] = uses.has('loop') ? loopOf(frame) : null
  }
  return scope
}

/** What earlier steps set: later ones in the drawing win, whichever of them ended first. */
function variablesOf(frame: Frame, setters: readonly PlanNode[]): DataObject {
  const variables = Object.create(null) as DataObject
  for (const setter of setters) {
    const output = frame.steps[setter.key]
    if (typeof output === 'object' && output !== null) Object.assign(variables, output)
  }
  return variables
}

function loopOf(frame: Frame): DataObject {
  const count = frame.loop?.items.length ?? 0
  return {
    index: frame.index,
    number: frame.index + 1,
    count,
    first: frame.index === 0,
    last: frame.index === count - 1,
    ...(frame.parent?.loop ? { parent: { item: frame.parent.item, ...loopOf(frame.parent) } } : {}),
  }
}
