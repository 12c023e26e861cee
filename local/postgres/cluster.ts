import { spawnSync } from 'node:child_process'
import { createHmac, randomBytes } from 'node:crypto'
import { chownSync, mkdirSync, renameSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { postgresEnv, postgresFolder, postgresUser } from './binaries.ts'

/** The cluster's superuser; as hosted, "postgres" itself is none. */
export const superuser = 'supabase_admin'

/** A role's password: made from the cluster's secret, so that it needs no storing. */
export function passwordOf(role: string, secret: string): string {
  return createHmac('sha256', secret).update(role).digest('hex')
}

/** Makes a new cluster: whole or, if it's interrupted, not at all. */
export function initCluster(folder: string, durable = true): void {
  const user = postgresUser()
  mkdirSync(folder, { recursive: true, mode: 0o711 })
  const secret = randomBytes(32).toString('hex')
  writeFileSync(join(folder, 'secret'), secret, { mode: 0o600 })
  const half = join(folder, 'half')
  rmSync(half, { recursive: true, force: true })
  mkdirSync(half, { mode: 0o700 })
  const passwordFile = join(folder, 'password')
  writeFileSync(passwordFile, passwordOf(superuser, secret), { mode: 0o600 })
  if (user) for (const path of [half, passwordFile]) chownSync(path, user.uid, user.gid)
  try {
    runInitdb(half, passwordFile, durable)
  } finally {
    rmSync(passwordFile, { force: true })
  }
  const data = join(folder, 'data')
  rmSync(data, { recursive: true, force: true })
  renameSync(half, data)
}

function runInitdb(data: string, passwordFile: string, durable: boolean): void {
  const options = {
    pgdata: data,
    username: superuser,
    auth: 'scram-sha-256',
    pwfile: passwordFile,
    encoding: 'UTF8',
    'locale-provider': 'builtin',
    locale: 'C.UTF-8',
  }
  const args = Object.entries(options).map(([name, value]) => `--${name}=${value}`)
  const { status, stderr, error } = spawnSync(
    join(postgresFolder(), 'bin/initdb'),
    durable ? args : [...args, '--no-sync'],
    { ...postgresUser(), cwd: '/', env: postgresEnv(), encoding: 'utf8' },
  )
  if (status === 0) return
  const said = (stderr || error?.message || '').trim()
  const hint = said.includes('could not look up effective user ID')
    ? '\nPostgres runs only as a user that has a name: give this one an entry in /etc/passwd.'
    : ''
  throw new Error(`Postgres could not make its data folder: ${said}${hint}`)
}
