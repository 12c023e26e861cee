import { createContext } from 'svelte'
import type { Data } from '#lib/engine/data.ts'
import { isTrigger } from '#lib/engine/index.ts'
import { startExecution } from '#lib/executions/actions.ts'
import type { WorkflowState } from '../bar/workflow-state.svelte.ts'
import type { Samples } from '../samples/samples.svelte.ts'
import type { DraftSession } from '../session/draft-session.svelte.ts'
import type { Editor } from '../state/editor.svelte.ts'
import type { Host } from '../state/host.svelte.ts'
import { sampleOf } from '../variables/samples.ts'
import { loopsAround, upstreamOf } from '../variables/sources.ts'
import type { PreviewState } from './preview-state.svelte.ts'

/** What a test of one step needs of the page. */
export interface TestPlace {
  editor: Editor
  host: Host
  samples: Samples
  preview: PreviewState
  session: DraftSession
  workflow: WorkflowState
  /** A test runs: show it. */
  started: (execution: string) => void
}

/** Really runs one step, or all up to it, on the server. */
export class StepTests {
  /** The step that is being started. */
  busy = $state<string | null>(null)
  /** Why the last one couldn't be started; by step. */
  problem = $state.raw<{ node: string; sentence: string } | null>(null)
  /** The last test: which step, in which execution. */
  last = $state.raw<{ node: string; execution: string } | null>(null)
  readonly #place: TestPlace

  constructor(place: TestPlace) {
    this.#place = place
  }

  get isOffline(): boolean {
    return this.#place.session.state === 'offline'
  }

  /** The trigger that a test of this step starts at. */
  triggerFor(node: string): string | null {
    const { editor } = this.#place
    const { definition } = editor
    const isStart = (id: string): boolean => {
      const found = editor.node(id)
      const type = found && editor.typeOf(found)
      return type !== undefined && isTrigger(type)
    }
    const before = [node, ...upstreamOf(definition, node)].find(isStart)
    return before ?? definition.nodes.find(({ id }) => isStart(id))?.id ?? null
  }

  async start(node: string, alone: boolean): Promise<void> {
    const trigger = this.triggerFor(node)
    if (trigger === null || this.busy !== null) return
    this.busy = node
    this.problem = null
    try {
      const sentence = await this.#start(node, trigger, alone)
      if (sentence !== null) this.problem = { node, sentence }
    } finally {
      this.busy = null
    }
  }

  async #start(node: string, trigger: string, alone: boolean): Promise<string | null> {
    const { host, session, workflow, started } = this.#place
    await session.kept()
    const saved = await workflow.saveTest({ trigger, until: node, alone })
    if (!('version' in saved)) {
      return [saved.title, ...saved.problems.map(({ detail }) => detail)].join(' ')
    }
    const answer = await startExecution(host.supabase, {
      ...{ workflow: host.workflow.id, version: saved.version, node: trigger },
      ...{ data: this.#triggerData(trigger), until: node, alone },
      pins: alone ? this.#pinsFor(node) : {},
    })
    if (!answer.ok) return `${answer.problem.title}. ${answer.problem.detail}`
    const { execution } = answer.value
    this.last = { node, execution }
    started(execution)
    return null
  }

  #triggerData(trigger: string): Data {
    const { editor, host, samples } = this.#place
    const node = editor.node(trigger)
    const type = node && editor.typeOf(node)
    const example = node && type ? sampleOf(node, type, host.pipelines) : null
    return samples.outputs.get(trigger) ?? example
  }

  /** What stands in for the steps before: real outputs where there are some. What only computes is computed anew. */
  #pinsFor(node: string): Record<string, Data> {
    const { editor, host, preview, samples } = this.#place
    const around = loopsAround(editor.definition, editor.registry, node)
    const pins: Record<string, Data> = {}
    for (const id of upstreamOf(editor.definition, node)) {
      const found = editor.node(id)
      const type = found && editor.typeOf(found)
      if (!found || !type || isTrigger(type)) continue
      if (around.includes(found)) {
        const item = firstItem(preview.step(id)?.input)
        if (item !== undefined) pins[id] = item
      } else if (found.pinned === undefined && type.effect !== 'pure') {
        pins[id] = samples.outputs.get(id) ?? sampleOf(found, type, host.pipelines)
      }
    }
    return pins
  }
}

/** The item that a step in a loop is looked at with. */
function firstItem(input: Data | undefined): Data | undefined {
  if (typeof input !== 'object' || input === null || Array.isArray(input)) return undefined
  const { items } = input
  return Array.isArray(items) ? items[0] : undefined
}

/** The page's tests, for all components in it. */
export const [getStepTests, setStepTests] = createContext<StepTests>()
