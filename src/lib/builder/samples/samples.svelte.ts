import { createContext } from 'svelte'
import type { SupabaseClient } from '@supabase/supabase-js'
import { sentenceFor } from '#lib/access/problems.ts'
import type { Data } from '#lib/engine/data.ts'
import { listExecutions } from '#lib/executions/queries.ts'
import { isFinished, type Execution } from '#lib/executions/rows.ts'
import { listen } from '#lib/live/topic.ts'
import { now } from '#lib/ui/clock.svelte.ts'
import type { SentSample } from '../preview/messages.ts'
import type { RunStatus } from '../state/run-status.svelte.ts'
import { executionData, type ExecutionData } from './execution-data.ts'
import { chooseSample, fetchSamples, listenForSample, type Choice, type SampleRow } from './rows.ts'

/** News come by themselves; this is the net. */
const LOOK_EVERY_MS = 20_000
/** What is kept of executions that were looked at. */
const MOST_KEPT = 4

/** The real data that a workflow is built with: chosen for each trigger, or else from the newest execution. */
export class Samples {
  rows = $state.raw<readonly SampleRow[]>([])
  /** What the newest finished execution brought. */
  latest = $state.raw<ExecutionData | null>(null)
  /** What the chosen executions brought, by execution. */
  #chosen = $state.raw<ReadonlyMap<string, ExecutionData>>(new Map())
  /** The chosen execution isn't there any more. */
  gone = $state.raw<ReadonlySet<string>>(new Set())
  readonly #supabase: SupabaseClient
  readonly #workflow: string
  readonly #run: RunStatus

  /** All of it, for previews. */
  readonly known: SentSample = $derived.by(() => {
    const outputs: Record<string, Data> = { ...this.latest?.outputs }
    const ports: Record<string, string> = { ...this.latest?.ports }
    const triggers: Record<string, Data> = {}
    for (const { node_id, kind, execution_id, data } of this.rows) {
      if (kind === 'execution' && execution_id !== null) {
        const found = this.#chosen.get(execution_id)
        Object.assign(outputs, found?.outputs)
        Object.assign(ports, found?.ports)
      } else if (kind !== null) triggers[node_id] = data
    }
    return { triggers, outputs, ports }
  })

  /** The same by node, for the picker. */
  readonly outputs: ReadonlyMap<string, Data> = $derived(
    new Map(Object.entries({ ...this.known.outputs, ...this.known.triggers })),
  )

  constructor(supabase: SupabaseClient, workflow: string, run: RunStatus) {
    this.#supabase = supabase
    this.#workflow = workflow
    this.#run = run
  }

  /** What was chosen for a trigger; nothing while the newest execution serves. */
  of(node: string): SampleRow | undefined {
    return this.rows.find((row) => row.node_id === node && row.kind !== null)
  }

  /** Until when somebody listens at a trigger's address. */
  listeningUntil(node: string): Date | null {
    const until = this.rows.find((row) => row.node_id === node)?.listening_until
    return until == null ? null : new Date(until)
  }

  /** Whether somebody listens there just now. */
  isListening(node: string): boolean {
    const until = this.listeningUntil(node)
    return until !== null && until.getTime() > now()
  }

  /** Begins to look and to listen; the answer ends it. */
  start(): () => void {
    const look = (): void => {
      void this.#safely(() => this.#lookForLatest())
    }
    const stop = listen(this.#supabase, `workflow:${this.#workflow}`, {
      heard: (event, row) => {
        if (event === 'sample') void this.#safely(() => this.refetch())
        // The database sends the row as it is in its table.
        if (event === 'execution')
          void this.#safely(() => this.#arrived(row as unknown as Execution))
      },
      joined: () => void this.#safely(() => this.refetch()),
      state: () => undefined,
    })
    void this.#safely(() => this.refetch())
    look()
    const timer = setInterval(look, LOOK_EVERY_MS)
    return () => {
      stop()
      clearInterval(timer)
    }
  }

  /** Chooses for everybody; null: the newest execution. Answers with what went wrong, in a sentence. */
  async choose(node: string, choice: Choice | null): Promise<string | null> {
    return await this.#asked(() => chooseSample(this.#supabase, this.#workflow, node, choice))
  }

  /** Waits for something to arrive at a trigger's address, or no longer. */
  async listenAt(node: string, on: boolean): Promise<string | null> {
    return await this.#asked(() =>
      listenForSample(this.#supabase, this.#workflow, node, on).then(() => undefined),
    )
  }

  async refetch(): Promise<void> {
    this.rows = await fetchSamples(this.#supabase, this.#workflow)
    for (const { kind, execution_id, node_id } of this.rows) {
      if (kind !== 'execution' || execution_id === null) continue
      if (!this.#chosen.has(execution_id)) await this.#fetch(execution_id, node_id)
    }
  }

  async #fetch(execution: string, trigger: string): Promise<void> {
    try {
      const found = await executionData(this.#supabase, execution, trigger)
      const kept = [...this.#chosen].slice(-MOST_KEPT + 1)
      this.#chosen = new Map([...kept, [execution, found]])
    } catch (problem) {
      console.info('A chosen execution is not there any more; the newest one serves.', problem)
      this.gone = new Set([...this.gone, execution])
    }
  }

  /** While somebody listens, an execution that a message started becomes the sample. */
  async #arrived(execution: Execution): Promise<void> {
    const until = this.listeningUntil(execution.trigger_node)
    const isOwn = until !== null && until.getTime() > Date.now() && execution.mode === 'live'
    if (!isOwn || this.of(execution.trigger_node)?.execution_id === execution.id) return
    await this.choose(execution.trigger_node, {
      kind: 'execution',
      execution: execution.id,
      label: '',
    })
  }

  async #lookForLatest(): Promise<void> {
    const watched = this.#run.execution
    // The execution that is looked at has just ended.
    const isNewer =
      watched && isFinished(watched.status) && watched.id > (this.latest?.execution ?? '')
    const newest = isNewer
      ? watched
      : (await listExecutions(this.#supabase, { workflow: this.#workflow }, { limit: 1 }))[0]
    if (!newest || !isFinished(newest.status)) return
    if (newest.id <= (this.latest?.execution ?? '')) return
    this.latest = await executionData(this.#supabase, newest.id, newest.trigger_node)
  }

  async #asked(work: () => Promise<void>): Promise<string | null> {
    try {
      await work()
      await this.refetch()
      return null
    } catch (problem) {
      return sentenceFor(problem as Parameters<typeof sentenceFor>[0]) // the database's answer
    }
  }

  async #safely(work: () => Promise<void>): Promise<void> {
    try {
      await work()
    } catch (problem) {
      console.warn('Samples could not be fetched; examples are shown instead.', problem)
    }
  }
}

/** The page's samples, for all components in it. */
export const [getSamples, setSamples] = createContext<Samples>()
