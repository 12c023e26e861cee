import { mkdirSync } from 'node:fs'
import { join } from 'node:path'
import { functionSettings } from './functions/settings.ts'
import { startFunctions } from './functions/start-functions.ts'
import { startApi } from './gateway/api.ts'
import { functionsProxy } from './gateway/functions-proxy.ts'
import { startGateway } from './gateway/gateway.ts'
import { ensureKeys } from './keys.ts'
import { mailboxPage } from './mail/mailbox-page.ts'
import { openMailbox } from './mail/mailbox.ts'
import { startSmtpServer } from './mail/smtp-server.ts'
import { superuser } from './postgres/cluster.ts'
import type { Schema } from './postgres/migrate.ts'
import { openDatabase } from './postgres/open-database.ts'
import { takeLock } from './processes/lock.ts'
import { openLog } from './processes/log.ts'
import { holdPort } from './processes/ports.ts'
import { startRealtime } from './realtime/realtime.ts'

/** How to start the embedded system. */
export type StackOptions = {
  /** Where it keeps everything: the database, its keys, received mail and logs. */
  dataDir: string
  /** 0 means any free port; a taken one moves to a free one. */
  ports?: { gateway?: number; app?: number; database?: number }
  /** Whether the functions are served. */
  functions?: boolean
  /** How many long-lived workers run. */
  worker?: number
  /** host[:port] that the HTTP node may call although they're private. */
  allowPrivateHosts?: string[]
  /** Told in a few words what's being done at the moment. */
  log?: (line: string) => void
  /** Told what is out of the ordinary, such as a port that was taken. */
  note?: (line: string) => void
  /** Shows the processes' own output as well. */
  output?: (line: string) => void
  /** Whether a commit survives the machine's power cut; only tests may say no. */
  durable?: boolean
  /** The folder with migrations, functions and config.toml. */
  supabaseFolder?: string
  /** Makes the first database; tests copy one. */
  makeCluster?: (folder: string, schema: Schema) => Promise<void> | void
}

/** The running embedded system. */
export type Stack = {
  dataDir: string
  apiUrl: string
  appUrl: string
  anonKey: string
  serviceRoleKey: string
  jwtSecret: string
  /** As superuser: for tests only. */
  databaseUrl: string
  engineDatabaseUrl: string
  appDatabaseUrl: string
  /** Deno directly, without the gateway: <functionsUrl>/<name>/… */
  functionsUrl: string
  mailboxUrl: string
  smtpUrl: string
  /** What the app's process needs in its environment. */
  env: Record<string, string>
  functionsEnv: Record<string, string>
  readonly processes: { name: string; pid: number }[]
  /** Lets go of the app's port, held since the start: to be called right before the app is served. */
  releaseAppPort(): Promise<void>
  restartFunctions(): Promise<void>
  stop(): Promise<void>
}

const mailFrom = 'Weft <weft@weft.example>'
const root = join(import.meta.dirname, '..')

/** Starts Postgres, the API, realtime, mail and the functions; what was started is stopped again if a part fails. */
export async function startStack(options: StackOptions): Promise<Stack> {
  const undo: (() => Promise<unknown> | unknown)[] = []
  let stopped: Promise<void> | undefined
  const stop = () => (stopped ??= runBackwards(undo))
  try {
    return await start(options, undo, stop)
  } catch (error) {
    await stop()
    throw error
  }
}

async function runBackwards(undo: (() => Promise<unknown> | unknown)[]): Promise<void> {
  for (const step of undo.toReversed()) await step()
}

