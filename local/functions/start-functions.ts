import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { freePort } from '../processes/ports.ts'
import type { Log } from '../processes/log.ts'
import { supervise, type Supervised } from '../processes/supervise.ts'
import { denoBinary } from './deno.ts'

/** What running the functions takes. */
export type FunctionsOptions = {
  /** The supabase/ folder. */
  supabaseFolder: string
  /** Whether to serve the functions at all. */
  serve: boolean
  /** How many long-lived workers run beside. */
  workers: number
  env: Record<string, string>
  log: Log
}

/** The running Deno processes. */
export type Functions = {
  port: number
  processes: Supervised[]
  whenReady(): Promise<boolean>
  /** A request got no answer. */
  doubt(): void
  /** After a change of their code. */
  restart(): Promise<void>
  stop(): Promise<void>
}

const patienceMs = 10_000
const here = import.meta.dirname
const root = join(here, '../..')

/** Starts one Deno that serves all functions, and the workers. */
export async function startFunctions(options: FunctionsOptions): Promise<Functions> {
  const port = await freePort()
  const main = join(options.supabaseFolder, 'functions/worker/main.ts')
  const workers = existsSync(main) ? options.workers : 0
  const host = options.serve
    ? supervise(
        denoPlan(options, 'functions', 'host.ts', [
          join(options.supabaseFolder, 'functions'),
          String(port),
        ]),
      )
    : undefined
  const started = await Promise.allSettled([
    host,
    ...Array.from({ length: workers }, (_, at) =>
      supervise(denoPlan(options, `worker-${at + 1}`, 'worker.ts', [main])),
    ),
  ])
  const processes = started.flatMap((one) =>
    one.status === 'fulfilled' && one.value ? [one.value] : [],
  )
  const stop = async () => void (await Promise.all(processes.map((one) => one.stop())))
  const failed = started.find((one) => one.status === 'rejected')
  if (failed) {
    await stop()
    throw failed.reason
  }
  return {
    port,
    processes,
    whenReady: async () => (await host)?.whenReady(patienceMs) ?? false,
    doubt: () => processes.find(({ name }) => name === 'functions')?.doubt(),
    restart: async () => void (await Promise.all(processes.map((one) => one.restart()))),
    stop,
  }
}

function denoPlan(options: FunctionsOptions, name: string, script: string, args: string[]) {
  return {
    name,
    command: denoBinary(),
    args: ['run', '-A', '--cached-only', '--no-prompt', '--quiet', join(here, script), ...args],
    cwd: root,
    env: { ...denoEnv(), ...options.env },
    log: options.log,
    readyLine: script === 'host.ts' ? 'functions are up' : 'worker is up',
    graceMs: 6000,
  }
}

/** A function gets its own settings and nothing else of our environment, as hosted. */
function denoEnv(): Record<string, string> {
  const { PATH = '', HOME = '', TMPDIR } = process.env
  return {
    PATH,
    HOME,
    ...(TMPDIR ? { TMPDIR } : {}),
    DENO_DIR: join(root, 'node_modules/.cache/deno'),
    DENO_NO_UPDATE_CHECK: '1',
    NO_COLOR: '1',
  }
}
