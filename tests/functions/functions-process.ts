import { spawn, type ChildProcess } from 'node:child_process'
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { createServer } from 'node:net'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { denoBinary } from '../../local/functions/deno.ts'
import type { Stack } from '../../local/stack.ts'
import type { RacePoint } from '../../supabase/functions/_shared/store/race-points.ts'

const root = join(import.meta.dirname, '../..')

async function freePort(): Promise<number> {
  const server = createServer()
  await new Promise<void>((done) => server.listen(0, '127.0.0.1', done))
  const { port } = server.address() as AddressInfo
  await new Promise((done) => server.close(done))
  return port
}

/** A Deno process of a test's own, which nobody restarts: functions or a worker, that can be stopped at race points. */
export class FunctionsProcess {
  readonly #child: ChildProcess
  readonly #points: string
  readonly url: string
  #output = ''

  private constructor(child: ChildProcess, points: string, url: string) {
    this.#child = child
    this.#points = points
    this.url = url
    const keep = (chunk: Buffer) => (this.#output += chunk.toString())
    child.stdout?.on('data', keep)
    child.stderr?.on('data', keep)
  }

  /** Starts it; resolves when it's up. */
  static async start(
    stack: Stack,
    kind: 'functions' | 'worker',
    env: Record<string, string> = {},
  ): Promise<FunctionsProcess> {
    const port = await freePort()
    const points = mkdtempSync(join(tmpdir(), 'weft-race-points-'))
    const functions = join(root, 'supabase/functions')
    const script =
      kind === 'functions'
        ? [join(root, 'local/functions/host.ts'), functions, String(port)]
        : [join(root, 'local/functions/worker.ts'), join(functions, 'worker/main.ts')]
    const child = spawn(denoBinary(), ['run', '-A', '--cached-only', '--quiet', ...script], {
      cwd: root,
      env: { ...process.env, ...stack.functionsEnv, WEFT_RACE_POINTS: points, ...env },
      // Its stdin stays open while the test lives; then it ends by itself.
      stdio: ['pipe', 'pipe', 'pipe'],
    })
    const started = new FunctionsProcess(child, points, `http://127.0.0.1:${port}`)
    await started.#said(kind === 'functions' ? 'functions are up' : 'worker is up')
    return started
  }

  /** From now on, whoever reaches the point stops there. */
  stopAt(point: RacePoint): void {
    writeFileSync(this.#file(point), '')
  }

  /** Waits until the process stands at the point. */
  async reached(point: RacePoint): Promise<void> {
    await until(() => existsSync(`${this.#file(point)}.reached`), `nobody reached ${point}`)
  }

  /** Lets it go on. */
  goOn(point: RacePoint): void {
    rmSync(this.#file(point))
  }

  /** kill -9. */
  async kill(): Promise<void> {
    await this.#end('SIGKILL')
  }

  /** As a deployment ends it. */
  async stop(): Promise<void> {
    await this.#end('SIGTERM')
  }

  get pid(): number {
    return this.#child.pid ?? 0
  }

  get output(): string {
    return this.#output
  }

  #file(point: RacePoint): string {
    return join(this.#points, point.replace(':', '.'))
  }

  async #end(signal: NodeJS.Signals): Promise<void> {
    if (this.#child.exitCode === null && this.#child.signalCode === null) {
      const gone = new Promise((done) => this.#child.once('exit', done))
      this.#child.kill(signal)
      await gone
    }
    rmSync(this.#points, { recursive: true, force: true })
  }

  async #said(line: string): Promise<void> {
    await until(
      () => this.#output.includes(line),
      `it never said "${line}"`,
      () => this.#output,
    )
  }
}

async function until(test: () => boolean, otherwise: string, more = () => ''): Promise<void> {
  const late = Date.now() + 20_000
  while (!test()) {
    if (Date.now() > late) throw new Error(`${otherwise} ${more()}`)
    await new Promise((done) => setTimeout(done, 20))
  }
}

/** The process id that Postgres wrote down. */
export function postgresPid(stack: Stack): number {
  const pid = stack.processes.find((one) => one.name === 'postgres')?.pid
  if (pid === undefined || readFileSync(`/proc/${pid}/comm`, 'utf8').trim() !== 'postgres') {
    throw new Error('Postgres is not where the stack says')
  }
  return pid
}
