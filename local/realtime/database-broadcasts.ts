import type { Pool } from 'pg'
import { listen } from '../postgres/listen.ts'
import type { Hub } from './hub.ts'

type MessageRow = { id: string; topic: string; event: string; payload: unknown; private: boolean }

const keptFor = '1 hour'
const pruneEveryMs = 10 * 60 * 1000

/** Delivers what the database sends: each commit announces the ids of its messages, which are then fetched together. */
export async function deliverDatabaseBroadcasts(
  databaseUrl: string,
  pool: Pool,
  hub: Hub,
  log: (line: string) => void,
): Promise<{ stop(): Promise<void> }> {
  let announced: string[] = []
  let fetching = false

  const fetchAll = async () => {
    if (fetching) return
    fetching = true
    try {
      while (announced.length) {
        const ids = announced
        announced = []
        for (const row of await fetchMessages(pool, ids)) hub.broadcast(row)
      }
    } catch (error) {
      log(`messages could not be fetched: ${String(error)}`)
    } finally {
      fetching = false
    }
  }

  const listening = await listen({
    databaseUrl,
    channel: 'realtime_messages',
    heard(id) {
      announced.push(id)
      // Notices of one commit arrive together: they are fetched in one go.
      setImmediate(() => void fetchAll())
    },
  })
  const prune = setInterval(() => {
    pool
      .query(
        `delete from realtime.messages where inserted_at < now() at time zone 'UTC' - $1::interval`,
        [keptFor],
      )
      .catch((error: unknown) => log(`old messages could not be removed: ${String(error)}`))
  }, pruneEveryMs)
  prune.unref()
  return {
    async stop() {
      clearInterval(prune)
      await listening.stop()
    },
  }
}

/** In the order in which they were announced, which is the order of the commits. */
async function fetchMessages(pool: Pool, ids: string[]): Promise<MessageRow[]> {
  const { rows } = await pool.query<MessageRow>(
    `select m.id, m.topic, m.event, m.payload, m.private
     from unnest($1::uuid[]) with ordinality as wanted (id, place)
     join realtime.messages m on m.id = wanted.id
     order by wanted.place`,
    [ids],
  )
  return rows
}
