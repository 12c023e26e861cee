import type { Data, DataObject } from '../data.ts'
import { errorData, toWeftError } from '../errors.ts'
import { loopConfig } from '../execute/loop-config.ts'
import { withoutSecrets } from '../execute/redact.ts'
import { ExecutionId } from '../ids.ts'
import { Finished } from '../nodes/define-node.ts'
import type { Plan, PlanNode } from '../plan/plan.ts'
import type { Effect, RunEvent } from '../run/events.ts'
import { arrivalsOf } from '../run/frames.ts'
import { apply, begin } from '../run/machine.ts'
import { templateScope, wholeScope, type Facts } from '../run/scope.ts'
import type { Frame, RunState, Step } from '../run/state.ts'
import type { StepContext } from '../services.ts'
import type { TemplateScope } from '../template/compile.ts'
import type { PreviewSample, PreviewStep } from './step.ts'

/** Steps beyond this number aren't previewed: the browser has other things to do. */
const MOST_STEPS = 2000

/** One walk through a workflow on a sample: what each step came to, and the frames it was in. */
export class Walk {
  readonly steps: Record<string, PreviewStep> = {}
  readonly sample: PreviewSample
  readonly #state: RunState
  readonly #facts: Facts
  readonly #ready: Step[] = []
  /** What loops are set to. */
  readonly #inputs = new Map<PlanNode, Data>()
  /** The first frame of each loop's body. */
  readonly #frames = new Map<PlanNode, Frame>()

  constructor(plan: Plan, trigger: PlanNode, sample: PreviewSample) {
    this.sample = sample
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

  run(): void {
    for (let count = 0; count < MOST_STEPS; count++) {
      const step = this.#ready.shift()
      if (step === undefined) break
      this.#step(step)
    }
  }

  /** The pass that a node is looked at in; undefined while its loop has none. */
  frameOf(node: PlanNode): Frame | undefined {
    return node.loop === null ? this.#state.root : this.#frames.get(node.loop)
  }

  /** Gives a loop that the walk didn't come by a first pass, so that its body can be looked at. */
  enter(loop: PlanNode, frame: Frame): void {
    this.#frames.set(loop, frame)
  }

  /** All that templates of a node can see; null where nobody can tell. */
  scopeAt(node: PlanNode): TemplateScope | null {
    const { type } = node
    // The rules of a loop that repeats are about its passes.
    const pass =
      type.effect === 'control' && type.control === 'repeat' ? this.#frames.get(node) : undefined
    const frame = pass ?? this.frameOf(node)
    if (frame === undefined) return null
    const setters = pass === undefined ? node.settersBefore : node.settersWithin
    return wholeScope(frame, setters, this.#facts, this.sample.now)
  }

  /** The step's settings with data filled in. Throws for what can't be filled in. A pinned step asks for none. */
  fillIn(step: Step): DataObject {
    if (step.node.definition.pinned !== undefined) return {}
    // Rendered configs are data.
    return step.node.config.render(templateScope(step, this.#facts, this.sample.now)) as DataObject
  }

  /** What is shown of them. */
  shown({ config }: PlanNode, input: DataObject): Data {
    return withoutSecrets(input, config.secretFields) as Data
  }

  /** What a step gives out: computed where it only computes, assumed otherwise. */
  outcome(step: Step, input: DataObject): { port: string; output: Data; assumed: boolean } {
    const { type, definition } = step.node
    if (type.effect !== 'pure' || definition.pinned !== undefined) return this.#assumed(step.node)
    const returned = type.run(input, this.#context(step))
    // Outputs are data by their nodes' own schemas.
    return returned instanceof Finished
      ? { port: returned.port, output: returned.output as Data, assumed: false }
      : { port: 'out', output: returned as Data, assumed: false }
  }

  #assumed({ id, type, definition, passPort }: PlanNode) {
    const { outputs, ports } = this.sample
    if (definition.pinned !== undefined) {
      return { port: passPort, output: definition.pinned, assumed: true }
    }
    const real = outputs?.[id]
    const output = real ?? (type.sample as Data) // samples are data
    return { port: (real === undefined ? null : ports?.[id]) ?? passPort, output, assumed: true }
  }

  #step(step: Step): void {
    const { node } = step
    if (step.frame.loop !== null) this.#frames.set(step.frame.loop.step.node, step.frame)
    let input: DataObject = {}
    try {
      input = this.fillIn(step)
      if (node.type.effect === 'control' && node.definition.pinned === undefined)
        return this.#loop(step, node.type.control, input)
      const { port, output, assumed } = this.outcome(step, input)
      const shown = this.shown(node, input)
      this.keep({
        node: node.id,
        status: 'succeeded',
        port,
        input: shown,
        output,
        error: null,
        assumed,
      })
      this.#apply({ kind: 'finished', step, port, output })
    } catch (problem) {
      const error = errorData(toWeftError(problem), node.id)
      const shown = this.shown(node, input)
      this.keep({ ...quiet(node, 'failed', node.failurePort), input: shown, error })
      this.#apply({ kind: 'failed', step, error })
    }
  }

  /** The first item stands for all, the first pass for all passes. */
  #loop(step: Step, control: 'for_each' | 'repeat', input: DataObject): void {
    const order = loopConfig(control, input)
    this.#inputs.set(step.node, this.shown(step.node, input))
    const items = control === 'repeat' ? [null] : order.items.slice(0, 1)
    this.#apply({
      ...{ kind: 'looped', step, items, concurrency: 1, goesOn: true, keepsResults: true },
      atLimit: control === 'repeat' ? 'continue' : null,
    })
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
      now: new Date(this.sample.now).toISOString(),
      trigger: this.sample.triggerData,
      arrived: arrivalsOf(step),
      log: () => undefined,
    }
  }

  /** Of several passes, the first one stands. */
  keep(step: PreviewStep): void {
    this.steps[step.node] ??= step
  }

  #apply(event: RunEvent): void {
    this.#take(apply(this.#state, event))
  }

  #take(effects: readonly Effect[]): void {
    for (const effect of effects) {
      if (effect.kind === 'run') this.#ready.push(effect.step)
      if (effect.kind === 'skipped') this.keep(quiet(effect.step.node, 'skipped', effect.port))
      if (effect.kind === 'judge') {
        this.#apply({ kind: 'judged', step: effect.step, verdict: true })
      }
      if (effect.kind === 'loop_finished') {
        const { output, port, step } = effect
        const input = this.#inputs.get(step.node) ?? null
        this.keep({ ...quiet(step.node, 'succeeded', port), input, output })
      }
    }
  }
}

const PREVIEW = ExecutionId.parse('00000000-0000-7000-8000-000000000000')

/** A step of which there is nothing to show yet. */
export const quiet = (
  { id }: PlanNode,
  status: PreviewStep['status'],
  port: string | null = null,
): PreviewStep => ({
  ...{ node: id, status, port, input: null, output: null, error: null, assumed: false },
})
