import { pid } from 'node:process'
import { clearInterval, setInterval } from 'node:timers'
import pg from 'pg'
import { isOutage, Unavailable } from './outage.ts'

/** How long a statement may take before its connection is given up. */
const STATEMENT_PATIENCE_MS = 30_000

/** How long the database may take to open a connection. */
export const CONNECT_PATIENCE_MS = 5_000

/** Options that every connection of ours shares. No named statements anywhere: a transaction pooler may sit between. */
export function connectionOptions(url: string): pg.ClientConfig {
  return {
    connectionString: url,
    connectionTimeoutMillis: CONNECT_PATIENCE_MS,
    query_timeout: STATEMENT_PATIENCE_MS,
    keepAlive: true,
    // Operators see in pg_stat_activity which process does what.
    application_name: `weft ${pid}`,
  }
}

/**
 * A statement by pg's callback, and without its timer for each: in Deno, what a statement was made of outlives the
 * promise and the timer of pg's own by two young garbage collections. Thousands of statements a second then make old
 * garbage of all that they carry, a sixth of everything allocated, and each young collection takes 5 to 10 ms.
 */
const ask = <Row extends pg.QueryResultRow>(
  client: pg.Client,
  text: string,
  values: unknown[],
): Promise<Row[]> =>
  new Promise((resolve, reject) => {
    // pg's types say that there always is a problem; in truth it's empty when all went well.
    client.query<Row>(text, values, (problem: Error | null, result: pg.QueryResult<Row>) =>
      problem ? reject(problem) : resolve(result.rows),
    )
  })

/** One connection for one kind of statement, made when first needed and made anew after it broke. */
export class Connection {
  readonly #url: string
  readonly #patienceMs: number
  #client: Promise<pg.Client> | null = null
  /** Statements that have no answer yet; they're answered in order. */
  #unanswered = 0
  /** When the statement that is first in line began to be. */
  #since = 0

  /** `patienceMs`: how long a statement may take before the connection is given up. */
  constructor(url: string, patienceMs = STATEMENT_PATIENCE_MS) {
    this.#url = url
    this.#patienceMs = patienceMs
  }

  async query<Row extends pg.QueryResultRow>(text: string, values: unknown[]): Promise<Row[]> {
    const client = await this.#connected()
    if (this.#unanswered++ === 0) this.#since = performance.now()
    try {
      return await ask<Row>(client, text, values)
    } catch (problem) {
      if (!isOutage(problem)) throw problem
      this.#drop(client)
      throw new Unavailable(problem)
    } finally {
      this.#unanswered--
      this.#since = performance.now()
    }
  }

  async close(): Promise<void> {
    const client = this.#client
    this.#client = null
    if (client !== null) await client.then((open) => open.end()).catch(ignoreBrokenConnection)
  }

  async #connected(): Promise<pg.Client> {
    this.#client ??= this.#open()
    return await this.#client
  }

  async #open(): Promise<pg.Client> {
    const client = new pg.Client({ ...connectionOptions(this.#url), query_timeout: 0 })
    const watch = setInterval(() => this.#watch(client), this.#patienceMs / 6)
    // Alone, it's no reason for the process to stay.
    watch.unref()
    // Without a listener, a connection that breaks while idle would end the process.
    client.on('error', () => this.#drop(client))
    client.on('end', () => {
      clearInterval(watch)
      this.#drop(client)
    })
    try {
      await client.connect()
      return client
    } catch (problem) {
      clearInterval(watch)
      this.#client = null
      throw isOutage(problem) ? new Unavailable(problem) : problem
    }
  }

  /** A network that swallows answers says nothing of it. Ended in the middle of a statement, pg lets all of them fail. */
  #watch(client: pg.Client): void {
    const waited = performance.now() - this.#since
    if (this.#unanswered > 0 && waited > this.#patienceMs) this.#drop(client)
  }

  #drop(client: pg.Client): void {
    const current = this.#client
    if (current === null) return
    void current.then(
      (open) => {
        if (open === client && this.#client === current) this.#client = null
        if (open === client) client.end().catch(ignoreBrokenConnection)
      },
      () => undefined, // #open has already forgotten it
    )
  }
}

/** Ending a connection that is already broken can only tell what we know. */
export function ignoreBrokenConnection(problem: unknown): void {
  if (!isOutage(problem)) console.error('weft: closing a database connection failed', problem)
}
