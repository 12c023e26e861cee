import type { SupabaseClient } from '@supabase/supabase-js'
import { sentenceFor } from '#lib/access/problems.ts'
import { parseDefinition, type Problem, type WorkflowDefinition } from '#lib/engine/index.ts'
import { fingerprintOf } from '../versions/fingerprint.ts'
import { isSameWorkflow } from './same.ts'

/** A workflow as the builder's bar shows it. */
export interface WorkflowRow {
  id: string
  workspace_id: string
  name: string
  live_version_id: string | null
  latest_version_id: string | null
  /** Only some members can see it. */
  is_restricted: boolean
  archived_at: string | null
}

export type WorkflowStatus = 'live' | 'paused' | 'draft' | 'archived'

/** Columns of WorkflowRow. */
export const workflowColumns =
  'id, workspace_id, name, live_version_id, latest_version_id, is_restricted, archived_at'

/** Why publishing or saving a test version was refused. */
export interface Refusal {
  title: string
  problems: readonly Problem[]
}

/** The part of the drawing that a test runs: up to a step, or that step alone. */
export interface TestedPart {
  trigger: string
  until: string
  alone: boolean
}

/** What is published of a workflow and what people do with that: rename, publish, pause. */
export class WorkflowState {
  row = $state.raw() as WorkflowRow // set first thing in the constructor
  /** The published definition that is live, or was last. */
  published = $state.raw<WorkflowDefinition | null>(null)
  readonly status: WorkflowStatus = $derived.by(() => {
    if (this.row.archived_at !== null) return 'archived'
    if (this.row.live_version_id !== null) return 'live'
    return this.row.latest_version_id !== null ? 'paused' : 'draft'
  })
  readonly #supabase: SupabaseClient
  #publishedId: string | null = null

  constructor(supabase: SupabaseClient, row: WorkflowRow) {
    this.#supabase = supabase
    this.row = row
    void this.#loadPublished()
  }

  /** Whether the drawing differs from what is published. Before the first time there's nothing to differ from. */
  isChanged(definition: WorkflowDefinition): boolean {
    return this.published !== null && !isSameWorkflow(this.published, definition)
  }

  /** Takes over what others did: published, paused, renamed. */
  async refetch(): Promise<void> {
    const { data } = await this.#supabase
      .from('workflows')
      .select(workflowColumns)
      .eq('id', this.row.id)
      .maybeSingle()
      .overrideTypes<WorkflowRow, { merge: false }>()
    if (data) this.row = data
    await this.#loadPublished()
  }

  async rename(name: string): Promise<string | null> {
    const before = this.row
    this.row = { ...before, name }
    const { error } = await this.#supabase.from('workflows').update({ name }).eq('id', before.id)
    if (error) this.row = before
    return error ? sentenceFor(error) : null
  }

  async pause(): Promise<string | null> {
    return this.#call('pause_workflow')
  }

  async resume(): Promise<string | null> {
    return this.#call('resume_workflow')
  }

  /**
   * Publishes the server's copy, if it's what was looked at. Answers with the version's number, or with why not.
   */
  publish(note: string, seen: WorkflowDefinition): Promise<{ number: number } | Refusal> {
    return this.#publish({ note, seen: fingerprintOf(seen) })
  }

  /** Puts an earlier version live again, as a new one. */
  republish(version: number, note: string): Promise<{ number: number } | Refusal> {
    return this.#publish({ note, version })
  }

  async #publish(what: object): Promise<{ number: number } | Refusal> {
    const answer = await post<{ number: number }>(`${this.#path}/publish`, what)
    await this.refetch()
    return answer
  }

  /** Saves the server's copy as a test version; answers with its id, or with why not. Of a part, only that must be sound. */
  saveTest(part?: TestedPart): Promise<{ version: string } | Refusal> {
    return post<{ version: string }>(`${this.#path}/test-version`, part ? { part } : {})
  }

  /** Whose changes would go live now, by name. */
  async editorsSince(): Promise<string[]> {
    const { data } = await this.#supabase.rpc('unpublished_authors', { p_workflow: this.row.id })
    const people: { display_name: string }[] = data ?? []
    return people.map(({ display_name }) => display_name)
  }

  get #path(): string {
    return `/w/${this.row.workspace_id}/workflows/${this.row.id}`
  }

  async #call(name: 'pause_workflow' | 'resume_workflow'): Promise<string | null> {
    const { error } = await this.#supabase.rpc(name, { p_workflow: this.row.id })
    await this.refetch()
    return error ? sentenceFor(error) : null
  }

  async #loadPublished(): Promise<void> {
    const id = this.row.live_version_id ?? this.row.latest_version_id
    if (id === this.#publishedId) return
    this.#publishedId = id
    if (id === null) {
      this.published = null
      return
    }
    const { data } = await this.#supabase
      .from('workflow_versions')
      .select('definition')
      .eq('id', id)
      .maybeSingle()
    if (data) this.published = parseDefinition(data.definition)
  }
}

/** Asks the app's own server. */
async function post<Answer>(path: string, body: object): Promise<Answer | Refusal> {
  try {
    const answer = await fetch(path, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify(body),
    })
    const said: unknown = await answer.json()
    if (answer.ok) return said as Answer // our own endpoint
    if (typeof said === 'object' && said !== null && 'problems' in said && 'title' in said) {
      return said as Refusal // our own endpoint
    }
    const message =
      typeof said === 'object' && said !== null && 'message' in said ? String(said.message) : null
    return { title: message ?? 'That did not work. Try again in a moment.', problems: [] }
  } catch (problem) {
    if (!(problem instanceof TypeError || problem instanceof SyntaxError)) throw problem
    return { title: 'We can’t reach the server just now. Try again in a moment.', problems: [] }
  }
}
