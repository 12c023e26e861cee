import { z } from 'zod'
import {
  createRegistry,
  defineNode,
  field,
  Finished,
  finish,
  NO_INPUT,
  registry,
  StepFailure,
  suspend,
  WorkflowId,
  type ChildStart,
  type Data,
  type Delivery,
  type SuspendingContext,
  type TransactionServices,
} from '#lib/engine/index.ts'

/*
 * Node types for what the catalogue's own don't show by themselves: raw waits, executions that start executions, and
 * transactions that fail after they have written.
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

/** The kind of trigger at which called workflows start. */
const CALLED = 'sim.called'

/** The name that an execution has in every run of its world; callers hand theirs on. */
export const nameOf = (trigger: Data): string =>
  typeof trigger === 'object' && trigger !== null && !Array.isArray(trigger)
    ? String(trigger['name'])
    : ''

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

const called = defineNode({
  ...look,
  type: CALLED,
  category: 'triggers',
  effect: 'pure',
  ports: () => NO_INPUT,
  config: z.object({}),
  output: z.record(z.string(), z.unknown()),
  sample: {},
  run: (_config, { trigger }) =>
    typeof trigger === 'object' && !Array.isArray(trigger) ? (trigger ?? {}) : {},
})

/** Starts another workflow; waits for its end, or goes on. */
const call = defineNode({
  ...look,
  type: 'sim.call',
  effect: 'suspending',
  inTransaction: true,
  config: z.object({
    workflow: field.text({ label: 'Workflow' }),
    awaited: field.switch({ label: 'Wait for its end' }),
    place,
  }),
  output: z.object({ end: z.string(), output: z.unknown() }),
  sample: { end: 'succeeded', output: null },
  async run(config, context) {
    const start = await startOf(config, context)
    if (!config.awaited) return new Finished({ end: '', output: null }, 'out', undefined, [start])
    const waits = [{ kind: 'execution' as const, key: start.id, data: null }]
    return suspend(null, start.id, { waits, starts: [start] })
  },
  async resume(_config, state, { deliveries: [delivery] }) {
    if (delivery === undefined) {
      return suspend(null, state, {
        waits: [{ kind: 'execution', key: z.string().parse(state), data: null }],
      })
    }
    const end = z.object({ status: z.string(), output: z.unknown() }).parse(delivery.data)
    return finish({ end: end.status, output: end.output })
  },
})

async function startOf(
  { workflow, awaited, place }: { workflow: string; awaited: boolean; place: string },
  { childId, workflows, trigger }: SuspendingContext & TransactionServices,
): Promise<ChildStart> {
  const id = WorkflowId.parse(workflow)
  const live = await workflows.liveTrigger(id, CALLED)
  if (live === null) throw new Error('every called workflow of a world is live')
  const triggerData = { ...(trigger as { [name: string]: Data }), name: place } // a world's triggers have fields
  const { version, node: triggerNode } = live
  return {
    id: childId(),
    workflow: id,
    version,
    triggerNode,
    triggerKind: CALLED,
    triggerData,
    awaited,
  }
}

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
export const types = createRegistry([...registry.all, wait, ask, called, call, flaky])
