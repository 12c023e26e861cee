import type { IncomingMessage, Server } from 'node:http'
import type { Duplex } from 'node:stream'
import pg from 'pg'
import { WebSocketServer, type WebSocket } from 'ws'
import { CLOSE } from '#lib/builder/session/wire.ts'
import { onAccessChange } from './access-changes.ts'
import { accessOf, personOf, tokenOf } from './access.ts'
import { Connection } from './connection.ts'
import { announce, withdraw } from './documents.ts'
import { Rooms } from './rooms.ts'

export interface SyncOptions {
  /** Postgres as role weft_app. */
  databaseUrl: string
  supabaseUrl: string
  anonKey: string
  /** The address people use, when a proxy in front changes the Host header; ORIGIN of the environment when not given. */
  origin?: string | undefined
}

const PATH = /^\/sync\/([0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12})$/
const MOST_MESSAGE_BYTES = 4 * 1024 * 1024
const RECHECK_MS = 5_000
const PING_MS = 20_000
/** A session that was ended elsewhere is noticed at the latest after this. */
const REVERIFY_MS = 300_000

/** Serves co-editing on an http server: websockets at /sync/<workflow id>. Everything else on it is left alone. */
export function attachSyncServer(
  server: Pick<Server, 'on' | 'off' | 'listenerCount'>,
  options: SyncOptions,
): { close(): Promise<void> } {
  const db = new pg.Pool({ connectionString: options.databaseUrl, max: 5 })
  db.on('error', (problem) => console.error('The sync server lost a database connection.', problem))
  const rooms = new Rooms(db)
  const door = new WebSocketServer({ noServer: true, maxPayload: MOST_MESSAGE_BYTES })
  const connections = new Map<Connection, { verifiedAt: number }>()
  announce(rooms)

  const onUpgrade = (request: IncomingMessage, socket: Duplex, head: Buffer): void => {
    // What isn't an address is nobody's.
    const url = URL.parse(request.url ?? '/', 'http://localhost')
    const workflow = PATH.exec(url?.pathname ?? '')?.[1]
    if (url === null || workflow === undefined) {
      // Nobody else listens for upgrades: an unanswered one would hang.
      if (server.listenerCount('upgrade') === 1) socket.destroy()
      return
    }
    door.handleUpgrade(request, socket, head, (opened) => {
      // Browsers can't read why a handshake failed, so everyone gets in as far as the door and is told there.
      admit(opened, request, url, workflow).catch((problem: unknown) => {
        console.error('A person could not be let into a draft.', problem)
        refuse(opened, CLOSE.closing)
      })
    })
  }

  async function admit(
    socket: WebSocket,
    request: IncomingMessage,
    url: URL,
    workflow: string,
  ): Promise<void> {
    // The browser speaks first and at once; until the person is known, its words wait.
    socket.pause()
    socket.on('error', (problem) => console.error('A co-editing socket failed.', problem.message))
    const token = isSameSite(request, options.origin ?? process.env['ORIGIN'])
      ? await tokenOf(request, url)
      : null
    const person = token === null ? null : await personOf(token, options, db)
    if (token === null || person === null) return refuse(socket, CLOSE.signedOut)
    if (person.until <= Date.now()) return refuse(socket, CLOSE.sessionExpired)
    const [access] = await accessOf(db, [{ person: person.id, workflow }])
    if (!access) return refuse(socket, CLOSE.noAccess)
    const room = await rooms.enter({ workflow, workspace: access.workspace })
    const connection = new Connection(socket, { person, token, access }, room)
    connections.set(connection, { verifiedAt: Date.now() })
    const leave = (): void => {
      connection.leave()
      connections.delete(connection)
      rooms.left(room)
    }
    socket.on('close', leave)
    socket.resume()
    // Gone again while the question who it is was open.
    if (socket.readyState === socket.CLOSED) leave()
  }

  /** Roles change, people are removed, sessions end: all of it reaches those who are in already. */
  async function recheck(): Promise<void> {
    const present = [...connections.keys()]
    if (present.length === 0) return
    const answers = await accessOf(
      db,
      present.map(({ person, room }) => ({ person: person.id, workflow: room.draft.workflow })),
    )
    for (const [index, connection] of present.entries()) {
      const access = answers[index]
      if (!access) {
        connection.close(CLOSE.noAccess)
        continue
      }
      connection.allow(access)
      // Not waited for: a slow auth server mustn't keep anybody in.
      reverify(connection).catch((problem: unknown) =>
        console.error('A session could not be checked.', problem),
      )
    }
  }

  async function reverify(connection: Connection): Promise<void> {
    if (connection.person.until <= Date.now()) return connection.close(CLOSE.sessionExpired)
    const state = connections.get(connection)
    if (!state || Date.now() - state.verifiedAt < REVERIFY_MS) return
    state.verifiedAt = Date.now()
    if (!(await personOf(connection.token, options, db))) connection.close(CLOSE.signedOut)
  }

  let checking: Promise<void> | undefined
  let checkAgain = false
  /** One check at a time; what's wanted meanwhile is one more after it. */
  function check(): void {
    checkAgain = checking !== undefined
    checking ??= recheck()
      .catch((problem: unknown) => console.error('Roles could not be checked.', problem))
      .finally(() => {
        checking = undefined
        if (checkAgain) check()
      })
  }

  const changes = onAccessChange(options.databaseUrl, check)
  const rechecking = setInterval(check, RECHECK_MS)
  const pinging = setInterval(() => {
    for (const connection of connections.keys()) connection.ping()
  }, PING_MS)
  rechecking.unref()
  pinging.unref()
  server.on('upgrade', onUpgrade)

  return {
    async close() {
      server.off('upgrade', onUpgrade)
      clearInterval(rechecking)
      clearInterval(pinging)
      await changes.close()
      for (const connection of connections.keys()) connection.close(CLOSE.closing)
      await rooms.close()
      withdraw(rooms)
      door.close()
      await db.end()
    },
  }
}

function refuse(socket: WebSocket, code: number): void {
  // A paused socket would not hear the other side agree to the closing.
  socket.resume()
  socket.close(code)
}

/** A page of another site may not use this site's cookie; programs send no origin and bring a token of their own. */
function isSameSite(request: IncomingMessage, origin: string | undefined): boolean {
  const from = request.headers.origin
  if (from === undefined || from === origin) return true
  return URL.canParse(from) && new URL(from).host === request.headers.host
}
