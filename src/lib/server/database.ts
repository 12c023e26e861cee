import pg from 'pg'
import { WEFT_APP_DB_URL } from '$app/env/private'

let pool: pg.Pool | undefined

/** The app's own connection to Postgres (role weft_app: drafts only), for pages that need the server's copy of a draft. */
export function appDatabase(): pg.Pool {
  if (!pool) {
    pool = new pg.Pool({ connectionString: WEFT_APP_DB_URL, max: 3 })
    pool.on('error', (problem) => console.error('The app lost a database connection.', problem))
  }
  return pool
}
