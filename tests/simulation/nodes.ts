import { z } from 'zod'
import {
  createRegistry,
  defineNode,
  field,
  finish,
  registry,
  StepFailure,
  suspend,
  type Data,
  type Delivery,
} from '#lib/engine/index.ts'

/*
 * Node types for what the catalogue's own don't show by themselves: raw waits, and transactions that fail after they
 * have written.
 */

const look = {
  version: 1,
  category: 'logic',
  title: 'Simulated',
  description: 'For the simulation.',
  icon: 'dices',
} as const

/** The name of a place, the same in all runs of a world. */
const place = field.template({ label: 'Place' })

/** Where the records of transactional steps go: one a place, or something was done twice. */
export const PIPELINE = '00000000-0000-4000-8000-00000000000f'

/** The name that an execution has in every run of its world: callers and failures hand theirs on. */
export function nameOf(given: Data): string {
  if (typeof given !== 'object' || given === null || Array.isArray(given)) return ''
  if ('scheduled_at' in given) return String(given['scheduled_at'])
  return 'trigger' in given && given['trigger'] !== undefined
    ? `${nameOf(given['trigger'])} failed`
    : String(given['name'])
}

/** What is asked for has a name within its step; with the step's own key before it, it has one in the world. */
const thing = (key: string): string => key.slice(key.lastIndexOf('/') + 1)
const answers = z.record(z.string(), z.number())

/** What has come so far, by what was asked for. */
const heard = (before: Record<string, number>, deliveries: readonly Delivery[]) => ({
  ...before,
  ...Object.fromEntries(
    deliveries.map(({ key, data }) => [
      thing(key),
      z.object({ said: z.number() }).parse(data).said,
    ]),
  ),
})

/** Waits for several things from outside, together or one after the other; or for nobody, until it's too late. */
const wait = defineNode({
  ...look,
  type: 'sim.wait',
  effect: 'suspending',
  config: z.object({
    times: field.number({ label: 'How many' }),
    together: field.switch({ label: 'Together' }),
    /** Then it goes on without. Nobody comes to those who ask for an hour. */
    hours: field.number({ label: 'Hours' }),
  }),
  output: z.object({ heard: answers, late: z.boolean() }),
  sample: { heard: {}, late: false },
  run(config, { clock, idempotencyKey }) {
    const until = config.hours === 0 ? null : clock.now() + config.hours * 3_600_000
    return listen(config, {}, until, idempotencyKey)
  },
  resume(config, state, { clock, deliveries, idempotencyKey }) {
    const known = z.object({ until: z.number().nullable(), heard: answers }).parse(state)
    const all = heard(known.heard, deliveries)
    const isLate = known.until !== null && clock.now() >= known.until
    if (isLate || Object.keys(all).length >= config.times)
      return finish({ heard: inOrder(all), late: isLate })
    return listen(config, all, known.until, idempotencyKey)
  },
})

/** Whatever came first. */
const inOrder = (all: Record<string, number>) =>
  Object.fromEntries(Object.entries(all).toSorted(([a], [b]) => a.localeCompare(b)))

function listen(
  { times, together, hours }: { times: number; together: boolean; hours: number },
  known: Record<string, number>,
  until: number | null,
  place: string,
) {
  const all = Array.from({ length: times }, (_, at) => `thing ${at}`)
  const missing = all.filter((name) => !(name in known))
  const waits = (together ? missing : missing.slice(0, 1)).map((name) => ({
    kind: 'callback' as const,
    key: `${place}/${name}`,
    data: hours === 0 ? null : 'nobody',
  }))
  return suspend(until, { until, heard: known }, { waits })
}

/** Asks a person, in a transaction: what it writes with the question and with the answer is there once each. */
const ask = defineNode({
  ...look,
  type: 'sim.ask',
  effect: 'suspending',
  inTransaction: true,
  config: z.object({ place }),
  output: z.object({ heard: answers }),
  sample: { heard: {} },
  async run({ place }, { records, idempotencyKey }) {
    await records.create(PIPELINE, { place: `${place} asked` })
    return suspend(null, null, { waits: [question(idempotencyKey)] })
  },
  async resume({ place }, state, { records, deliveries, idempotencyKey }) {
    if (deliveries.length === 0) {
      return suspend(null, state, { waits: [question(idempotencyKey)] })
    }
    await records.create(PIPELINE, { place: `${place} answered` })
    return finish({ heard: heard({}, deliveries) })
  },
})

const question = (step: string) => ({
  kind: 'approval' as const,
  key: `${step}/answer`,
  data: null,
})

/** Writes and then fails, so many times; what it wrote must be gone. */
const flaky = defineNode({
  ...look,
  type: 'sim.flaky',
  effect: 'transactional',
  config: z.object({ fails: field.number({ label: 'Fails so often' }), place }),
  output: z.object({ tries: z.number() }),
  sample: { tries: 1 },
  async run({ fails, place }, { records, attempt }) {
    await records.create(PIPELINE, { place })
    if (attempt <= fails) {
      throw new StepFailure({
        code: 'sim.flaky',
        title: 'Not yet',
        detail: 'It fails a few times.',
        retryable: true,
      })
    }
    return { tries: attempt }
  },
})

/** Weft's own node types and those of the simulation. */
export const types = createRegistry([...registry.all, wait, ask, flaky])
