import { spawn } from 'node:child_process'
import { createHash } from 'node:crypto'
import {
  cpSync,
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  utimesSync,
} from 'node:fs'
import { join } from 'node:path'
import { setTimeout as pause } from 'node:timers/promises'
import { AlreadyRunning, takeLock } from '../processes/lock.ts'

const root = join(import.meta.dirname, '../..')
const builds = join(root, '.weft/builds')
const sources = ['src', 'static', 'package-lock.json', 'vite.config.ts', 'tsconfig.json']
const keptBuilds = 3

/** The folder of the built app. It's built when its sources changed since, and kept under their hash. */
export async function ensureBuild(building: () => void = () => undefined): Promise<string> {
  const hash = hashOf(sources)
  const folder = join(builds, hash)
  if (!existsSync(folder)) await build(folder, building)
  const now = new Date()
  utimesSync(folder, now, now)
  return folder
}

async function build(folder: string, building: () => void): Promise<void> {
  const lock = await waitForTurn()
  try {
    // Whoever had the turn before may have made it.
    if (existsSync(folder)) return
    building()
    await runVite()
    const half = `${folder}.${process.pid}`
    cpSync(join(root, 'build'), half, { recursive: true })
    renameSync(half, folder)
    removeOldBuilds()
  } finally {
    lock.release()
  }
}

/** Two builds at once would write into each other's files. */
async function waitForTurn(): Promise<{ release(): void }> {
  mkdirSync(builds, { recursive: true })
  for (;;) {
    try {
      return takeLock(builds)
    } catch (error) {
      if (!(error instanceof AlreadyRunning)) throw error
      await pause(200)
    }
  }
}

function runVite(): Promise<void> {
  return new Promise((resolve, reject) => {
    const vite = spawn(
      process.execPath,
      [join(root, 'node_modules/vite/bin/vite.js'), 'build', '--logLevel', 'warn'],
      {
        cwd: root,
        stdio: ['ignore', 'pipe', 'pipe'],
      },
    )
    let output = ''
    const keep = (chunk: Buffer) => (output = (output + chunk.toString()).slice(-8000))
    vite.stdout.on('data', keep)
    vite.stderr.on('data', keep)
    vite.once('error', reject)
    vite.once('exit', (code) =>
      code === 0
        ? resolve()
        : reject(new Error(`The app could not be built.\n${withoutTrace(output)}`)),
    )
  })
}

/** What vite says about the sources, without the way through vite itself. */
function withoutTrace(output: string): string {
  return (output.split('\n    at ')[0] ?? '').trim()
}

function removeOldBuilds(): void {
  const byAge = readdirSync(builds, { withFileTypes: true })
    .filter((entry) => entry.isDirectory())
    .map((entry) => join(builds, entry.name))
    .sort((a, b) => statSync(b).mtimeMs - statSync(a).mtimeMs)
  for (const old of byAge.slice(keptBuilds)) rmSync(old, { recursive: true, force: true })
}

function hashOf(paths: string[]): string {
  const hash = createHash('sha256')
  for (const path of paths) hashInto(hash, path)
  return hash.digest('hex').slice(0, 16)
}

function hashInto(hash: ReturnType<typeof createHash>, path: string): void {
  const full = join(root, path)
  if (!existsSync(full)) return
  if (statSync(full).isDirectory()) {
    for (const name of readdirSync(full).sort()) hashInto(hash, join(path, name))
  } else {
    hash.update(path).update('\0').update(readFileSync(full)).update('\0')
  }
}
