import type { Data } from '../data.ts'
import { WeftError } from '../errors.ts'
import type { Plan, PlanNode } from '../plan/plan.ts'
import { itemFrame, newStep } from '../run/frames.ts'
import { newLoop } from '../run/loops.ts'
import { quiet, type Walk } from './walk.ts'

/**
 * A sample leads along some ways only, but people set up the steps on the others as well. Those are looked at as if it
 * led there: from what the steps before them gave out, or would.
 */
export function fillGaps(walk: Walk, plan: Plan): void {
  for (const node of plan.nodes) {
    const known = walk.steps[node.id]
    const frame = walk.frameOf(node)
    if (known?.status === 'failed' && frame !== undefined) {
      // Steps after it are set up as if it had worked.
      frame.steps[node.key] ??= node.type.sample as Data // samples are data
    } else if (known === undefined || known.status === 'skipped') {
      fillGap(walk, node)
    }
    if (node.type.effect === 'control') enterBody(walk, node)
  }
}

function fillGap(walk: Walk, node: PlanNode): void {
  const found = walk.steps[node.id] ?? quiet(node, 'unreached')
  walk.steps[node.id] = found
  const frame = walk.frameOf(node)
  if (frame === undefined || node.definition.disabled) return
  const step = newStep(node, frame)
  let output = node.type.sample as Data // samples are data
  try {
    const input = walk.fillIn(step)
    found.input = walk.shown(node, input)
    if (node.type.effect !== 'control') {
      const outcome = walk.outcome(step, input)
      found.assumed = outcome.assumed
      output = outcome.output
    }
    found.output = output
  } catch (problem) {
    // What is wrong with it is said when something leads there; the problem list knows what is wrong in any case.
    if (!(problem instanceof WeftError)) throw problem
  }
  frame.steps[node.key] ??= output
}

/** A loop that the walk didn't come by, or that has no items: its body is looked at with the first item, where there is one. */
function enterBody(walk: Walk, loop: PlanNode): void {
  const outer = walk.frameOf(loop)
  const step = walk.steps[loop.id]
  if (outer === undefined || step === undefined || loop.body.length === 0) return
  const first = loop.body[0]
  if (first === undefined || walk.frameOf(first) !== undefined) return
  const items = listOf(step.input)
  if (items === null) return
  const run = newLoop({
    ...{ kind: 'looped', step: newStep(loop, outer), items, concurrency: 1 },
    ...{ goesOn: true, keepsResults: true, atLimit: null },
  })
  walk.enter(loop, itemFrame(run, 0, new Uint16Array()))
}

function listOf(input: Data): Data[] | null {
  if (typeof input !== 'object' || input === null || Array.isArray(input)) return null
  const { items } = input
  if (items === undefined) return [null]
  return Array.isArray(items) && items.length > 0 ? items.slice(0, 1) : null
}
