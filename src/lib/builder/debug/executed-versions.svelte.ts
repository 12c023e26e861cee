import type { SupabaseClient } from '@supabase/supabase-js'
import { sentenceFor, type DatabaseProblem } from '#lib/access/problems.ts'
import { parseDefinition, WeftError, type WorkflowDefinition } from '#lib/engine/index.ts'
import { getVersion, type ExecutedVersion } from '#lib/executions/queries.ts'
import { SvelteMap } from 'svelte/reactivity'

/** A version that was executed, with its definition where this Weft can read it. */
export interface ReadVersion extends Omit<ExecutedVersion, 'definition'> {
  definition: WorkflowDefinition | null
}

/** A stored version, read; one that can't be read (written by a newer Weft) still has its number. */
export function readVersion({ definition, ...version }: ExecutedVersion): ReadVersion {
  try {
    return { ...version, definition: parseDefinition(definition) }
  } catch (error) {
    if (!(error instanceof WeftError)) throw error
    return { ...version, definition: null }
  }
}

/** The versions that executions ran, each fetched once: they never change. */
export class ExecutedVersions {
  problem = $state<string>()
  readonly #supabase: SupabaseClient
  readonly #known = new SvelteMap<string, ReadVersion>()
  readonly #asked = new Set<string>()

  constructor(supabase: SupabaseClient, known: readonly ReadVersion[] = []) {
    this.#supabase = supabase
    for (const version of known) this.#known.set(version.id, version)
  }

  get(id: string): ReadVersion | undefined {
    return this.#known.get(id)
  }

  /** Fetches a version unless it's known or on its way. */
  async want(id: string): Promise<void> {
    if (this.#known.has(id) || this.#asked.has(id)) return
    this.#asked.add(id)
    try {
      const version = await getVersion(this.#supabase, id)
      if (version) this.#known.set(id, readVersion(version))
      this.problem = undefined
    } catch (error) {
      // Asked again the next time somebody wants it.
      this.#asked.delete(id)
      this.problem = sentenceFor(error as DatabaseProblem)
    }
  }
}
