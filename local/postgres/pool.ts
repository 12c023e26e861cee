import pg from 'pg'

/** A pool that outlives the deaths of Postgres: broken connections are thrown away, new ones made when needed. */
export function openPool(url: string, max: number): pg.Pool {
  const pool = new pg.Pool({
    connectionString: url,
    max,
    idleTimeoutMillis: 30_000,
    connectionTimeoutMillis: 10_000,
  })
  // An idle connection broke; the pool has removed it already.
  pool.on('error', () => undefined)
  return pool
}
