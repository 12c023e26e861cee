import { delay, drawing, row, set, setters, webhook, type Box } from '../lib/drawing.ts'

/** A kind of workflow under chaos, and what must have come of each of its executions. */
export interface Kind {
  name: string
  /** How often it's started, beside the others; 0 for what only others call. */
  weight: number
  definition: unknown
  ends: 'succeeded' | 'failed'
  /** Distinct places (node and path) that have to have succeeded. */
  steps: number
  /** Changes of records, as `<place> <INSERT or UPDATE>`. */
  records: string[]
  /** Calls to the outside, by the end of their address. */
  calls: string[]
  /** E-mails. */
  mails: number
}

const RETRY = { attempts: 12, backoff: 'fixed', delaySeconds: 0.3 } as const
const ITEMS = 4

const create = (id: string, pipeline: string, place = id): Box => ({
  id,
  type: 'records.create',
  config: { pipeline, values: { execution: '{{ execution.id }}', place } },
})

const call = (id: string, host: string, place = id): Box => ({
  id,
  type: 'http.request',
  config: {
    method: 'POST',
    url: `http://${host}/{{ execution.id }}/${place}`,
    body: 'fields',
    fields: [{ name: 'of', type: 'text', value: '{{ steps.webhook.body.name }}' }],
    ifUnclear: 'retry',
  },
  retry: RETRY,
})

const mail = (id: string): Box => ({
  id,
  type: 'mail.send',
  config: {
    to: '{{ execution.id }}@example.org',
    subject: 'Chaos',
    body: 'Hello {{ steps.webhook.body.name }}',
  },
  retry: RETRY,
})

const usual: Pick<Kind, 'ends' | 'records' | 'calls' | 'mails'> = {
  ...{ ends: 'succeeded', records: [], calls: [], mails: 0 },
}

/** What another workflow calls: its record is made in the caller's name, who may have called once only. */
export const calledKind = (pipeline: string): Kind => ({
  ...usual,
  ...{ name: 'is called', weight: 0, steps: 3 },
  definition: row(
    { id: 'start', type: 'trigger.called' },
    {
      id: 'made',
      type: 'records.create',
      config: { pipeline, values: { execution: '{{ trigger.caller }}', place: 'by-called' } },
    },
    set('after', { b: 1 }),
  ),
})

/** The workflows of the chaos; records go to this pipeline, calls to this host, and one calls this workflow. */
export function kinds(pipeline: string, host: string, called: string): Kind[] {
  const made: (Partial<Kind> & Pick<Kind, 'name' | 'weight' | 'definition' | 'steps'>)[] = [
    {
      ...{ name: 'computes', weight: 4, steps: 6 },
      definition: row(webhook(), ...setters(5)),
    },
    {
      ...{ name: 'writes records', weight: 4, steps: 5 },
      definition: row(
        webhook(),
        set('before', { name: '{{ steps.webhook.body.name }}' }),
        create('made', pipeline),
        {
          id: 'changed',
          type: 'records.update',
          config: {
            ...{ pipeline, record: '{{ steps.made.record }}' },
            changes: { place: 'changed' },
          },
        },
        set('after', { b: 1 }),
      ),
      records: ['made INSERT', 'changed UPDATE'],
    },
    {
      ...{ name: 'calls outside', weight: 3, steps: 4 },
      definition: row(webhook(), call('first', host), call('second', host), set('after', { b: 1 })),
      calls: ['first', 'second'],
    },
    {
      ...{ name: 'sleeps', weight: 2, steps: 6 },
      definition: row(
        webhook(),
        create('early', pipeline),
        delay('nap', 2),
        create('late', pipeline),
        delay('doze', 1),
        set('after', { b: 1 }),
      ),
      records: ['early INSERT', 'late INSERT'],
    },
    {
      ...{ name: 'loops', weight: 2, steps: 3 + 2 * ITEMS },
      definition: drawing(
        [
          webhook(),
          {
            id: 'loop',
            type: 'logic.for_each',
            config: { items: '{{ steps.webhook.body.items }}', concurrency: 2 },
          },
          create('made', pipeline, 'made-{{ index }}'),
          call('told', host, 'told-{{ index }}'),
          set('after', { count: '{{ steps.loop.count }}' }),
        ],
        ['webhook -> loop:each -> made -> told', 'loop:done -> after'],
      ),
      records: Array.from({ length: ITEMS }, (_, index) => `made-${index} INSERT`),
      calls: Array.from({ length: ITEMS }, (_, index) => `told-${index}`),
    },
    {
      ...{ name: 'branches', weight: 2, steps: 6 },
      definition: drawing(
        [
          webhook(),
          create('left', pipeline),
          call('right', host),
          delay('nap', 1),
          { id: 'both', type: 'logic.merge' },
          create('joined', pipeline),
        ],
        ['webhook -> left -> both -> joined', 'webhook -> right -> nap -> both'],
      ),
      records: ['left INSERT', 'joined INSERT'],
      calls: ['right'],
    },
    {
      ...{ name: 'calls a workflow', weight: 2, steps: 3 },
      definition: row(
        webhook(),
        {
          id: 'called',
          type: 'logic.call_workflow',
          config: {
            workflow: called,
            inputs: [{ name: 'caller', type: 'text', value: '{{ execution.id }}' }],
            wait: true,
          },
        },
        create('later', pipeline),
      ),
      records: ['by-called INSERT', 'later INSERT'],
    },
    {
      ...{ name: 'sends mail', weight: 1, steps: 3 },
      definition: row(webhook(), mail('told'), set('after', { b: 1 })),
      mails: 1,
    },
    {
      ...{ name: 'fails', weight: 1, steps: 2, ends: 'failed' },
      definition: row(webhook(), create('made', pipeline), {
        id: 'halt',
        type: 'logic.stop',
        config: { message: 'As drawn.' },
      }),
      records: ['made INSERT'],
    },
  ]
  return made.map((kind) => ({ ...usual, ...kind }))
}

/** What every webhook of the chaos is sent. */
export const BODY = JSON.stringify({
  name: 'Ada Lovelace',
  amount: 17,
  items: Array.from({ length: ITEMS }, (_, index) => `item ${index}`),
})
