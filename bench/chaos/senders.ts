import { setTimeout as pause } from 'node:timers/promises'
import type { Chance } from '../lib/chance.ts'
import { BODY, type Kind } from './workflows.ts'

/** What became of the requests that were sent. */
export interface Sent {
  /** Executions whose 202 reached the client, with their kind. */
  accepted: Map<string, Kind>
  /** Answers by status; 0 is none at all. */
  answers: Map<number, number>
}

/** Sends webhooks over some connections until told to stop, as somebody does who tries again after a refusal. */
export class Senders {
  readonly sent: Sent = { accepted: new Map(), answers: new Map() }
  readonly #kinds: Kind[]
  readonly #address: (kind: Kind) => string
  readonly #chance: Chance
  readonly #pauseMs: number
  readonly #running: Promise<unknown>
  #stopped = false

  constructor(
    kinds: Kind[],
    address: (kind: Kind) => string,
    chance: Chance,
    { connections, perSecond }: { connections: number; perSecond: number },
  ) {
    this.#kinds = kinds
    this.#address = address
    this.#chance = chance
    this.#pauseMs = (connections * 1000) / perSecond
    this.#running = Promise.all(Array.from({ length: connections }, () => this.#send()))
  }

  async stop(): Promise<Sent> {
    this.#stopped = true
    await this.#running
    return this.sent
  }

  async #send(): Promise<void> {
    const { accepted, answers } = this.sent
    while (!this.#stopped) {
      const kind = this.#chance.pick(this.#kinds, ({ weight }) => weight)
      const { status, execution } = await post(this.#address(kind))
      answers.set(status, (answers.get(status) ?? 0) + 1)
      if (status === 202 && execution !== undefined) accepted.set(execution, kind)
      await pause(this.#chance.between(0, 2) * this.#pauseMs)
    }
  }
}

/** Accepted counts only what the client read to the end. */
async function post(url: string): Promise<{ status: number; execution?: string }> {
  try {
    const response = await fetch(url, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: BODY,
      signal: AbortSignal.timeout(10_000),
    })
    const body = (await response.json()) as { execution?: string }
    return { status: response.status, ...(body.execution ? { execution: body.execution } : {}) }
  } catch {
    // Whoever should have answered was killed: nothing was promised.
    return { status: 0 }
  }
}
