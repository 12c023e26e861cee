import { spawnSync } from 'node:child_process'
import { createHash } from 'node:crypto'
import { existsSync, mkdirSync, readdirSync, renameSync, rmSync, statSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { applySchema, schemaHash, type Schema } from './migrate.ts'
import { initCluster } from './cluster.ts'
import { startPostgres } from './server.ts'

const twoDaysMs = 2 * 24 * 3600 * 1000

/** Makes a cluster that has the schema already, by copying one that was made before: about 0.2 s instead of 3 s. */
export async function copyTemplate(schema: Schema, folder: string): Promise<void> {
  const template = await ensureTemplate(schema)
  const copied = spawnSync('cp', ['-a', template, folder], { encoding: 'utf8' })
  if (copied.status !== 0)
    throw new Error(`The template database could not be copied: ${copied.stderr}`)
}

async function ensureTemplate(schema: Schema): Promise<string> {
  const folder = templatesFolder()
  // Migrations make partitions for the days around today, so yesterday's template is not today's.
  const today = new Date().toISOString().slice(0, 10)
  const name = createHash('sha256')
    .update(`${schemaHash(schema)} ${today} 4`)
    .digest('hex')
    .slice(0, 16)
  const template = join(folder, name)
  if (existsSync(template)) return template
  const half = join(folder, `${name}.${process.pid}`)
  try {
    initCluster(half, false)
    const server = await startPostgres({
      folder: half,
      port: 0,
      durable: false,
      logFile: join(half, 'log'),
    })
    try {
      await applySchema(server, schema)
    } finally {
      await server.stop()
    }
    renameSync(half, template)
  } catch (error) {
    rmSync(half, { recursive: true, force: true })
    // Somebody else made it meanwhile: theirs is as good.
    if (!existsSync(template)) throw error
  }
  removeOld(folder)
  return template
}

/** A folder of this user's own: what lies in it will be run as this user's database. */
function templatesFolder(): string {
  const user = process.getuid?.() ?? 0
  const folder = join(tmpdir(), `weft-templates-${user}`)
  mkdirSync(folder, { recursive: true, mode: 0o711 })
  if (statSync(folder).uid !== user)
    throw new Error(`${folder} belongs to somebody else; remove it or set TMPDIR.`)
  return folder
}

function removeOld(folder: string): void {
  for (const name of readdirSync(folder)) {
    const path = join(folder, name)
    const age = Date.now() - (statSync(path, { throwIfNoEntry: false })?.mtimeMs ?? Date.now())
    if (age > twoDaysMs) rmSync(path, { recursive: true, force: true })
  }
}
