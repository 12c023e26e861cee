import pg from 'pg'
import { CONNECT_PATIENCE_MS, connectionOptions, ignoreBrokenConnection } from './connection.ts'
import { isOutage, Unavailable } from './outage.ts'

/** Anything that runs a statement: the pool, or one connection inside a transaction. */
export interface Queries {
  query<Row extends pg.QueryResultRow>(text: string, values?: unknown[]): Promise<Row[]>
}

/**
 * How long to wait for one of the pool's connections to be free. Hundreds of executions share them: with the patience
 * for connecting, those at the end of the line took a busy database for one that is away, and gave their lease up.
 */
const TURN_PATIENCE_MS = 30_000

/** The pool's patience counts for its connections, too; these keep their own. */
class PromptClient extends pg.Client {
  constructor(options?: pg.ClientConfig) {
    super({ ...options, connectionTimeoutMillis: CONNECT_PATIENCE_MS })
  }
}

/** A few connections for what isn't grouped: look-ups, transactions, pg-boss. */
export class Pool implements Queries {
  readonly #pool: pg.Pool

  constructor(url: string, size: number) {
    this.#pool = new pg.Pool({
      ...connectionOptions(url),
      max: size,
      idleTimeoutMillis: 60_000,
      connectionTimeoutMillis: TURN_PATIENCE_MS,
      Client: PromptClient,
    })
    // A connection that breaks while idle is replaced when next needed.
    this.#pool.on('error', ignoreBrokenConnection)
    // So is one that breaks while lent out; whoever has it hears of it by their own statement.
    this.#pool.on('connect', (client) => void client.on('error', ignoreBrokenConnection))
  }

  async query<Row extends pg.QueryResultRow>(text: string, values?: unknown[]): Promise<Row[]> {
    try {
      return (await this.#pool.query<Row>(text, values)).rows
    } catch (problem) {
      throw isOutage(problem) ? new Unavailable(problem) : problem
    }
  }

  /** Several statements in one string (no values): the rows of all of them, one after the other. */
  async script(text: string): Promise<pg.QueryResultRow[]> {
    try {
      const results: unknown = await this.#pool.query(text)
      return (Array.isArray(results) ? results : [results]).flatMap(
        (result: pg.QueryResult) => result.rows,
      )
    } catch (problem) {
      throw isOutage(problem) ? new Unavailable(problem) : problem
    }
  }

  /** Runs `work` between begin and commit. Whatever it throws rolls back and is rethrown. */
  async transaction<T>(begin: string, work: (queries: Queries) => Promise<T>): Promise<T> {
    const client = await this.#take()
    let broken = false
    const run = async <Row extends pg.QueryResultRow>(text: string, values?: unknown[]) => {
      try {
        return (await client.query<Row>(text, values)).rows
      } catch (problem) {
        if (!isOutage(problem)) throw problem
        broken = true
        throw new Unavailable(problem)
      }
    }
    try {
      await run(`begin; ${begin}`)
      const result = await work({ query: run })
      await run('commit')
      return result
    } catch (problem) {
      if (!broken) await run('rollback').catch(() => (broken = true))
      throw problem
    } finally {
      // A broken connection is thrown away, and Postgres rolls back what it had begun.
      client.release(broken)
    }
  }

  async close(): Promise<void> {
    await this.#pool.end().catch(ignoreBrokenConnection)
  }

  async #take(): Promise<pg.PoolClient> {
    try {
      return await this.#pool.connect()
    } catch (problem) {
      throw isOutage(problem) ? new Unavailable(problem) : problem
    }
  }
}
