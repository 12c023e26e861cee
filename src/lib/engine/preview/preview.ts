import type { Data } from '../data.ts'
import type { WorkflowDefinition } from '../definition/schema.ts'
import { ConfigProblem } from '../errors.ts'
import type { NodeId } from '../ids.ts'
import type { Registry } from '../nodes/registry.ts'
import { compile } from '../plan/compile.ts'
import type { Plan } from '../plan/plan.ts'
import type { RuleTree } from '../template/rules.ts'
import { evaluateIn, judgeIn, type Evaluated, type JudgedGroup } from './evaluate.ts'
import { fillGaps } from './gaps.ts'
import type { PreviewSample, PreviewStep } from './step.ts'
import { Walk } from './walk.ts'

/** A workflow looked at on one sample, before it runs. */
export interface WorkflowPreview {
  steps: Readonly<Record<string, PreviewStep>>
  /** What a template would give at a step; null for a step that this trigger doesn't lead to. */
  evaluate(node: NodeId, template: Data): Evaluated | null
  /** The verdicts of rules at a step. */
  judge(node: NodeId, tree: RuleTree): JudgedGroup | null
}

/**
 * Runs a definition in memory, for people to see results while they draw: steps that only compute really run, by the
 * same machine as everywhere; of all others, a sample output is assumed. Touches nothing outside. Null for a drawing
 * that can't be run; validation says why.
 */
export function createPreview(
  definition: WorkflowDefinition,
  registry: Registry,
  sample: PreviewSample,
): WorkflowPreview | null {
  const plan = compiled(definition, registry)
  const trigger = plan?.node(sample.trigger)
  if (plan === null || trigger === undefined) return null
  const walk = new Walk(plan, trigger, sample)
  walk.run()
  fillGaps(walk, plan)
  const calendar = { timeZone: sample.workspace.timeZone, now: sample.now }
  const scopeAt = (id: NodeId) => {
    const node = plan.node(id)
    return node === undefined ? null : walk.scopeAt(node)
  }
  return {
    steps: walk.steps,
    evaluate(node, template) {
      const scope = scopeAt(node)
      return scope && evaluateIn(scope, template)
    },
    judge(node, tree) {
      const scope = scopeAt(node)
      return scope && judgeIn(scope, tree, calendar)
    },
  }
}

/** The steps of a preview; none for a drawing that can't be run. */
export function preview(
  definition: WorkflowDefinition,
  registry: Registry,
  sample: PreviewSample,
): Readonly<Record<string, PreviewStep>> {
  return createPreview(definition, registry, sample)?.steps ?? {}
}

function compiled(definition: WorkflowDefinition, registry: Registry): Plan | null {
  try {
    return compile(definition, registry)
  } catch (problem) {
    if (problem instanceof ConfigProblem) return null
    throw problem
  }
}
