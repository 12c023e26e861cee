import { spawn, type ChildProcess } from 'node:child_process'
import { closeSync, openSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { setTimeout as pause } from 'node:timers/promises'
import { portOrFree } from '../processes/ports.ts'
import { postgresEnv, postgresFolder, postgresUser, type RunAs } from './binaries.ts'
import { passwordOf } from './cluster.ts'
import { pidFile, stopLeftOver } from './left-over.ts'

/** The one database of the stack. */
const database = 'postgres'
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

/** Starts Postgres on a cluster; one left over from a parent that was killed is stopped first. */
export async function startPostgres(options: PostgresOptions): Promise<PostgresServer> {
  const data = join(options.folder, 'data')
  const secret = readFileSync(join(options.folder, 'secret'), 'utf8')
  await stopLeftOver(data)
  const port = await portOrFree(options.port, options.moved)
  const running = new RunningPostgres(options, data, port)
  await running.launch()
  const password = (role: string) => passwordOf(role, secret)
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
    await Promise.race([died, untilReady(this.#data, child)])
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
async function untilReady(data: string, child: ChildProcess): Promise<void> {
  for (let waited = 0; waited < 60_000; waited += 10) {
    // It died; its exit is heard elsewhere.
    if (child.exitCode !== null || child.signalCode !== null) break
    const lines = pidFile(data)
    if (lines && Number(lines[0]) === child.pid && lines[7]?.trim() === 'ready') return
    await pause(10)
  }
  throw new Error('Postgres did not become ready within a minute.')
}

function lastLines(file: string): string {
  return readFileSync(file, 'utf8').trimEnd().split('\n').slice(-5).join('\n')
}
