import { Client } from 'pg'
import { openLoop } from './open-loop.ts'

const READY_FOR_QUERY = 0x5a
const ERROR_RESPONSE = 0x45

/** A message of Postgres' wire protocol: a letter, the length, the content. */
function message(letter: string, ...parts: (string | Buffer)[]): Buffer {
  const content = Buffer.concat(
    parts.map((part) => (typeof part === 'string' ? Buffer.from(`${part}\0`) : part)),
  )
  const head = Buffer.alloc(5)
  head.write(letter)
  head.writeInt32BE(content.length + 4, 1)
  return Buffer.concat([head, content])
}

const int16 = (value: number): Buffer => {
  const bytes = Buffer.alloc(2)
  bytes.writeInt16BE(value)
  return bytes
}

const int32 = (value: number): Buffer => {
  const bytes = Buffer.alloc(4)
  bytes.writeInt32BE(value)
  return bytes
}

/** Runs a prepared statement with text parameters. */
const execution = (statement: string, values: string[]): Buffer =>
  Buffer.concat([
    message(
      'B',
      '',
      statement,
      int16(0),
      int16(values.length),
      ...values.flatMap((value) => [int32(Buffer.byteLength(value)), Buffer.from(value)]),
      int16(0),
    ),
    message('E', '', int32(0)),
    message('S'),
  ])

/** One connection that does one statement after the other. After signing in it speaks the protocol itself, as pgbench does. */
class RawConnection {
  readonly #client: Client
  #answered: PromiseWithResolvers<void> | undefined
  #buffer: Buffer = Buffer.alloc(0)

  private constructor(client: Client) {
    this.#client = client
  }

  static async open(url: string, statements: Record<string, string>): Promise<RawConnection> {
    const client = new Client({ connectionString: url })
    // Taking the socket away from pg, we end it ourselves; pg calls that an error.
    client.on('error', () => undefined)
    await client.connect()
    for (const [name, text] of Object.entries(statements))
      await client.query(`prepare ${name} as ${text}`)
    const connection = new RawConnection(client)
    const socket = connection.#socket
    socket.removeAllListeners('data')
    socket.on('data', (chunk: Buffer) => connection.#read(chunk))
    return connection
  }

  run(statement: string, values: string[]): Promise<void> {
    this.#answered = Promise.withResolvers()
    this.#socket.write(execution(statement, values))
    return this.#answered.promise
  }

  close(): void {
    this.#socket.destroy()
  }

  get #socket() {
    // pg keeps its socket there; its types don't say so.
    return (this.#client as unknown as { connection: { stream: import('node:net').Socket } })
      .connection.stream
  }

  #read(chunk: Buffer): void {
    let buffer = this.#buffer.length === 0 ? chunk : Buffer.concat([this.#buffer, chunk])
    while (buffer.length >= 5) {
      const length = buffer.readInt32BE(1) + 1
      if (buffer.length < length) break
      if (buffer[0] === ERROR_RESPONSE)
        this.#answered?.reject(new Error(buffer.toString('utf8', 5, length)))
      if (buffer[0] === READY_FOR_QUERY) this.#answered?.resolve()
      buffer = buffer.subarray(length)
    }
    this.#buffer = buffer
  }
}

const PAYLOAD = JSON.stringify({
  name: 'Ada Lovelace',
  email: 'ada@example.org',
  amount: 17,
  note: 'x'.repeat(80),
})

const INSERT = {
  bench_insert: `insert into public.bench_pairs (key, payload, status) values ($1, $2, 'running')`,
}

const insert = (connection: RawConnection): Promise<void> =>
  connection.run('bench_insert', [crypto.randomUUID(), PAYLOAD])

/** Makes the table of the yardstick; as superuser. */
export async function preparePairs(client: Client): Promise<void> {
  await client.query(
    `create table if not exists public.bench_pairs (
       id bigint generated always as identity primary key, key uuid not null unique, payload jsonb not null,
       status text not null, finished_at timestamptz
     )`,
  )
}

/**
 * The yardstick: insert and commit, then update the same row and commit, over so many connections, as fast as they go.
 * What a plain, careful program reaches on this Postgres. Answers with pairs per second.
 */
export async function pairsPerSecond(
  url: string,
  connections: number,
  milliseconds: number,
): Promise<number> {
  const statements = {
    ...INSERT,
    bench_update: `update public.bench_pairs set status = 'succeeded', finished_at = now() where key = $1`,
  }
  const open = await Promise.all(
    Array.from({ length: connections }, () => RawConnection.open(url, statements)),
  )
  const startedAt = performance.now()
  const until = startedAt + milliseconds
  let pairs = 0
  await Promise.all(
    open.map(async (connection) => {
      while (performance.now() < until) {
        const key = crypto.randomUUID()
        await connection.run('bench_insert', [key, PAYLOAD])
        await connection.run('bench_update', [key])
        pairs++
      }
      connection.close()
    }),
  )
  return pairs / ((performance.now() - startedAt) / 1000)
}

/** How long one insert with its commit takes alone, in milliseconds, each. */
export async function commitLatencies(url: string, milliseconds: number): Promise<number[]> {
  const connection = await RawConnection.open(url, INSERT)
  const latencies: number[] = []
  const until = performance.now() + milliseconds
  while (performance.now() < until) {
    const startedAt = performance.now()
    await insert(connection)
    latencies.push(performance.now() - startedAt)
  }
  connection.close()
  return latencies
}

/** Raw inserts, each with its commit, due at a fixed rate: the tail that this machine gives to anyone who commits. */
export async function insertLatenciesAt(
  url: string,
  perSecond: number,
  milliseconds: number,
): Promise<number[]> {
  const senders = await Promise.all(
    Array.from({ length: 20 }, () => RawConnection.open(url, INSERT)),
  )
  try {
    return await openLoop({ perSecond, milliseconds, senders, send: insert })
  } finally {
    for (const connection of senders) connection.close()
  }
}