async function start(
  options: StackOptions,
  undo: (() => unknown)[],
  stop: () => Promise<void>,
): Promise<Stack> {
  const {
    dataDir,
    ports = {},
    supabaseFolder = join(root, 'supabase'),
    log: say = () => undefined,
    note = () => undefined,
  } = options
  mkdirSync(dataDir, { recursive: true })
  const lock = takeLock(dataDir)
  undo.push(() => lock.release())
  const log = openLog(join(dataDir, 'logs'), options.output)
  undo.push(() => log.close())
  const keys = await ensureKeys(dataDir)

  // Both are named in settings long before they're served: until then nobody else may take them.
  const heldGateway = await holdPort(ports.gateway ?? 54321, (port) =>
    note(`port ${ports.gateway ?? 54321} is taken, the API moves to ${port}`),
  )
  const gatewayPort = heldGateway.port
  undo.push(() => heldGateway.release())
  const heldPort = await holdPort(ports.app ?? 3000, (port) =>
    note(`port ${ports.app ?? 3000} is taken, the app moves to ${port}`),
  )
  const appPort = heldPort.port
  undo.push(() => heldPort.release())
  const apiUrl = `http://127.0.0.1:${gatewayPort}`
  const appUrl = `http://localhost:${appPort}`

  let recovered = (): void => undefined
  const database = await openDatabase({
    dataDir,
    supabaseFolder,
    port: ports.database ?? 54322,
    durable: options.durable ?? true,
    makeCluster: options.makeCluster,
    say,
    recovered: () => recovered(),
  })
  undo.push(() => database.stop())

  const mailbox = openMailbox(join(dataDir, 'mail.jsonl'))
  const smtp = await startSmtpServer(mailbox, 0)
  undo.push(() => smtp.stop())
  const smtpUrl = `smtp://127.0.0.1:${smtp.port}`

  const allowPrivateHosts = options.allowPrivateHosts ?? []
  const functionsEnv = functionSettings({
    apiUrl,
    appUrl,
    keys,
    database,
    smtpUrl,
    mailFrom,
    allowPrivateHosts,
  })
  const functionsStarting = startFunctions({
    supabaseFolder,
    serve: options.functions ?? true,
    workers: options.worker ?? 1,
    env: functionsEnv,
    log,
  })
  // Looked at again below; until then its failing must not count as unhandled.
  functionsStarting.catch(() => undefined)
  undo.push(async () => (await functionsStarting.catch(() => undefined))?.stop())

  const api = await startApi(
    {
      databaseUrls: {
        superuser: database.url(superuser),
        authenticator: database.url('authenticator'),
        authAdmin: database.url('supabase_auth_admin'),
      },
      keys,
      appUrl,
      apiUrl,
      smtpUrl,
      mailFrom,
    },
    log,
  )
  undo.push(() => api.stop())
  recovered = () => void api.restart()
  const realtime = await startRealtime({
    databaseUrl: database.url(superuser),
    keys,
    log: (line) => log.write('realtime', `${line}\n`),
  })
  undo.push(() => realtime.stop())
  const functions = await functionsStarting
  const proxy = functionsProxy({
    keys,
    port: functions.port,
    supabaseFolder,
    whenReady: () => functions.whenReady(),
    doubt: () => functions.doubt(),
  })
  undo.push(() => proxy.stop())
  await heldGateway.release()
  const gateway = await startGateway(
    gatewayPort,
    {
      api: api.handle,
      functions: proxy.handle,
      mailbox: mailboxPage(mailbox),
      realtime: realtime.handle,
      connect: realtime.connect,
    },
    (error) => log.write('gateway', `${error instanceof Error ? error.stack : String(error)}\n`),
  )
  undo.push(() => gateway.stop())

  return {
    dataDir,
    apiUrl,
    appUrl,
    anonKey: keys.anonKey,
    serviceRoleKey: keys.serviceRoleKey,
    jwtSecret: keys.jwtSecret,
    databaseUrl: database.url(superuser),
    engineDatabaseUrl: database.url('weft_engine'),
    appDatabaseUrl: database.url('weft_app'),
    functionsUrl: `http://127.0.0.1:${functions.port}`,
    mailboxUrl: `${apiUrl}/mailbox`,
    smtpUrl,
    env: {
      PUBLIC_SUPABASE_URL: apiUrl,
      PUBLIC_SUPABASE_ANON_KEY: keys.anonKey,
      WEFT_APP_DB_URL: database.url('weft_app'),
      ORIGIN: appUrl,
      PORT: String(appPort),
    },
    functionsEnv,
    get processes() {
      const denos = functions.processes.flatMap(({ name, pid }) => (pid ? [{ name, pid }] : []))
      return [{ name: 'postgres', pid: database.pid }, ...denos]
    },
    releaseAppPort: () => heldPort.release(),
    restartFunctions: () => functions.restart(),
    stop,
  }
}
