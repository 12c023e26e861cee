import { spawn, type ChildProcess } from 'node:child_process'
import type { Log } from './log.ts'

/** What the supervisor has to know about a process to keep it running. */
export type ProcessPlan = {
  name: string
  command: string
  args: string[]
  env: Record<string, string>
  cwd: string
  log: Log
  /** A line of output that says "I'm up". */
  readyLine: string
  /** How long a start may take before it counts as failed. */
  readyWithinMs?: number
  /** How long a process may take to finish what it's doing when asked to stop. */
  graceMs?: number
}

/** A process that is started again whenever it dies, until it's told to stop. */
export type Supervised = {
  readonly name: string
  readonly pid: number | undefined
  /** Resolves once the process is up (at once if it is). */
  whenReady(withinMs: number): Promise<boolean>
  /** Somebody found it not answering: it counts as not ready until it's seen to live, or has started again. */
  doubt(): void
  restart(): Promise<void>
  stop(): Promise<void>
}

/** How long after its end a process may still look alive to us. */
const doubtMs = 250

const longestPauseMs = 10_000

/** Who lived so long was up and working: its death says nothing about the next start. */
const longLifeMs = 5_000

/** Starts a process and keeps it running. The first start has to succeed; later ones are tried with growing pauses. */
export async function supervise(plan: ProcessPlan): Promise<Supervised> {
  const supervised = new SupervisedProcess(plan)
  await supervised.start()
  return supervised
}

class SupervisedProcess implements Supervised {
  readonly name: string
  #plan: ProcessPlan
  #child: ChildProcess | undefined
  #ready = Promise.withResolvers<undefined>()
  #isReady = false
  #stopping = false
  #deaths = 0
  #pause: NodeJS.Timeout | undefined

  constructor(plan: ProcessPlan) {
    this.#plan = plan
    this.name = plan.name
  }

  get pid(): number | undefined {
    return this.#child?.pid
  }

  async start(): Promise<void> {
    const { name, readyWithinMs = 30_000 } = this.#plan
    const failed = Promise.withResolvers<never>()
    this.#launch((reason) =>
      failed.reject(new Error(`"${name}" stopped while starting: ${reason}`)),
    )
    const late = setTimeout(
      () =>
        failed.reject(new Error(`"${name}" did not start within ${readyWithinMs / 1000} seconds.`)),
      readyWithinMs,
    )
    try {
      await Promise.race([this.#ready.promise, failed.promise])
    } catch (error) {
      await this.stop()
      throw error
    } finally {
      clearTimeout(late)
    }
  }

  async whenReady(withinMs: number): Promise<boolean> {
    if (this.#isReady) return true
    const late = new Promise<boolean>((resolve) => setTimeout(resolve, withinMs, false).unref())
    return Promise.race([this.#ready.promise.then(() => true), late])
  }

  doubt(): void {
    const child = this.#child
    if (!this.#isReady || !child) return
    this.#isReady = false
    this.#ready = Promise.withResolvers()
    setTimeout(() => {
      if (child !== this.#child || child.exitCode !== null || child.signalCode !== null) return
      this.#isReady = true
      this.#ready.resolve(undefined)
    }, doubtMs)
  }

  async restart(): Promise<void> {
    const child = this.#child
    if (!child || child.exitCode !== null) return
    this.#deaths = 0
    await this.#end(child)
  }

  async stop(): Promise<void> {
    this.#stopping = true
    clearTimeout(this.#pause)
    if (this.#child) await this.#end(this.#child)
  }

  #launch(failed?: (reason: string) => void): void {
    const { name, command, args, env, cwd, log, readyLine } = this.#plan
    // Its own session, so that Ctrl-C reaches only us and we end things in order. Its stdin stays open while we live.
    const child = spawn(command, args, {
      cwd,
      env,
      detached: true,
      stdio: ['pipe', 'pipe', 'pipe'],
    })
    this.#child = child
    const startedAt = Date.now()
    let tail = ''
    const read = (chunk: Buffer) => {
      const text = chunk.toString()
      log.write(name, text)
      if (this.#isReady) return
      tail = (tail + text).slice(-4000)
      if (tail.includes(readyLine)) {
        this.#isReady = true
        this.#ready.resolve(undefined)
      }
    }
    child.stdout.on('data', read)
    child.stderr.on('data', read)
    // Writing never happens; a closed pipe is the exit that "exit" reports.
    child.stdin.on('error', () => undefined)
    child.once('error', (error) => failed?.(error.message))
    child.once('exit', (code, signal) => {
      if (this.#isReady) this.#ready = Promise.withResolvers()
      this.#isReady = false
      if (this.#stopping) return
      const reason = signal ? `signal ${signal}` : `exit code ${code}`
      if (failed && !this.#deaths) failed(`${reason}\n${tail.trim()}`)
      this.#again(Date.now() - startedAt, reason)
    })
  }

  /** Starts anew: at once after a long life, later and later after short ones. */
  #again(livedMs: number, reason: string): void {
    this.#deaths = livedMs > longLifeMs ? 1 : this.#deaths + 1
    const pauseMs = Math.min(longestPauseMs, 100 * 2 ** (this.#deaths - 1))
    this.#plan.log.write(this.name, `stopped (${reason}); starting again in ${pauseMs} ms\n`)
    this.#pause = setTimeout(() => this.#launch(), pauseMs)
  }

  async #end(child: ChildProcess): Promise<void> {
    if (child.exitCode !== null || child.signalCode !== null || !child.pid) return
    const gone = new Promise((resolve) => child.once('exit', resolve))
    child.kill('SIGTERM')
    const late = setTimeout(() => child.kill('SIGKILL'), this.#plan.graceMs ?? 5000)
    await gone
    clearTimeout(late)
  }
}
