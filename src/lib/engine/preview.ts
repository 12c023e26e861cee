import type { Data, DataObject } from './data.ts'
import type { WorkflowDefinition } from './definition/schema.ts'
import { ConfigProblem, errorData, toWeftError } from './errors.ts'
import { ExecutionId, type NodeId } from './ids.ts'
import { Finished } from './nodes/define-node.ts'
import type { Registry } from './nodes/registry.ts'
import { compile } from './plan/compile.ts'
import type { Plan, PlanNode } from './plan/plan.ts'
import { arrivalsOf } from './run/frames.ts'
import type { Effect, RunEvent } from './run/events.ts'
import { apply, begin } from './run/machine.ts'
import { templateScope, type Facts } from './run/scope.ts'
import type { RunState, Step } from './run/state.ts'
import type { Scope, StepContext } from './services.ts'
import type { ErrorData } from './store.ts'

/** What a preview runs on. */
export interface PreviewSample {
  trigger: NodeId
  /** The payload that starts it: a sample, or that of an earlier execution. */
  triggerData: Data
  /** Outputs of steps that a preview doesn't run, by node id: those of an earlier execution. Missing ones: the node type's own sample. */
  outputs?: Record<string, Data>
  workspace: Scope['workspace']
  workflow: Scope['workflow']
  /** Milliseconds since 1970. */
  now: number
}

/** What one step comes to. In loops, the first item stands for all. */
export interface PreviewStep {
  node: NodeId
  status: 'succeeded' | 'failed' | 'skipped'
  port: string | null
  input: Data
  output: Data
  error: ErrorData | null
  /** The output was not computed: it's the node type's sample, or taken from an earlier execution. */
  assumed: boolean
}

/** Steps beyond this number aren't previewed: the browser has other things to do. */
const MOST_STEPS = 2000

/**
 * Runs a definition in memory, for people to see results while they draw: steps that only compute really run, by the
 * same machine as everywhere; of all others, a sample output is assumed. Touches nothing outside.
 */
export function preview(
  definition: WorkflowDefinition,
  registry: Registry,
  sample: PreviewSample,
): Record<string, PreviewStep> {
  const plan = compiled(definition, registry)
  const trigger = plan?.node(sample.trigger)
  if (plan === null || trigger === undefined) return {}
  return new Preview(plan, trigger, sample).run()
}

/** A drawing that can't be run has no preview; validation says why. */
function compiled(definition: WorkflowDefinition, registry: Registry): Plan | null {
  try {
    return compile(definition, registry)
  } catch (problem) {
    if (problem instanceof ConfigProblem) return null
    throw problem
  }
}

class Preview {
  readonly #sample: PreviewSample
  readonly #state: RunState
  readonly #facts: Facts
  readonly #steps: Record<string, PreviewStep> = {}
  readonly #ready: Step[] = []

  constructor(plan: Plan, trigger: PlanNode, sample: PreviewSample) {
    this.#sample = sample
    const { state, effects } = begin(plan, trigger)
    this.#state = state
    const { workspace, workflow } = sample
    this.#facts = {
      ...{ workspace, workflow },
      execution: {
        id: PREVIEW,
        mode: 'test',
        startedAt: new Date(sample.now).toISOString(),
        callback_url: 'https://…',
      },
      get trigger() {
        return state.root.steps[trigger.key] ?? null
      },
    }
    this.#take(effects)
  }

  run(): Record<string, PreviewStep> {
    for (let count = 0; count < MOST_STEPS; count++) {
      const step = this.#ready.shift()
      if (step === undefined) break
      this.#step(step)
    }
    return this.#steps
  }

  #step(step: Step): void {
    const { node } = step
    let input: DataObject = {}
    try {
      const scope = templateScope(step, this.#facts, this.#sample.now)
      // Rendered configs are data.
      input = node.config.render(scope) as DataObject
      if (node.type.effect === 'control') return this.#loop(step, node.type.control, input)
      const assumed = node.type.effect !== 'pure' || node.definition.pinned !== undefined
      const { port, output } = assumed ? this.#assumed(node) : this.#computed(step, input)
      this.#keep({ node: node.id, status: 'succeeded', port, input, output, error: null, assumed })
      this.#apply({ kind: 'finished', step, port, output })
    } catch (problem) {
      const error = errorData(toWeftError(problem), node.id)
      const port = node.failurePort
      this.#keep({
        node: node.id,
        status: 'failed',
        port,
        input,
        output: null,
        error,
        assumed: false,
      })
      this.#apply({ kind: 'failed', step, error })
    }
  }

  /** The first item stands for all, the first pass for all passes. */
  #loop(step: Step, control: 'for_each' | 'repeat', { items }: DataObject): void {
    const [first] = Array.isArray(items) ? items : []
    const isRepeat = control === 'repeat'
    const some = isRepeat ? [null] : first === undefined ? [] : [first]
    this.#apply({
      ...{ kind: 'looped', step, items: some, concurrency: 1, goesOn: true, keepsResults: true },
      atLimit: isRepeat ? 'continue' : null,
    })
  }

  #computed(step: Step, config: DataObject): { port: string; output: Data } {
    const { type } = step.node
    if (type.effect !== 'pure') return this.#assumed(step.node)
    const returned = type.run(config, this.#context(step))
    // Outputs are data by their nodes' own schemas.
    return returned instanceof Finished
      ? { port: returned.port, output: returned.output as Data }
      : { port: 'out', output: returned as Data }
  }

  #assumed({ id, type, definition, passPort }: PlanNode): { port: string; output: Data } {
    const output = definition.pinned ?? this.#sample.outputs?.[id] ?? (type.sample as Data) // samples are data
    return { port: passPort, output }
  }

  #context(step: Step): StepContext {
    const { workspace, workflow, execution } = this.#facts
    const { id, key, title } = step.node
    return {
      ...{ workspace, workflow, execution },
      node: { id, key, title },
      attempt: 1,
      idempotencyKey: 'preview',
      signal: new AbortController().signal,
      now: new Date(this.#sample.now).toISOString(),
      trigger: this.#sample.triggerData,
      arrived: arrivalsOf(step),
      log: () => undefined,
    }
  }

  #keep(step: PreviewStep): void {
    this.#steps[step.node] ??= step
  }

  #apply(event: RunEvent): void {
    this.#take(apply(this.#state, event))
  }

  #take(effects: readonly Effect[]): void {
    for (const effect of effects) {
      if (effect.kind === 'run') this.#ready.push(effect.step)
      if (effect.kind === 'skipped') this.#keep(quiet(effect.step, 'skipped', effect.port, null))
      if (effect.kind === 'judge') {
        this.#apply({ kind: 'judged', step: effect.step, verdict: true })
      }
      if (effect.kind === 'loop_finished') {
        this.#keep(quiet(effect.step, 'succeeded', effect.port, effect.output))
      }
    }
  }
}

const PREVIEW = ExecutionId.parse('00000000-0000-7000-8000-000000000000')

const quiet = (
  { node }: Step,
  status: PreviewStep['status'],
  port: string | null,
  output: Data,
): PreviewStep => ({
  node: node.id,
  status,
  port,
  input: null,
  output,
  error: null,
  assumed: false,
})
