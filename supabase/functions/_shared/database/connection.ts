import { pid } from 'node:process'
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

/** One connection for one kind of statement, made when first needed and made anew after it broke. */
export class Connection {
  readonly #url: string
  #client: Promise<pg.Client> | null = null

  constructor(url: string) {
    this.#url = url
  }

  async query<Row extends pg.QueryResultRow>(text: string, values: unknown[]): Promise<Row[]> {
    const client = await this.#connected()
    try {
      return (await client.query<Row>(text, values)).rows
    } catch (problem) {
      if (!isOutage(problem)) throw problem
      this.#drop(client)
      throw new Unavailable(problem)
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
    const client = new pg.Client(connectionOptions(this.#url))
    // Without a listener, a connection that breaks while idle would end the process.
    client.on('error', () => this.#drop(client))
    client.on('end', () => this.#drop(client))
    try {
      await client.connect()
      return client
    } catch (problem) {
      this.#client = null
      throw isOutage(problem) ? new Unavailable(problem) : problem
    }
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
