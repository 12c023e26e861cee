import type { SupabaseClient } from '@supabase/supabase-js'
import { sentenceFor } from '#lib/access/problems.ts'
import { parseDefinition, WeftError, type WorkflowDefinition } from '#lib/engine/index.ts'
import { SvelteMap } from 'svelte/reactivity'

/** A published version, without what is drawn in it. */
export interface Version {
  id: string
  number: number
  note: string
  /** The version that it put live again. */
  copy_of: number | null
  created_at: string
  is_live: boolean
  created_by: string | null
  created_by_name: string
  /** Whose changes it brought live, by name. */
  contributors: string[]
}

const PAGE = 50

/** The versions of a workflow, newest first; what is drawn in them is fetched when it's looked at, once: it never changes. */
export class VersionHistory {
  versions = $state.raw<readonly Version[]>([])
  isLoaded = $state(false)
  hasMore = $state(false)
  problem = $state<string | null>(null)
  readonly #supabase: SupabaseClient
  readonly #workflow: string
  /** By number; null for one that this Weft can't read. */
  readonly #definitions = new SvelteMap<number, WorkflowDefinition | null>()
  readonly #asked = new Set<number>()

  constructor(supabase: SupabaseClient, workflow: string) {
    this.#supabase = supabase
    this.#workflow = workflow
  }

  /** Fetches the newest versions; older ones that are known stay. */
  async load(): Promise<void> {
    const found = await this.#page(null)
    if (!found) return
    const oldest = found.at(-1)?.number ?? 0
    this.versions = [...found, ...this.versions.filter(({ number }) => number < oldest)]
    this.hasMore = (this.versions.at(-1)?.number ?? 1) > 1 && found.length === PAGE
    this.isLoaded = true
  }

  async loadMore(): Promise<void> {
    const last = this.versions.at(-1)
    const found = last && (await this.#page(last.number))
    if (!found) return
    this.versions = [...this.versions, ...found]
    this.hasMore = found.length === PAGE
  }

  version(number: number): Version | undefined {
    return this.versions.find((one) => one.number === number)
  }

  /** What a version had drawn; undefined while it isn't here yet, null when it can't be read. */
  definition(number: number): WorkflowDefinition | null | undefined {
    return this.#definitions.get(number)
  }

  /** Fetches what a version had drawn, unless it's here or on its way. */
  async want(number: number): Promise<void> {
    if (this.#asked.has(number)) return
    this.#asked.add(number)
    const { data, error } = await this.#supabase
      .from('workflow_versions')
      .select('definition')
      .eq('workflow_id', this.#workflow)
      .eq('number', number)
      .maybeSingle()
    if (error) {
      // Asked for again the next time somebody wants it.
      this.#asked.delete(number)
      this.problem = sentenceFor(error)
      return
    }
    this.problem = null
    this.#definitions.set(number, data ? readable(data.definition) : null)
  }

  async #page(before: number | null): Promise<Version[] | null> {
    const { data, error } = await this.#supabase.rpc('version_history', {
      p_workflow: this.#workflow,
      p_before: before,
    })
    this.problem = error ? sentenceFor(error) : null
    return error ? null : (data as Version[]) // what the function returns
  }
}

function readable(stored: unknown): WorkflowDefinition | null {
  try {
    return parseDefinition(stored)
  } catch (problem) {
    if (!(problem instanceof WeftError)) throw problem
    return null
  }
}

/** A workflow with nothing in it: what there was before anything was drawn. */
export const NOTHING_DRAWN: WorkflowDefinition = { schema: 1, nodes: [], edges: [], settings: {} }
