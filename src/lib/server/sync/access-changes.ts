import pg from 'pg'

const LONGEST_PAUSE_MS = 30_000

/**
 * Calls `heard` when the database tells that somebody's access has changed, until it's closed. A hint and no more: where
 * nobody can listen (behind a transaction pooler, while Postgres is away), whoever has to know asks every few seconds.
 */
export function onAccessChange(databaseUrl: string, heard: () => void): { close(): Promise<void> } {
  let client: pg.Client | undefined
  let again: NodeJS.Timeout | undefined
  let pauseMs = 500
  let isClosed = false

  async function listen(): Promise<void> {
    const own = new pg.Client({ connectionString: databaseUrl, application_name: 'weft-access' })
    client = own
    own.on('notification', heard)
    // Also before it's connected; "end" isn't sent then.
    own.on('error', (problem) => later(own, problem))
    own.on('end', () => later(own))
    try {
      await own.connect()
      await own.query('listen weft_access')
      pauseMs = 500
      // What was said before isn't heard.
      heard()
    } catch (problem) {
      later(own, problem)
    }
  }

  function later(lost: pg.Client, problem?: unknown): void {
    if (isClosed || client !== lost) return
    client = undefined
    if (problem !== undefined) {
      console.error('Changes of access are not heard; they are looked for instead.', problem)
      lost.end().catch(() => undefined)
    }
    again = setTimeout(() => void listen(), pauseMs)
    again.unref()
    pauseMs = Math.min(pauseMs * 2, LONGEST_PAUSE_MS)
  }

  void listen()
  return {
    async close() {
      isClosed = true
      clearTimeout(again)
      // It may be gone already, which is all that's wanted.
      await client?.end().catch(() => undefined)
    },
  }
}
