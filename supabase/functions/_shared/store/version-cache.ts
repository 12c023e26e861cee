import type { WorkflowDefinition } from '../../../../src/lib/engine/definition/schema.ts'
import type { VersionId, WorkflowId, WorkspaceId } from '../../../../src/lib/engine/ids.ts'
import type { VersionRecord } from '../../../../src/lib/engine/store.ts'
import type { Queries } from '../database/pool.ts'
import { StepFailure } from '../engine.ts'
import { versionRow } from './version.ts'

/** The definition never changes, but the names around it may; they are at most this old. */
const NAMES_MAY_BE_OLD_MS = 30_000
const MAX_VERSIONS = 500

interface Entry {
  record: Promise<VersionRecord>
  until: number
}

/** Versions that were needed lately. */
export class VersionCache {
  readonly #queries: Queries
  readonly #parse: (definition: unknown) => WorkflowDefinition
  readonly #entries = new Map<string, Entry>()

  constructor(queries: Queries, parse: (definition: unknown) => WorkflowDefinition) {
    this.#queries = queries
    this.#parse = parse
  }

  get(id: VersionId): Promise<VersionRecord> {
    const known = this.#entries.get(id)
    if (known !== undefined && known.until > performance.now()) return known.record
    const record = this.#load(id)
    this.#entries.delete(id)
    this.#entries.set(id, { record, until: performance.now() + NAMES_MAY_BE_OLD_MS })
    record.catch(() => this.#entries.delete(id))
    // A Map keeps the order of insertion: the first is the one loaded longest ago.
    const [oldest] = this.#entries.keys()
    if (this.#entries.size > MAX_VERSIONS && oldest !== undefined) this.#entries.delete(oldest)
    return record
  }

  async #load(id: VersionId): Promise<VersionRecord> {
    const row = await versionRow(this.#queries, id)
    if (row === undefined) throw gone()
    return {
      id,
      // Ids that come out of our own tables are what they say.
      workspace: {
        id: row.workspace_id as WorkspaceId,
        name: row.workspace_name,
        timeZone: row.time_zone,
      },
      workflow: { id: row.workflow_id as WorkflowId, name: row.workflow_name },
      definition: this.#parse(row.definition),
    }
  }
}

/** Its workflow was deleted for good: the execution can't go on. */
const gone = () =>
  new StepFailure({
    code: 'version.not_found',
    title: 'This version does not exist',
    detail: 'The version that this execution was started with is gone.',
    retryable: false,
  })
