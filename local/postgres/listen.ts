import { setTimeout as pause } from 'node:timers/promises'
import pg from 'pg'

/** What to listen for, and what to do about it. */
export type Listening = {
  databaseUrl: string
  channel: string
  heard(payload: string): void
  /** At the start and whenever the connection comes back: what was said meanwhile is lost. */
  connected?(): void
}

/** Listens to notifications for as long as it's wanted, across the deaths of Postgres. */
export async function listen(listening: Listening): Promise<{ stop(): Promise<void> }> {
  let stopped = false
  let client = await connect(listening, () => void again())

  async function again(): Promise<void> {
    for (let waitMs = 50; !stopped; waitMs = Math.min(waitMs * 2, 2000)) {
      await pause(waitMs)
      try {
        if (!stopped) client = await connect(listening, () => void again())
        if (stopped) await client.end()
        return
      } catch {
        // Postgres is still away; the next round tries again.
        continue
      }
    }
  }

  return {
    async stop() {
      stopped = true
      await client.end().catch(() => undefined)
    },
  }
}

async function connect(
  { databaseUrl, channel, heard, connected }: Listening,
  lost: () => void,
): Promise<pg.Client> {
  const client = new pg.Client({ connectionString: databaseUrl, application_name: 'weft-listen' })
  // "end" follows every error of a connection that was made.
  client.on('error', () => undefined)
  client.on('notification', ({ payload }) => heard(payload ?? ''))
  await client.connect()
  await client.query(`listen ${client.escapeIdentifier(channel)}`)
  client.once('end', lost)
  connected?.()
  return client
}
