import { spawn, spawnSync, type ChildProcess } from 'node:child_process'
import {
  chownSync,
  closeSync,
  existsSync,
  mkdirSync,
  openSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from 'node:fs'
import { createHmac, randomBytes } from 'node:crypto'
import { join } from 'node:path'
import { setTimeout as pause } from 'node:timers/promises'
import { portOrFree } from '../processes/ports.ts'
import { isAlive } from '../processes/lock.ts'
import { postgresFolder, postgresUser, type RunAs } from './binaries.ts'

/** The one database of the stack. */
const database = 'postgres'
/** The cluster's superuser; as hosted, "postgres" itself is none. */
export const superuser = 'supabase_admin'

/** A running Postgres. */
export type PostgresServer = {
  readonly port: number
  readonly pid: number
  /** The address for a login role. */
  url(role: string): string
  /** A role's password: made from the cluster's secret, so that it needs no storing. */
  password(role: string): string
  stop(): Promise<void>
}

/** How to start Postgres. */
export type PostgresOptions = {
  /** Holds data/ and the cluster's secret. */
  folder: string
  port: number
  /** Whether a commit survives the machine's power cut. Only tests may say no. */
  durable: boolean
  logFile: string
  moved?: (port: number) => void
  /** Told when Postgres died and is up again: connections from before are dead. */
  recovered?: () => void
}

const settings = {
  listen_addresses: '127.0.0.1',
  unix_socket_directories: '',
  max_connections: '200',
  shared_buffers: '256MB',
  max_wal_size: '2GB',
  checkpoint_timeout: '15min',
  // Broadcasts and pools close and open often: parallel plans and JIT only cost here.
  jit: 'off',
  timezone: 'UTC',
  log_timezone: 'UTC',
  password_encryption: 'scram-sha-256',
  log_min_messages: 'warning',
}

/** Makes a new cluster in an empty folder. */
export function initCluster(folder: string): void {
  const user = postgresUser()
  mkdirSync(folder, { recursive: true, mode: 0o711 })
  const secret = randomBytes(32).toString('hex')
  writeFileSync(join(folder, 'secret'), secret, { mode: 0o600 })
  const data = join(folder, 'data')
  rmSync(data, { recursive: true, force: true })
  mkdirSync(data, { mode: 0o700 })
  const passwordFile = join(data, '..', `password.${process.pid}`)
  writeFileSync(passwordFile, roleSecret(secret, superuser), { mode: 0o600 })
  if (user) for (const path of [data, passwordFile]) chownSync(path, user.uid, user.gid)
  const made = spawnSync(
    join(postgresFolder(), 'bin/initdb'),
    [
      '-D',
      data,
      '-U',
      superuser,
      '-A',
      'scram-sha-256',
      `--pwfile=${passwordFile}`,
      '-E',
      'UTF8',
      '--locale-provider=builtin',
      '--locale=C.UTF-8',
      '--no-sync',
    ],
    { ...user, cwd: '/', env: postgresEnv(), encoding: 'utf8' },
  )
  rmSync(passwordFile, { force: true })
  if (made.status !== 0) {
    rmSync(data, { recursive: true, force: true })
    const said = made.stderr || made.error?.message || ''
    const hint = said.includes('could not look up effective user ID')
      ? 'Postgres runs only as a user that has a name: give this one an entry in /etc/passwd.'
      : ''
    throw new Error(`Postgres could not make its data folder: ${said.trim()}\n${hint}`.trim())
  }
}

/** Starts Postgres on a cluster; one left over from a parent that was killed is stopped first. */
export async function startPostgres(options: PostgresOptions): Promise<PostgresServer> {
  const data = join(options.folder, 'data')
  const secret = readFileSync(join(options.folder, 'secret'), 'utf8')
  await stopLeftOver(data)
  const port = await portOrFree(options.port, options.moved)
  const running = new RunningPostgres(options, data, port)
  await running.launch()
  const password = (role: string) => roleSecret(secret, role)
  return {
    port,
    get pid() {
      return running.pid
    },
    password,
    url: (role) => `postgresql://${role}:${password(role)}@127.0.0.1:${port}/${database}`,
    stop: () => running.stop(),
  }
}

function roleSecret(secret: string, role: string): string {
  return createHmac('sha256', secret).update(role).digest('hex')
}

/** What Postgres needs to know of our environment: nothing of it may change how it behaves. */
function postgresEnv(): Record<string, string> {
  return { PATH: process.env.PATH ?? '', LC_ALL: 'C', TZ: 'UTC' }
}

class RunningPostgres {
  pid = 0
  #options: PostgresOptions
  #data: string
  #port: number
  #process: ChildProcess | undefined
  #guard: ChildProcess | undefined
  #stopping = false

  constructor(options: PostgresOptions, data: string, port: number) {
    this.#options = options
    this.#data = data
    this.#port = port
  }

  /** Resolves when connections are accepted; a death after that is answered with a new start. */
  async launch(): Promise<void> {
    const user = postgresUser()
    const log = openSync(this.#options.logFile, 'a', 0o600)
    const child = spawn(join(postgresFolder(), 'bin/postgres'), this.#arguments(), {
      ...user,
      cwd: '/',
      env: postgresEnv(),
      detached: true,
      stdio: ['ignore', log, log],
    })
    closeSync(log)
    this.#process = child
    let up = false
    const died = new Promise<never>((_, reject) => {
      child.once('error', reject)
      child.once('exit', (code, signal) => {
        if (up) void this.#recover()
        else
          reject(
            new Error(
              `Postgres stopped while starting (${signal ?? code}). ${lastLines(this.#options.logFile)}`,
            ),
          )
      })
    })
    if (!child.pid) return died
    this.pid = child.pid
    this.#guard = guardPostgres(child.pid, user)
    await Promise.race([died, untilReady(this.#data, child.pid)])
    up = true
  }

  async stop(): Promise<void> {
    this.#stopping = true
    const child = this.#process
    if (child?.pid && child.exitCode === null && child.signalCode === null) {
      const gone = new Promise((resolve) => child.once('exit', resolve))
      // "Fast": rolls back what's open, writes a checkpoint, leaves cleanly.
      child.kill('SIGINT')
      const late = setTimeout(() => child.kill('SIGQUIT'), 20_000)
      await gone
      clearTimeout(late)
    }
    this.#endGuard()
  }

  /** Someone killed Postgres: start it again on the same port, as often as it takes. */
  async #recover(): Promise<void> {
    for (let tries = 0; !this.#stopping; tries++) {
      this.#endGuard()
      await pause(Math.min(5000, 100 * 2 ** tries))
      if (this.#stopping) return
      try {
        await this.launch()
        return this.#options.recovered?.()
      } catch (error) {
        writeFileSync(this.#options.logFile, `${(error as Error).message}\n`, { flag: 'a' })
      }
    }
  }

  #endGuard(): void {
    this.#guard?.kill('SIGKILL')
    this.#guard = undefined
  }

  #arguments(): string[] {
    // Without fsync a commit still survives the death of any process, just not the machine's.
    const speed = this.#options.durable ? {} : { fsync: 'off', full_page_writes: 'off' }
    const all = { ...settings, ...speed, port: String(this.#port) }
    return [
      '-D',
      this.#data,
      ...Object.entries(all).flatMap(([name, value]) => ['-c', `${name}=${value}`]),
    ]
  }
}

/** Postgres doesn't notice when its parent dies. This small process does, and asks it to stop. */
function guardPostgres(pid: number, user: RunAs): ChildProcess {
  const guard = spawn('/bin/sh', ['-c', 'cat >/dev/null; kill -INT "$1"', 'sh', String(pid)], {
    ...user,
    cwd: '/',
    detached: true,
    stdio: ['pipe', 'ignore', 'ignore'],
  })
  // Its pipe breaks when we end it ourselves.
  guard.stdin?.on('error', () => undefined)
  return guard
}

/** Postgres writes its state into its pid file; asking there costs no failed logins in its log. */
async function untilReady(data: string, pid: number): Promise<void> {
  for (let waited = 0; waited < 60_000; waited += 10) {
    const lines = pidFile(data)
    if (lines && Number(lines[0]) === pid && lines[7]?.trim() === 'ready') return
    await pause(10)
  }
  throw new Error('Postgres did not become ready within a minute.')
}

function pidFile(data: string): string[] | undefined {
  const file = join(data, 'postmaster.pid')
  return existsSync(file) ? readFileSync(file, 'utf8').split('\n') : undefined
}

/** After a kill -9 of its parent Postgres may live on: it's asked to stop, then made to. */
export async function stopLeftOver(data: string): Promise<void> {
  const pid = Number(pidFile(data)?.[0])
  if (!pid || !isAlive(pid) || !isPostgresOf(pid, data)) return
  for (const [signal, patienceMs] of [
    ['SIGINT', 8000],
    ['SIGQUIT', 4000],
    ['SIGKILL', 2000],
  ] as const) {
    process.kill(pid, signal)
    for (let waited = 0; waited < patienceMs; waited += 20) {
      if (!isAlive(pid)) return
      await pause(20)
    }
  }
  throw new Error(`An older Postgres (process ${pid}) holds ${data} and does not stop.`)
}

/** The number in a stale pid file may belong to anything by now. */
function isPostgresOf(pid: number, data: string): boolean {
  const file = `/proc/${pid}/cmdline`
  return (
    !existsSync('/proc/self') || (existsSync(file) && readFileSync(file, 'utf8').includes(data))
  )
}

function lastLines(file: string): string {
  return readFileSync(file, 'utf8').trimEnd().split('\n').slice(-5).join('\n')
}
