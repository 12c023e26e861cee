import { createHash } from 'node:crypto'
import { chmodSync, existsSync, rmSync } from 'node:fs'
import { join, resolve } from 'node:path'
import { canReach, postgresUser } from './binaries.ts'
import { stopLeftOver } from './left-over.ts'
import { sharedFolder } from './shared-folder.ts'

/** Where the database of a data folder lies: inside of it, unless Postgres's user may not get there. */
export function clusterFolder(dataDir: string): string {
  const user = postgresUser()
  // Postgres's own user passes through; what is secret in the folder has its own mode.
  if (user) chmodSync(dataDir, 0o711)
  const inside = join(dataDir, 'postgres')
  if (existsSync(inside) || canReach(dataDir, user)) return inside
  const name = createHash('sha256').update(resolve(dataDir)).digest('hex').slice(0, 12)
  return join(sharedFolder(), `data-${name}`)
}

/** Deletes what a stack kept in its data folder: the database, keys, mail and logs. Nothing may run on it any more. */
export async function removeData(dataDir: string): Promise<void> {
  if (!existsSync(dataDir)) return
  const cluster = clusterFolder(dataDir)
  await stopLeftOver(join(cluster, 'data'))
  for (const path of [
    cluster,
    ...['keys.json', 'mail.jsonl', 'logs'].map((name) => join(dataDir, name)),
  ]) {
    rmSync(path, { recursive: true, force: true })
  }
}
