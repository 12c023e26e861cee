import type { WorkflowDefinition } from '#lib/engine/index.ts'
import type { WorkflowState } from '../bar/workflow-state.svelte.ts'
import { loadConnections } from '../state/connections.ts'
import type { Editor } from '../state/editor.svelte.ts'
import type { Host } from '../state/host.svelte.ts'
import { firstComparison, readComparison, type Comparison, type Side } from './address.ts'
import { NOTHING_DRAWN, type VersionHistory } from './history.svelte.ts'
import { reportOn, type Report } from './report.ts'
import type { Names } from './values.ts'

interface Place {
  history: VersionHistory
  editor: Editor
  host: Host
  workflow: () => WorkflowState
  /** What the page's address says. */
  asked: () => string
  /** Whether the draft has arrived. */
  hasDraft: () => boolean
}

/** What is compared with what, and what differs. Follows the draft while it's drawn. */
export class Comparing {
  readonly shown: Comparison = $derived.by(() => this.#shown())
  /** What the draft is compared with unless somebody says otherwise: what is live. */
  readonly base: Side = $derived.by(() => this.#base())
  /** Null until both sides are here. */
  readonly report: Report | null = $derived.by(() => this.#report())
  readonly isUnreadable: boolean = $derived.by(() =>
    [this.shown.before, this.shown.after].some((side) => this.#definition(side) === null),
  )
  readonly names: Names = $derived.by(() => this.#names())
  #connections = $state.raw<ReadonlyMap<string, string>>(new Map())
  readonly #place: Place

  constructor(place: Place) {
    this.#place = place
    const { supabase, workspace, role } = place.host
    void loadConnections(supabase, workspace.id, role).then((found) => {
      this.#connections = new Map(found.map(({ id, name }) => [id, name]))
    })
    $effect(() => {
      for (const side of [this.shown.before, this.shown.after]) {
        if (typeof side === 'number') void place.history.want(side)
      }
    })
  }

  #shown(): Comparison {
    const { history, editor, workflow, asked } = this.#place
    return (
      readComparison(asked()) ??
      firstComparison(history.versions, workflow().isChanged(editor.definition))
    )
  }

  #base(): Side {
    const { versions } = this.#place.history
    return (versions.find(({ is_live }) => is_live) ?? versions[0])?.number ?? 'start'
  }

  #isSettled(): boolean {
    const { history, workflow, asked } = this.#place
    if (readComparison(asked()) !== null) return true
    return history.isLoaded && (history.versions.length === 0 || workflow().published !== null)
  }

  #definition(side: Side): WorkflowDefinition | null | undefined {
    if (side === 'draft') {
      return this.#place.hasDraft() ? this.#place.editor.definition : undefined
    }
    return side === 'start' ? NOTHING_DRAWN : this.#place.history.definition(side)
  }

  #report(): Report | null {
    const { before, after } = this.shown
    // What is looked at first depends on what is live: nothing else is shown before that's known.
    if (!this.#isSettled()) return null
    const [old, now] = [this.#definition(before), this.#definition(after)]
    if (!old || !now) return null
    return reportOn(old, now, { registry: this.#place.editor.registry, names: this.names })
  }

  #names(): Names {
    const { pipelines, workflows } = this.#place.host
    return { pipelines, workflows, connections: this.#connections }
  }
}
