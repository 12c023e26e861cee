import { createServer, type AddressInfo, type Socket } from 'node:net'
import pg from 'pg'

/** What stands between the functions and Postgres, lending a connection for one transaction at a time. */
export interface Pooler {
  name: string
  /** The database's address through it. */
  url(databaseUrl: string): string
  /** What was sent that needs a session, and so would fail or leak behind any transaction pooler. */
  offences: string[]
  stop(): Promise<void>
}

const SSL_REQUEST = 80_877_103
const CANCEL_REQUEST = 80_877_102
const IN_NO_TRANSACTION = 'I'.charCodeAt(0)

/** Statements whose effect outlives their transaction. */
const OF_A_SESSION =
  /(^|;)\s*(listen|prepare|declare|discard)\b|(^|;)\s*set\s+(?!local\b)|set_config\([^)]*,\s*false\s*\)|create\s+temp|pg_(try_)?advisory_lock/i

const message = (type: string, body: Buffer): Buffer => {
  const head = Buffer.alloc(5)
  head.write(type)
  head.writeInt32BE(body.length + 4, 1)
  return Buffer.concat([head, body])
}

const GREETING = Buffer.concat([
  message('R', Buffer.alloc(4)),
  ...Object.entries({
    server_version: '17.0',
    client_encoding: 'UTF8',
    DateStyle: 'ISO, MDY',
    standard_conforming_strings: 'on',
    integer_datetimes: 'on',
  }).map(([name, value]) => message('S', Buffer.from(`${name}\0${value}\0`))),
  message('K', Buffer.alloc(8)),
  message('Z', Buffer.from('I')),
])

/** Cuts a stream of bytes into whole messages. */
class Frames {
  #rest: Buffer = Buffer.alloc(0)
  #hasType: boolean

  /** The first message of a client has no type. */
  constructor(hasType: boolean) {
    this.#hasType = hasType
  }

  *of(chunk: Buffer): Generator<Buffer> {
    this.#rest = this.#rest.length === 0 ? chunk : Buffer.concat([this.#rest, chunk])
    for (;;) {
      const type = this.#hasType ? 1 : 0
      if (this.#rest.length < type + 4) return
      const length = type + this.#rest.readInt32BE(type)
      if (this.#rest.length < length) return
      const frame = this.#rest.subarray(0, length)
      this.#rest = this.#rest.subarray(length)
      yield frame
    }
  }

  startupIsOver(): void {
    this.#hasType = true
  }
}

/** A connection to Postgres, logged in and then driven byte by byte. */
class Server {
  readonly socket: Socket
  #told: (frame: Buffer) => void = () => undefined

  private constructor(socket: Socket) {
    this.socket = socket
    const frames = new Frames(true)
    socket.on('data', (chunk: Buffer) => {
      for (const frame of frames.of(chunk)) this.#told(frame)
    })
    socket.on('error', () => socket.destroy())
  }

  static async open(databaseUrl: string): Promise<Server> {
    const client = new pg.Client({ connectionString: databaseUrl })
    await client.connect()
    // node-postgres has logged in; from here on its socket is ours. It isn't in its types.
    const { stream } = (client as unknown as { connection: { stream: Socket } }).connection
    stream.removeAllListeners()
    return new Server(stream)
  }

  lendTo(told: (frame: Buffer) => void): void {
    this.#told = told
  }
}

/**
 * A transaction pooler in small: clients get a connection at their first message and lose it when Postgres says that
 * the transaction is over. Stricter than the real ones: connections go round, so that whoever counts on getting the
 * same one again is wrong nearly always; and it notes what would need a session.
 */
export async function startTransactionPooler(databaseUrl: string, size: number): Promise<Pooler> {
  const offences: string[] = []
  const all = await Promise.all(Array.from({ length: size }, () => Server.open(databaseUrl)))
  const free = [...all]
  const waiting: ((server: Server) => void)[] = []
  const clients = new Set<Socket>()

  const take = (): Promise<Server> => {
    const server = free.shift()
    return server === undefined ? new Promise((got) => waiting.push(got)) : Promise.resolve(server)
  }
  const giveBack = (server: Server): void => {
    const next = waiting.shift()
    if (next === undefined) free.push(server)
    else next(server)
  }

  function serve(client: Socket): void {
    let server: Server | undefined
    let isTaking = false
    let held: Buffer[] = []
    /** Answers that Postgres still owes: one for each query and each sync. */
    let owed = 0
    const frames = new Frames(false)
    let isGreeted = false

    const fromServer = (frame: Buffer): void => {
      client.write(frame)
      if (frame[0] !== 'Z'.charCodeAt(0)) return
      owed -= 1
      if (owed > 0 || frame[5] !== IN_NO_TRANSACTION || server === undefined) return
      const done = server
      server = undefined
      done.lendTo(() => undefined)
      giveBack(done)
    }
    const toServer = (frame: Buffer): void => {
      const type = String.fromCharCode(frame[0] ?? 0)
      note(type, frame)
      if (type === 'Q' || type === 'S') owed += 1
      if (server !== undefined) return void server.socket.write(frame)
      held.push(frame)
      if (isTaking) return
      isTaking = true
      void take().then((taken) => {
        isTaking = false
        server = taken
        taken.lendTo(fromServer)
        for (const one of held) taken.socket.write(one)
        held = []
      })
    }
    client.on('data', (chunk: Buffer) => {
      for (const frame of frames.of(chunk)) {
        if (isGreeted) {
          if (frame[0] === 'X'.charCodeAt(0)) client.end()
          else toServer(frame)
          continue
        }
        const code = frame.readInt32BE(4)
        if (code === SSL_REQUEST) client.write('N')
        else if (code === CANCEL_REQUEST) client.end()
        else {
          isGreeted = true
          frames.startupIsOver()
          client.write(GREETING)
        }
      }
    })
    client.on('error', () => client.destroy())
    client.on('close', () => {
      clients.delete(client)
      if (server === undefined) return
      // Gone in the middle of a transaction: it mustn't go on, nor be anybody else's.
      const left = server
      server = undefined
      left.lendTo(() => undefined)
      left.socket.destroy()
      void Server.open(databaseUrl).then((fresh) => {
        all.splice(all.indexOf(left), 1, fresh)
        giveBack(fresh)
      })
    })
  }

  function note(type: string, frame: Buffer): void {
    if (type !== 'Q' && type !== 'P') return
    const [first = '', second = ''] = frame.subarray(5).toString().split('\0')
    if (type === 'P' && first !== '') offences.push(`prepared statement ${first}`)
    const text = type === 'P' ? second : first
    if (OF_A_SESSION.test(text)) offences.push(text)
  }

  const listener = createServer((client) => {
    clients.add(client)
    serve(client)
  })
  await new Promise<void>((done) => listener.listen(0, '127.0.0.1', done))
  const { port } = listener.address() as AddressInfo
  return {
    name: 'our own',
    offences,
    url: (to) => at(to, port),
    async stop() {
      for (const client of clients) client.destroy()
      await new Promise((done) => listener.close(done))
      for (const server of all) server.socket.destroy()
    },
  }
}

/** A database's address at another port of this machine. */
export function at(databaseUrl: string, port: number): string {
  const url = new URL(databaseUrl)
  url.hostname = '127.0.0.1'
  url.port = String(port)
  return url.href
}
