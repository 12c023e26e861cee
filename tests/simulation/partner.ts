import {
  type ExecutionId,
  StepFailure,
  Uncertain,
  type Data,
  type HttpResponse,
  type Services,
} from '#lib/engine/index.ts'
import type { Audit } from './audit.ts'
import type { Process } from './process.ts'
import { numberOf } from './random.ts'
import type { World } from './world.ts'

/**
 * How the other side behaves towards one key, call by call; the last word holds from then on. Part of the world, not a
 * fault: a fault-free run meets the same.
 */
export const MANNERS = ['ok', '503', '429', '404', 'refused', 'lost', 'hangs'] as const
export type Manner = (typeof MANNERS)[number]

/** What reached the other side under one key. */
export interface Called {
  /** Times that it did there what was asked. */
  effects: number
  /** Times that our side tried. */
  tries: number
  /** What the last try met; and the last one before a retry. */
  last: Manner
  before: Manner
  /** What whoever asked gets to know of it, once it was done. */
  came: Data
}

/** How crashes can decide how a step ends. */
export type Mark = 'unclear' | 'breaking'

/** Nobody can know what a call came to that met with this. */
export const isSilent = (manner: Manner): boolean => manner === 'lost' || manner === 'hangs'

/** The world outside of Weft: services and mail servers. It remembers every key that it ever saw. */
export class Partner {
  readonly calls = new Map<string, Called>()
  readonly #audit: Audit
  /** Executions for which whoever has them retried has put right what was wrong. */
  readonly #mended = new Set<ExecutionId>()
  /** What a fault-free run is told: that at this key's place, crashes have decided in the run it's compared with. */
  readonly #markOf: (key: string) => Mark | undefined

  constructor(audit: Audit, markOf: (key: string) => Mark | undefined) {
    this.#audit = audit
    this.#markOf = markOf
  }

  /** Somebody has an execution retried: all that isn't done meets the other side anew. */
  meetsAgain(execution: ExecutionId, isDone: (place: string) => boolean): void {
    this.#mended.add(execution)
    for (const [key, called] of this.calls) {
      const intent = this.#audit.intent(key)
      if (intent?.execution !== execution || isDone(intent.place)) continue
      Object.assign(called, { effects: 0, tries: 0, before: called.last, last: 'ok' })
    }
  }

  /** What one call comes to; `came` is what it yields if all goes well. */
  meet(key: string, script: string, came: Data): Manner | Mark {
    const called: Called = this.calls.get(key) ?? {
      effects: 0,
      tries: 0,
      last: 'ok',
      before: 'ok',
      came,
    }
    this.calls.set(key, called)
    if (this.#audit.intent(key) === undefined) {
      this.#audit.tell(`the key ${key} went out before its intent was written down`)
    }
    const mark = this.#markOf(key)
    if (mark !== undefined) return mark
    const manners = script.split('-') as (Manner | 'broken')[] // scripts are drawn from these
    const manner = this.#mendedBy(key, manners[Math.min(called.tries, manners.length - 1)] ?? 'ok')
    called.tries += 1
    called.last = manner
    if (manner === 'ok' || manner === 'lost') called.effects += 1
    return manner
  }

  #mendedBy(key: string, manner: Manner | 'broken'): Manner {
    if (manner !== 'broken') return manner
    const intent = this.#audit.intent(key)
    return intent !== undefined && this.#mended.has(intent.execution) ? 'ok' : '404'
  }
}

const refused = (): StepFailure =>
  new StepFailure({
    code: 'http.unreachable',
    title: 'The other side could not be reached',
    detail: 'The connection was refused.',
    retryable: true,
  })

const breaking = (): StepFailure =>
  new StepFailure({
    code: 'step.keeps_breaking',
    title: 'This step was interrupted again and again',
    detail: 'In the other run.',
    retryable: false,
  })

const unclear = (): Uncertain =>
  new Uncertain({
    code: 'http.no_answer',
    title: 'No answer came',
    detail: 'The line broke.',
  })

/** The services of a process, over a network that has its moods. */
export function servicesOf(world: World, process: Process): Services {
  const { partner } = world

  function call<T>(
    { key, script, came }: { key: string; script: string; came: Data },
    onOk: (manner: Manner) => T,
  ): Promise<T> {
    const { timeline, faults } = world
    const fault = faults.strike('outside')
    world.log(process, `calls ${script}${fault === null ? '' : `: ${fault}`}`)
    if (fault === 'stands still') world.stop(process)
    const latency = fault === 'slow' ? faults.int(1_000, 20_000) : world.latency()
    return new Promise((resolve, reject) => {
      timeline.after(latency, null, () => {
        if (fault === 'dies before') return world.crash(process)
        const manner = partner.meet(key, script, came)
        if (fault === 'dies after') return world.crash(process)
        if (manner === 'hangs') return
        timeline.after(world.latency(), process, () => {
          if (manner === 'refused') reject(refused())
          else if (manner === 'lost' || manner === 'unclear') reject(unclear())
          else if (manner === 'breaking') reject(breaking())
          else resolve(onOk(manner))
        })
      })
    })
  }

  return {
    clock: process.clock,
    http: {
      request({ url, headers, body = '' }) {
        const { pathname } = new URL(url)
        const script = pathname.slice(1)
        const key = headers['idempotency-key'] ?? ''
        const came = { status: 200, headers: JSON_ONLY, body: { number: numberOf(url + body) } }
        return call({ key, script, came }, (manner) => answer(manner, url + body))
      },
    },
    mail: {
      async send({ to: [to = ''], key, subject }) {
        const script = to.slice(0, to.indexOf('@'))
        const messageId = `<${numberOf(subject)}@example.org>`
        const came = { message_id: messageId, to: [to] }
        const manner = await call({ key, script, came }, (met) => met)
        // A mail server that says "not now", or "no".
        if (manner !== 'ok') throw refused()
        return { messageId }
      },
    },
  }
}

const JSON_ONLY = { 'content-type': 'application/json' }

function answer(manner: Manner, asked: string): HttpResponse {
  const status = manner === 'ok' ? 200 : Number(manner)
  const headers: Record<string, string> = { ...JSON_ONLY }
  if (status === 429) headers['retry-after'] = '20'
  return { status, headers, body: `{"number":${numberOf(asked)}}`, encoding: 'text' }
}
