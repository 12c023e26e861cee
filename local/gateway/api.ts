import { Agent, type ServerResponse } from 'node:http'
import { Worker } from 'node:worker_threads'
import type { Keys } from '../keys.ts'
import type { Log } from '../processes/log.ts'
import { forward } from './forward.ts'
import type { Handler } from './gateway.ts'
import type { DatabaseUrls } from './lite-connections.ts'
import { sendJson } from './web-request.ts'

/** What /rest/v1 and /auth/v1 need to know. */
export type ApiSettings = {
  databaseUrls: DatabaseUrls
  keys: Keys
  /** Where links in e-mails lead. */
  appUrl: string
  apiUrl: string
  smtpUrl: string
  mailFrom: string
}

/** The part of the API that @supabase/lite serves. */
export type Api = {
  handle: Handler
  /** For when Postgres was away: connections from before may be stuck. */
  restart(): Promise<void>
  stop(): Promise<void>
}

/** Starts the API's thread and passes requests to it. */
export async function startApi(settings: ApiSettings, log: Log): Promise<Api> {
  const agent = new Agent({ keepAlive: true, maxSockets: 256 })
  let current = await startThread(settings, log, died)
  let stopped = false

  function died(thread: Thread): void {
    if (stopped || thread !== current) return
    current = { ...thread, port: undefined }
    setTimeout(() => void start(), 100)
  }

  let starting: Promise<void> | undefined

  /** One thread at a time: whoever asks meanwhile waits for the same one. */
  function start(): Promise<void> {
    return (starting ??= launch().finally(() => (starting = undefined)))
  }

  async function launch(): Promise<void> {
    if (stopped || current.port) return
    try {
      current = await startThread(settings, log, died)
    } catch (error) {
      log.write('api', `could not start: ${String(error)}\n`)
      setTimeout(() => void start(), 500)
    }
  }

  return {
    handle(incoming, outgoing) {
      const { port } = current
      if (!port) return away(outgoing)
      forward(incoming, outgoing, {
        port,
        path: incoming.url ?? '/',
        agent,
        notUp: () => away(outgoing),
        brokenOff: () => away(outgoing),
      })
    },
    async restart() {
      await starting
      const { worker } = current
      current = { worker, port: undefined }
      await worker.terminate()
      await start()
    },
    async stop() {
      stopped = true
      agent.destroy()
      await starting
      await current.worker.terminate()
    },
  }
}

type Thread = { worker: Worker; port: number | undefined }

function startThread(
  settings: ApiSettings,
  log: Log,
  died: (thread: Thread) => void,
): Promise<Thread> {
  const worker = new Worker(new URL('./api-thread.ts', import.meta.url), {
    workerData: settings,
    execArgv: [],
    stdout: true,
    stderr: true,
  })
  for (const output of [worker.stdout, worker.stderr]) {
    output.on('data', (chunk: Buffer) => log.write('api', chunk.toString()))
  }
  return new Promise((resolve, reject) => {
    worker.once('message', (port: number) => {
      const thread = { worker, port }
      worker.once('exit', () => died(thread))
      resolve(thread)
    })
    worker.on('error', (error) => {
      log.write('api', `${error instanceof Error ? error.stack : String(error)}\n`)
      reject(error instanceof Error ? error : new Error(String(error)))
    })
    worker.once('exit', () => reject(new Error('The API stopped while starting.')))
  })
}

/** As a hosted REST API says it. */
function away(outgoing: ServerResponse): void {
  const body = {
    code: 'PGRST000',
    message: 'Could not connect with the database. Retrying the connection.',
  }
  sendJson(outgoing, 503, body, { 'retry-after': '1' })
}
