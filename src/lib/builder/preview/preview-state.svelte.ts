import { createContext } from 'svelte'
import type { Data } from '#lib/engine/data.ts'
import type { NodeDefinition, WorkflowDefinition } from '#lib/engine/index.ts'
import { whenIdle } from '../state/when-idle.ts'
import type { Answer, BriefStep, Heard, Question, SentSample, Told } from './messages.ts'

/** Whoever works previews out: a worker of the browser. */
export interface Computer {
  tell(told: Told): void
  /** Ends it. */
  stop(): void
}

/** So long the drawing rests before it's looked at: about a pause between two keys. */
const REST_MS = 80
/** And at the latest after this long. */
const LATEST_MS = 300

/** What every step would come to on the sample, and answers to what forms ask; brought by a worker, a moment later. */
export class PreviewState {
  /** What each step comes to, by node. */
  steps = $state.raw<ReadonlyMap<string, BriefStep>>(new Map())
  /** False while the drawing can't be run at all: the problem list says why. */
  canRun = $state(true)
  readonly #computer: Computer
  readonly #example: (node: NodeDefinition) => Data
  readonly #told = new Map<string, NodeDefinition>()
  readonly #listeners = new Map<number, (answer: Answer | null) => void>()
  #definition: WorkflowDefinition | null = null
  #timer: ReturnType<typeof setTimeout> | undefined
  #since = 0
  #next = 1

  /** `example` tells what stands for the output of a step that never ran. */
  constructor(
    start: (hear: (heard: Heard) => void) => Computer,
    example: (node: NodeDefinition) => Data,
  ) {
    this.#example = example
    this.#computer = start((heard) => this.#hear(heard))
  }

  place(
    workspace: { id: string; name: string; timeZone: string },
    workflow: { id: string; name: string },
  ): void {
    this.#computer.tell({ kind: 'place', workspace, workflow })
  }

  /** The drawing has changed; it's looked at when it rests. */
  draw(definition: WorkflowDefinition): void {
    const isFirst = this.#definition === null
    this.#definition = definition
    if (isFirst) return this.#tellDraft()
    this.#since ||= performance.now()
    clearTimeout(this.#timer)
    const rest = Math.min(REST_MS, Math.max(0, this.#since + LATEST_MS - performance.now()))
    this.#timer = setTimeout(() => this.#tellDraft(), rest)
  }

  sample(sample: SentSample): void {
    this.#computer.tell({ kind: 'sample', sample })
  }

  /** The trigger that the workflow is looked at from. */
  from(trigger: string | null): void {
    this.#computer.tell({ kind: 'trigger', trigger })
  }

  step(id: string): BriefStep | undefined {
    return this.steps.get(id)
  }

  /** Asks something, and hears the answer now and whenever it changes. What comes back ends it. */
  watch(question: Question, listener: (answer: Answer | null) => void): () => void {
    const id = this.#next++
    this.#listeners.set(id, listener)
    this.#computer.tell({ kind: 'watch', id, question })
    return () => {
      this.#listeners.delete(id)
      this.#computer.tell({ kind: 'unwatch', id })
    }
  }

  destroy(): void {
    clearTimeout(this.#timer)
    this.#computer.stop()
  }

  #tellDraft(): void {
    this.#since = 0
    const definition = this.#definition
    if (definition === null) return
    // Untouched steps are the same objects as before.
    const changed = definition.nodes.filter((node) => this.#told.get(node.id) !== node)
    this.#told.clear()
    for (const node of definition.nodes) this.#told.set(node.id, node)
    this.#computer.tell({
      kind: 'draft',
      draft: {
        changed: changed.map((node) => ({ node, example: this.#example(node) })),
        order: definition.nodes.map(({ id }) => id),
        edges: definition.edges,
        settings: definition.settings,
      },
    })
  }

  #hear(heard: Heard): void {
    if (heard.kind === 'answers') {
      for (const { id, answer } of heard.answers) this.#listeners.get(id)?.(answer)
      return
    }
    const steps = new Map(this.steps)
    for (const id of heard.gone) steps.delete(id)
    for (const step of heard.changed) steps.set(step.node, step)
    this.steps = steps
    this.canRun = heard.canRun
  }
}

/** Starts the worker that works previews out, once there are steps and the page has drawn them. */
export function startWorker(hear: (heard: Heard) => void): Computer {
  const waiting: Told[] = []
  let worker: Worker | null = null
  let cancel: (() => void) | null = null
  const open = (): void => {
    worker = openWorker(hear)
    for (const told of waiting.splice(0)) worker.postMessage(told)
  }
  return {
    tell(told) {
      if (worker) return worker.postMessage(told)
      waiting.push(told)
      if (told.kind === 'draft' && told.draft.order.length > 0) cancel ??= whenIdle(open)
    },
    stop() {
      cancel?.()
      worker?.terminate()
    },
  }
}

function openWorker(hear: (heard: Heard) => void): Worker {
  const worker = new Worker(new URL('./preview-worker.ts', import.meta.url), { type: 'module' })
  worker.addEventListener('message', ({ data }: MessageEvent<Heard>) => hear(data))
  worker.addEventListener('error', ({ message }) =>
    console.error('The preview has stopped; nothing else is affected.', message),
  )
  return worker
}

/** The page's preview, for all components in it. */
export const [getPreview, setPreview] = createContext<PreviewState>()

/** What steps that only compute come to, for the picker. */
export function computedOutputs(steps: ReadonlyMap<string, BriefStep>): ReadonlyMap<string, Data> {
  const known = [...steps.values()].filter(
    ({ assumed, error, output }) => !assumed && error === null && output !== null,
  )
  return new Map(known.map(({ node, output }) => [node, output]))
}
