import type { WorkflowSettings } from '../../../../src/lib/engine/definition/schema.ts'
import type { ExecutionId, VersionId, WorkflowId } from '../../../../src/lib/engine/ids.ts'
import type { AcceptResult, NewExecution } from '../../../../src/lib/engine/store.ts'
import type { Connection } from '../database/connection.ts'
import { StepFailure } from '../engine.ts'
import { accepting } from './accept.ts'
import { LEASE_SECONDS } from './lease.ts'
import type { VersionCache } from './version-cache.ts'

/** What a workflow's settings limit; null: nothing. */
export type WorkflowLimits = Pick<
  WorkflowSettings,
  'maxConcurrency' | 'overlap' | 'rateLimit'
> | null

/** As many as the workflow allows have begun lately, and whoever asks can come again. Nothing was written. */
export class RateLimited extends Error {
  override readonly name = 'RateLimited'
  readonly againInSeconds: number
  constructor(againInSeconds: number) {
    super('this workflow has started as often as its settings allow')
    this.againInSeconds = againInSeconds
  }
}

// Under a lock of the workflow: supabase/migrations/20261123001620_limits.sql. One round trip and one commit each, on a
// connection of their own, so that a busy workflow's callers wait in line here and not for everybody's connections.
const ACCEPT = `
select outcome, extract(epoch from again - clock_timestamp()) as again_in
from private.accept_limited($1::jsonb, $2::jsonb, interval '${LEASE_SECONDS} s', $3, $4::jsonb)`
const ADMIT = `select private.admit($1) as id`
const ADMIT_LIKE = `select private.admit_like($1) as id`
const ADMIT_ALL = `select private.admit_all() as id`

interface AcceptRow {
  outcome: AcceptResult | 'rate_limited'
  again_in: string | null
}

/** Versions are remembered for good: they never change. */
const MAX_KNOWN = 10_000

/** Takes executions in under their workflow's limits, and lets those in whose turn it is. */
export class Limits {
  readonly #connection: Connection
  readonly #versions: VersionCache
  readonly #known = new Map<VersionId, WorkflowLimits>()

  constructor(connection: Connection, versions: VersionCache) {
    this.#connection = connection
    this.#versions = versions
  }

  /** What limits an execution of this version: known at once, but for the first time. */
  of(version: VersionId, mode: NewExecution['mode']): WorkflowLimits | Promise<WorkflowLimits> {
    // People who try a workflow out don't wait for its turn.
    if (mode === 'test') return null
    const known = this.#known.get(version)
    return known === undefined ? this.#find(version) : known
  }

  /** Throws RateLimited, and NotStorable. */
  async accept(execution: NewExecution, limits: WorkflowLimits): Promise<AcceptResult> {
    const refuse = execution.triggerKind === 'trigger.webhook'
    const { text, payloads } = accepting(execution)
    const [row] = await this.#connection.query<AcceptRow>(ACCEPT, [
      `{${text}`,
      JSON.stringify(limits),
      refuse,
      payloads.length === 0 ? null : `[${payloads.join(',')}]`,
    ])
    if (row === undefined) throw new Error('an accept was left without an answer')
    if (row.outcome !== 'rate_limited') return row.outcome
    throw new RateLimited(Math.max(1, Math.ceil(Number(row.again_in ?? 1))))
  }

  /** Lets in those of a workflow whose turn it is: an execution of it has ended. They can be claimed from now on. */
  admit(workflow: WorkflowId): Promise<ExecutionId[]> {
    return this.#ask(ADMIT, [workflow])
  }

  /** The same for the workflow of an execution that couldn't be claimed, in case that it's held. */
  admitLike(execution: ExecutionId): Promise<ExecutionId[]> {
    return this.#ask(ADMIT_LIKE, [execution])
  }

  /** The net: looks at all workflows in which somebody waits for a turn. */
  admitAll(): Promise<ExecutionId[]> {
    return this.#ask(ADMIT_ALL, [])
  }

  async #ask(text: string, values: unknown[]): Promise<ExecutionId[]> {
    const rows = await this.#connection.query<{ id: ExecutionId }>(text, values)
    return rows.map((row) => row.id)
  }

  async #find(version: VersionId): Promise<WorkflowLimits> {
    const limits = await this.#read(version)
    if (this.#known.size >= MAX_KNOWN) this.#known.clear()
    this.#known.set(version, limits)
    return limits
  }

  async #read(version: VersionId): Promise<WorkflowLimits> {
    try {
      const { settings } = (await this.#versions.get(version)).definition
      const { maxConcurrency, rateLimit } = settings
      return maxConcurrency === undefined && rateLimit === undefined ? null : settings
    } catch (problem) {
      // Gone: whoever runs it will say so.
      if (problem instanceof StepFailure) return null
      throw problem
    }
  }
}
