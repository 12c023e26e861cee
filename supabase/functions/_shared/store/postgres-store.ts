import type {
  ExecutionId,
  VersionId,
  WorkflowId,
  WorkspaceId,
} from '../../../../src/lib/engine/ids.ts'
import type { TransactionServices } from '../../../../src/lib/engine/services.ts'
import type {
  AcceptResult,
  Checkpoint,
  ClaimedExecution,
  ExecutionStore,
  FirstWrite,
  Lease,
  LiveTrigger,
  NewExecution,
  Renewed,
  VersionRecord,
  Written,
} from '../../../../src/lib/engine/store.ts'
import { Connection } from '../database/connection.ts'
import { isCollision, isOutage, isRefusal, whileAway } from '../database/outage.ts'
import type { Pool, Queries } from '../database/pool.ts'
import { LeaseLost, parseDefinition } from '../engine.ts'
import { PostgresRecords } from '../services/records/postgres-records.ts'
import { acceptBatch, accepting, type Accepting } from './accept.ts'
import { Batcher } from './batcher.ts'
import { checkpointBatch, writing, type WriteAnswer, type Writing } from './checkpoint.ts'
import { claimAbandonedRows, claimRows } from './claim.ts'
import { Limits } from './limits.ts'
import { withSteps } from './load-steps.ts'
import { WrittenSteps } from './written-steps.ts'
import { reach } from './race-points.ts'
import { renewLeases } from './renew.ts'
import { whatIsWanted } from './wanted.ts'
import { NotStorable } from './stored-text.ts'
import { transactionScope } from './transaction-scope.ts'
import { hasExtras, writeExtras } from './waits.ts'
import { liveTrigger } from './live-trigger.ts'
import { VersionCache } from './version-cache.ts'

/** A caller who waits for 202 isn't kept waiting for a database that is away. */
const ACCEPT_PATIENCE_MS = 2_000
/** A run holds on to what it has done for longer than Postgres needs to come back; then its lease is gone anyway. */
const CHECKPOINT_PATIENCE_MS = 30_000

/** Statements of this size take a few ten milliseconds; larger ones only make everybody wait. */
const BATCH = { maxItems: 250, maxBytes: 2 * 1024 * 1024, maxWaiting: 20_000 }

/** Statements of one kind under way at once. */
const LANES = 2

function laneOf(connections: Connection[], lane: number): Connection {
  const connection = connections[lane]
  if (connection === undefined) throw new Error(`there is no lane ${lane}`)
  return connection
}

/** What will never be written is told by a code that the engine knows: the next process would meet the same, and the next. */
function asRefusal(problem: unknown): never {
  if (!isRefusal(problem)) throw problem
  const said = problem instanceof Error ? problem.message : String(problem)
  throw new NotStorable('store.refused', `The database does not take it: ${said.slice(0, 200)}`)
}

/** The durable state in Postgres. Concurrent callers share commits; every write is fenced by its lease's number. */
export class PostgresStore implements ExecutionStore {
  readonly #pool: Pool
  readonly #connections: Connection[]
  readonly #accepts: Batcher<Accepting, AcceptResult>
  readonly #checkpoints: Batcher<Writing, WriteAnswer>
  readonly #claims: Batcher<string, ClaimedExecution | null>
  readonly #forClaims: Connection
  readonly #versions: VersionCache
  readonly #written = new WrittenSteps()
  /** What workflows' settings allow. */
  readonly limits: Limits

