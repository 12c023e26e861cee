import { readFileSync } from 'node:fs'
import { FunctionsProcess } from './functions-process.ts'
import type { Stack } from '../../local/stack.ts'

/** Linux counts processor time in hundredths of a second. */
const MS_PER_TICK = 10

/** What a hosted project allows a request. */
export const PROCESSOR_LIMIT_MS = 2_000
/** Hosted it's 150 seconds; here nothing takes that long. */
const WALL_LIMIT_MS = 45_000

/** How an invocation ended. */
export interface Invoked {
  /** Undefined: the host has ended it, as it had used more than it may. */
  status: number | undefined
  body: unknown
  processorMs: number
}

/**
 * Functions as a hosted project runs them: what a request uses of the processor is watched from outside, and whoever
 * uses too much is ended in the middle of it, without a word.
 */
export class Isolate {
  readonly #process: FunctionsProcess
  readonly #secret: string

  private constructor(process: FunctionsProcess, secret: string) {
    this.#process = process
    this.#secret = secret
  }

  static async start(stack: Stack, databaseUrl: string): Promise<Isolate> {
    const process = await FunctionsProcess.start(stack, 'functions', {
      WEFT_DB_URL: databaseUrl,
      WEFT_CPU_LIMIT_MS: String(PROCESSOR_LIMIT_MS),
    })
    return new Isolate(process, stack.functionsEnv['WEFT_FUNCTION_SECRET'] ?? '')
  }

  get url(): string {
    return this.#process.url
  }

  get output(): string {
    return this.#process.output
  }

  /** Sends a request; it ends with its answer, or with its limits. `until`: what must have come true before it's over. */
  async invoke(
    path: string,
    body: unknown = {},
    until = () => Promise.resolve(true),
  ): Promise<Invoked> {
    const before = this.#processorMs()
    const late = Date.now() + WALL_LIMIT_MS
    let isAnswered = false
    const answer = fetch(`${this.url}/${path}`, {
      method: 'POST',
      headers: { authorization: `Bearer ${this.#secret}`, 'content-type': 'application/json' },
      body: JSON.stringify(body),
    })
      .then(async (response) => ({
        status: response.status,
        body: (await response.json()) as unknown,
      }))
      .catch(() => ({ status: undefined, body: undefined }))
      .then(async (answered) => {
        while (answered.status !== undefined && !(await until()))
          await new Promise((done) => setTimeout(done, 50))
        return answered
      })
      .finally(() => (isAnswered = true))
    let used: number
    while (!isAnswered) {
      used = this.#processorMs() - before
      if (used > PROCESSOR_LIMIT_MS || Date.now() > late) {
        await this.#process.kill()
        return { status: undefined, body: undefined, processorMs: used }
      }
      await new Promise((done) => setTimeout(done, 10))
    }
    return { ...(await answer), processorMs: this.#processorMs() - before }
  }

  async stop(): Promise<void> {
    await this.#process.kill()
  }

  /** Of the thread that runs the functions. */
  #processorMs(): number {
    const { pid } = this.#process
    const text = readFileSync(`/proc/${pid}/task/${pid}/stat`, 'utf8')
    const fields = text.slice(text.lastIndexOf(')') + 2).split(' ')
    return (Number(fields[11]) + Number(fields[12])) * MS_PER_TICK
  }
}
