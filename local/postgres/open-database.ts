import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { initCluster } from './cluster.ts'
import { clusterFolder } from './cluster-folder.ts'
import { applySchema, readSchema, type Schema } from './migrate.ts'
import { startPostgres, type PostgresServer } from './server.ts'

/** What a stack wants of its database. */
export type DatabaseWishes = {
  dataDir: string
  supabaseFolder: string
  port: number
  /** Whether a commit survives the machine's power cut; only tests may say no. */
  durable: boolean
  /** Makes the first database; tests copy one. */
  makeCluster?: ((folder: string, schema: Schema) => Promise<void> | void) | undefined
  say(line: string): void
  /** Told when Postgres died and is up again. */
  recovered(): void
}

/** Starts Postgres with all migrations applied, from nothing if need be. */
export async function openDatabase(wishes: DatabaseWishes): Promise<PostgresServer> {
  const { dataDir, supabaseFolder, port, durable, say, recovered } = wishes
  const schema = readSchema(join(supabaseFolder, 'migrations'))
  const folder = clusterFolder(dataDir)
  if (!existsSync(join(folder, 'data/PG_VERSION'))) {
    say('making the database')
    if (wishes.makeCluster) await wishes.makeCluster(folder, schema)
    else initCluster(folder)
  }
  say('starting Postgres')
  const logFile = join(dataDir, 'logs/postgres.log')
  const database = await startPostgres({ folder, port, durable, logFile, recovered })
  try {
    say('applying migrations')
    await applySchema(database, schema)
  } catch (error) {
    await database.stop()
    throw error
  }
  return database
}