  /** Connections of their own for each kind of grouped statement, so that none waits for another kind's commit. */
  constructor(databaseUrl: string, pool: Pool) {
    const forAccepts = Array.from({ length: LANES }, () => new Connection(databaseUrl))
    const forCheckpoints = Array.from({ length: LANES }, () => new Connection(databaseUrl))
    this.#forClaims = new Connection(databaseUrl)
    const forLimits = new Connection(databaseUrl)
    this.#connections = [...forAccepts, ...forCheckpoints, this.#forClaims, forLimits]
    this.#pool = pool
    this.#versions = new VersionCache(pool, parseDefinition)
    this.limits = new Limits(forLimits, this.#versions)
    this.#accepts = new Batcher({
      ...BATCH,
      lanes: LANES,
      key: (item) => item.id,
      group: (item) => item.workspace,
      size: (item) => item.text.length,
      write: async (items, lane) => {
        await reach('accept:before-commit')
        const outcomes = await whileAway(ACCEPT_PATIENCE_MS, () =>
          acceptBatch(laneOf(forAccepts, lane), items),
        )
        await reach('accept:after-commit')
        return outcomes
      },
    })
    this.#checkpoints = new Batcher({
      ...BATCH,
      lanes: LANES,
      key: (item) => item.id,
      size: (item) => item.bytes,
      write: async (items, lane) => {
        await reach('checkpoint:before-commit')
        const outcomes = await whileAway(CHECKPOINT_PATIENCE_MS, (attempt) =>
          checkpointBatch(laneOf(forCheckpoints, lane), items, attempt > 1),
        )
        await reach('checkpoint:after-commit')
        return outcomes
      },
    })
    this.#claims = new Batcher({
      ...BATCH,
      lanes: 1,
      key: (id) => id,
      size: (id) => id.length,
      write: async (ids) => {
        const rows = await claimRows(this.#forClaims, ids)
        await reach('claim:after-commit')
        const claimed = await withSteps(this.#forClaims, rows)
        const byId = new Map(
          claimed.map((execution) => [execution.lease.execution as string, execution]),
        )
        return ids.map((id) => ({ ok: byId.get(id) ?? null }))
      },
    })
  }

  async accept(execution: NewExecution, first?: FirstWrite): Promise<AcceptResult> {
    const found = this.limits.of(execution.version, execution.mode)
    const limits = found instanceof Promise ? await found : found
    if (limits === null) return await this.#begin(accepting(execution, first))
    await reach('accept:before-commit')
    const result = await whileAway(ACCEPT_PATIENCE_MS, () => this.limits.accept(execution, limits))
    await reach('accept:after-commit')
    return result
  }

  async #begin(item: Accepting): Promise<AcceptResult> {
    const result = await this.#accepts.add(item)
    const along = item.along?.write
    if (result === 'accepted' && along?.status === 'running')
      this.#written.written(item.lease, along.steps)
    return result
  }

  async version(id: VersionId): Promise<VersionRecord> {
    return await this.#versions.get(id)
  }

  async liveTrigger(
    workspace: WorkspaceId,
    workflow: WorkflowId,
    kind: string,
  ): Promise<LiveTrigger | null> {
    // Not from the pool: who asks may hold one of its connections, and all of them waiting for another would wait for ever.
    return await liveTrigger(this.#forClaims, workspace, workflow, kind)
  }

  async checkpoint(lease: Lease, write: Checkpoint): Promise<Written> {
    return await this.#keepingCount(lease, async () => {
      if (hasExtras(write))
        return { write, written: await this.#checkpointWithExtras(lease, write) }
      return { write, written: await this.#batched(lease, write).catch(asRefusal) }
    })
  }

  async #batched(lease: Lease, write: Checkpoint): Promise<WriteAnswer> {
    return await this.#checkpoints.add(
      writing(lease, write, (step) => this.#written.isFresh(lease, step)),
    )
  }

  async transact(
    lease: Lease,
    workspace: WorkspaceId,
    work: (services: TransactionServices) => Promise<Checkpoint>,
  ): Promise<Written> {
    for (let attempt = 1; ; attempt++) {
      try {
        return await this.#keepingCount(lease, () => this.#transactOnce(lease, workspace, work))
      } catch (problem) {
        if (!isCollision(problem) || attempt === 5) throw problem
      }
    }
  }

  async claim(execution: ExecutionId): Promise<ClaimedExecution | null> {
    const claimed = await this.#claims.add(execution)
    if (claimed !== null) this.#written.claimed(claimed)
    return claimed
  }

  async claimAbandoned(limit: number): Promise<ClaimedExecution[]> {
    const rows = await claimAbandonedRows(this.#forClaims, limit)
    if (rows.length > 0) await reach('claim:after-commit')
    const claimed = await withSteps(this.#forClaims, rows)
    for (const execution of claimed) this.#written.claimed(execution)
    return claimed
  }

  /** Which of these executions somebody wants to stop or rest. */
  async wanted(leases: Lease[]): Promise<Omit<Renewed, 'lost'>> {
    const ids = leases.map(({ execution }) => execution)
    return await whatIsWanted(this.#forClaims, ids)
  }

  async renew(leases: Lease[]): Promise<Renewed> {
    if (leases.length === 0) return { lost: [], cancelRequested: [] }
    return await renewLeases(this.#forClaims, leases)
  }

  async close(): Promise<void> {
    await Promise.all(this.#connections.map((connection) => connection.close()))
  }

  async #transactOnce(
    lease: Lease,
    workspace: WorkspaceId,
    work: (services: TransactionServices) => Promise<Checkpoint>,
  ): Promise<{ write: Checkpoint; written: Written | null }> {
    const result = await this.#pool.transaction(transactionScope(workspace), async (queries) => {
      const write = await work({
        records: new PostgresRecords(queries, workspace),
        workflows: {
          // On a connection that isn't under the node's role; it reads what was committed, as any caller would.
          liveTrigger: (workflow, kind) => this.liveTrigger(workspace, workflow, kind),
        },
      })
      await reach('transact:before-checkpoint')
      await queries.query('reset role')
      const written = await this.#writeWhole(queries, lease, write, false).catch(asRefusal)
      await reach('transact:before-commit')
      return { write, written }
    })
    await reach('transact:after-commit')
    return result
  }

  /** A checkpoint that opens waits or starts executions is rare, and shares no commit. */
  async #checkpointWithExtras(lease: Lease, write: Checkpoint): Promise<Written> {
    await reach('checkpoint:before-commit')
    const written = await whileAway(CHECKPOINT_PATIENCE_MS, (attempt) =>
      this.#pool.transaction('', (queries) => this.#writeWhole(queries, lease, write, attempt > 1)),
    ).catch(asRefusal)
    await reach('checkpoint:after-commit')
    return written
  }

  /** All of a checkpoint, inside of a transaction. Without the lease it throws, and whatever the transaction wrote is undone. */
  async #writeWhole(
    queries: Queries,
    lease: Lease,
    write: Checkpoint,
    repeated: boolean,
  ): Promise<Written> {
    const item = writing(lease, write, (step) => this.#written.isFresh(lease, step))
    const [outcome] = await checkpointBatch(queries, [item], repeated)
    if (outcome === undefined || !('ok' in outcome) || outcome.ok === null) {
      throw new LeaseLost(lease.execution)
    }
    if (!hasExtras(write)) return outcome.ok
    const ready = await writeExtras(queries, lease.execution, write)
    return ready.length === 0 ? outcome.ok : { ...outcome.ok, ready }
  }

  /** Remembers what was written. Without lease or database, the engine lets go: nothing more comes under this lease. */
  async #keepingCount(
    lease: Lease,
    work: () => Promise<{ write: Checkpoint; written: Written | null }>,
  ): Promise<Written> {
    try {
      const { write, written } = await work()
      if (written === null) throw new LeaseLost(lease.execution)
      if (write.status === 'running') this.#written.written(lease, write.steps)
      else this.#written.forget(lease)
      return written
    } catch (problem) {
      if (problem instanceof LeaseLost || isOutage(problem)) this.#written.forget(lease)
      throw problem
    }
  }
}
