import { spawn } from 'node:child_process'
import { chmodSync, chownSync, existsSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { connect } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { freePort } from '../../local/processes/ports.ts'
import { at, type Pooler } from './transaction-pooler.ts'

/** Where Debian and Homebrew put it. */
const PLACES = [
  '/usr/sbin/pgbouncer',
  '/usr/bin/pgbouncer',
  '/usr/local/bin/pgbouncer',
  '/opt/homebrew/bin/pgbouncer',
]

/** The real thing, where it's installed. */
export const pgbouncer = PLACES.find(existsSync)

/** As Postgres, it doesn't run as root. */
const NOBODY = { uid: 65_534, gid: 65_534 }

/** pgbouncer in transaction mode before a database, with so many connections to it. */
export async function startPgbouncer(
  binary: string,
  databaseUrl: string,
  size: number,
): Promise<Pooler> {
  const folder = mkdtempSync(join(tmpdir(), 'weft-pgbouncer-'))
  const { hostname, port: databasePort, username, password, pathname } = new URL(databaseUrl)
  const port = await freePort()
  const users = join(folder, 'users.txt')
  const settings = join(folder, 'pgbouncer.ini')
  writeFileSync(users, `"${decodeURIComponent(username)}" "${decodeURIComponent(password)}"\n`)
  writeFileSync(
    settings,
    `[databases]
${pathname.slice(1)} = host=${hostname} port=${databasePort}
[pgbouncer]
listen_addr = 127.0.0.1
listen_port = ${port}
unix_socket_dir =
auth_type = scram-sha-256
auth_file = ${users}
pool_mode = transaction
default_pool_size = ${size}
max_client_conn = 200
`,
  )
  const isRoot = process.getuid?.() === 0
  if (isRoot) for (const one of [folder, users, settings]) chownSync(one, NOBODY.uid, NOBODY.gid)
  else chmodSync(users, 0o600)
  const child = spawn(binary, [settings], {
    stdio: ['ignore', 'pipe', 'pipe'],
    ...(isRoot ? NOBODY : {}),
  })
  let output = ''
  for (const stream of [child.stdout, child.stderr])
    stream.on('data', (chunk: Buffer) => (output += chunk.toString()))
  const stop = async () => {
    if (child.exitCode === null && child.signalCode === null) {
      const gone = new Promise((done) => child.once('exit', done))
      child.kill('SIGKILL')
      await gone
    }
    rmSync(folder, { recursive: true, force: true })
  }
  for (let attempt = 0; !(await isOpen(port)); attempt++) {
    if (attempt > 100) {
      await stop()
      throw new Error(`pgbouncer did not start: ${output}`)
    }
    await new Promise((done) => setTimeout(done, 50))
  }
  return { name: 'pgbouncer', url: (to) => at(to, port), offences: [], stop }
}

const isOpen = (port: number): Promise<boolean> =>
  new Promise((answer) => {
    const socket = connect(port, '127.0.0.1')
    socket.on('connect', () => {
      socket.destroy()
      answer(true)
    })
    socket.on('error', () => answer(false))
  })
