import type { SupabaseClient } from '@supabase/supabase-js'
import { sentenceFor, type DatabaseProblem } from '#lib/access/problems.ts'
import type { Execution } from '#lib/executions/rows.ts'
import { listen, type LiveState } from '#lib/live/topic.ts'
import { plain } from '#lib/ui/choice.ts'
import { changeWorkflow, pauseWorkflow, resumeWorkflow, rightNow, type Outcome } from './changes.ts'
import { listWorkflows } from './queries.ts'
import { statusOf, type WorkflowEntry, type WorkflowStatus } from './rows.ts'

/** What the list shows: everything in use, or one status. */
export type WorkflowFilter = 'current' | WorkflowStatus

/** The workflows of a workspace as the list shows them, with their latest executions kept up to date. */
export class WorkflowList {
  entries = $state.raw<readonly WorkflowEntry[]>([])
  search = $state('')
  filter = $state<WorkflowFilter>('current')
  live = $state<LiveState>('connecting')

  /** What search and filter leave. */
  shown = $derived.by(() => {
    const wanted = plain(this.search)
    return this.entries.filter((entry) => {
      const status = statusOf(entry)
      const inFilter = this.filter === 'current' ? status !== 'archived' : status === this.filter
      const words = `${entry.name} ${entry.description} ${entry.owner?.display_name ?? ''}`
      return inFilter && plain(words).includes(wanted)
    })
  })

  readonly #supabase: SupabaseClient
  readonly #workspace: string

  constructor(supabase: SupabaseClient, workspace: string, entries: readonly WorkflowEntry[]) {
    this.#supabase = supabase
    this.#workspace = workspace
    this.entries = entries
  }

  /** Begins to listen; the answer ends it. */
  start(): () => void {
    const stop = listen(this.#supabase, `workspace:${this.#workspace}`, {
      heard: (event, row) => {
        // The database sends the row as it is in its table.
        if (event === 'execution') this.ran(row as unknown as Execution)
      },
      joined: () => void this.refetch(),
      state: (state) => (this.live = state),
    })
    // What colleagues rename or publish isn't told; coming back to the page is a good moment to look.
    const seen = () => {
      if (document.visibilityState === 'visible') void this.refetch()
    }
    document.addEventListener('visibilitychange', seen)
    return () => {
      stop()
      document.removeEventListener('visibilitychange', seen)
    }
  }

  /** Fetches all of it once more; a failure leaves what is shown, and says so through `live`. */
  async refetch(): Promise<Outcome> {
    try {
      this.entries = await listWorkflows(this.#supabase, this.#workspace)
      return undefined
    } catch (error) {
      return sentenceFor(error as DatabaseProblem)
    }
  }

  /** An execution started or went on. */
  ran(execution: Execution): void {
    const { id, workflow_id, status, mode, created_at, finished_at } = execution
    const entry = this.entries.find((one) => one.id === workflow_id)
    if (!entry) {
      // A workflow made meanwhile.
      void this.refetch()
      return
    }
    if (entry.last && entry.last.id > id) return
    this.#put(workflow_id, { last: { id, workflow_id, status, mode, created_at, finished_at } })
  }

  async rename(entry: WorkflowEntry, name: string, description: string): Promise<Outcome> {
    return this.#change(entry, { name, description })
  }

  /** Puts it into the archive; `bringBack` undoes it. */
  async archive(entry: WorkflowEntry): Promise<Outcome> {
    return this.#change(entry, { archived_at: rightNow() }, { live_version_id: null })
  }

  /** Puts it into the bin; `bringBack` undoes it. */
  async remove(entry: WorkflowEntry): Promise<Outcome> {
    const problem = await changeWorkflow(this.#supabase, entry.id, {
      deleted_at: rightNow(),
    })
    if (problem === undefined) this.entries = this.entries.filter(({ id }) => id !== entry.id)
    return problem
  }

  /** Takes an archiving or deletion back, to what the workflow was before: live if it was live. */
  async bringBack(before: WorkflowEntry): Promise<Outcome> {
    const problem =
      (await changeWorkflow(this.#supabase, before.id, {
        archived_at: before.archived_at,
        deleted_at: null,
      })) ??
      (before.live_version_id === null
        ? undefined
        : await resumeWorkflow(this.#supabase, before.id))
    return problem ?? (await this.refetch())
  }

  /** Takes it out of the archive; it stays paused until somebody puts it live. */
  async restore(entry: WorkflowEntry): Promise<Outcome> {
    return this.#change(entry, { archived_at: null })
  }

  async pause(entry: WorkflowEntry): Promise<Outcome> {
    return (await pauseWorkflow(this.#supabase, entry.id)) ?? (await this.refetch())
  }

  async resume(entry: WorkflowEntry): Promise<Outcome> {
    return (await resumeWorkflow(this.#supabase, entry.id)) ?? (await this.refetch())
  }

  async #change(
    entry: WorkflowEntry,
    change: Parameters<typeof changeWorkflow>[2],
    effect: Partial<WorkflowEntry> = {},
  ): Promise<Outcome> {
    const problem = await changeWorkflow(this.#supabase, entry.id, change)
    if (problem === undefined) this.#put(entry.id, { ...change, ...effect })
    return problem
  }

  #put(id: string, part: Partial<WorkflowEntry>): void {
    this.entries = this.entries.map((entry) => (entry.id === id ? { ...entry, ...part } : entry))
  }
}
