import type { Sql } from 'postgres'
import type { Hub } from './hub.ts'

type MessageRow = { id: string; topic: string; event: string; payload: unknown; private: boolean }

const keptFor = '1 hour'
const pruneEveryMs = 10 * 60 * 1000

/** Delivers what the database sends: each commit announces the ids of its messages, which are then fetched together. */
export async function deliverDatabaseBroadcasts(
  sql: Sql,
  hub: Hub,
  log: (line: string) => void,
): Promise<{ stop(): void }> {
  let announced: string[] = []
  let fetching = false

  const fetchAll = async () => {
    if (fetching) return
    fetching = true
    try {
      while (announced.length) {
        const ids = announced
        announced = []
        for (const row of await fetchMessages(sql, ids)) hub.broadcast(row)
      }
    } catch (error) {
      log(`messages could not be fetched: ${String(error)}`)
    } finally {
      fetching = false
    }
  }

  await sql.listen('realtime_messages', (id) => {
    announced.push(id)
    // Notices of one commit arrive together: they are fetched in one go.
    setImmediate(() => void fetchAll())
  })
  const prune = setInterval(() => {
    sql`delete from realtime.messages where inserted_at < now() at time zone 'UTC' - ${keptFor}::interval`.catch(
      (error: unknown) => log(`old messages could not be removed: ${String(error)}`),
    )
  }, pruneEveryMs)
  prune.unref()
  return { stop: () => clearInterval(prune) }
}

/** In the order in which they were announced, which is the order of the commits. */
function fetchMessages(sql: Sql, ids: string[]): Promise<MessageRow[]> {
  return sql<MessageRow[]>`
    select m.id, m.topic, m.event, m.payload, m.private
    from unnest(${ids}::uuid[]) with ordinality as wanted (id, place)
    join realtime.messages m on m.id = wanted.id
    order by wanted.place
  `
}
