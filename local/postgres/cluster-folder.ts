import { createHash } from 'node:crypto'
import { chmodSync, existsSync, rmSync } from 'node:fs'
import { join, resolve } from 'node:path'
import { canReach, postgresUser } from './binaries.ts'
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

/** Deletes a data folder and the database that belongs to it. */
export function removeData(dataDir: string): void {
  if (existsSync(dataDir)) rmSync(clusterFolder(dataDir), { recursive: true, force: true })
  rmSync(dataDir, { recursive: true, force: true })
}
