import { parseDefinition, type DataObject, type WorkflowDefinition } from '#lib/engine/index.ts'
import { PIPELINE } from './nodes.ts'
import type { Random } from './random.ts'

/** Steps in a row. */
const row = (steps: DataObject[]): WorkflowDefinition =>
  parseDefinition({
    schema: 1,
    nodes: steps.map((step, at) => ({
      ...{ version: 1, position: { x: 0, y: 0 }, config: {}, ...step },
      ...{ id: at === 0 ? 't0' : `s${at}`, key: at === 0 ? 't0' : `s${at}`, title: `Step ${at}` },
    })),
    edges: steps.slice(1).map((_, at) => ({
      id: `e${at}`,
      source: at === 0 ? 't0' : `s${at}`,
      sourcePort: 'out',
      target: `s${at + 1}`,
      targetPort: 'in',
    })),
    settings: {},
  })

const record = (place: string): DataObject => ({
  type: 'records.create',
  config: { pipeline: PIPELINE, values: { place } },
})

/** What runs when an execution has failed: it makes one record of it. */
export const drawErrorWorkflow = (): WorkflowDefinition =>
  row([{ type: 'trigger.failure' }, record('{{ trigger.trigger.name }} failed s1@')])

/** What a schedule starts each minute: a record of it, and a call outside. */
export const drawScheduled = (random: Random): WorkflowDefinition =>
  row([
    { type: 'trigger.schedule', config: { cron: '* * * * *', timeZone: '' } },
    record('{{ trigger.scheduled_at }} s1@'),
    {
      type: 'http.request',
      config: {
        method: 'POST',
        url: `https://partner.example/${random.pick(['ok', '503-ok', 'lost-ok'])}`,
        body: 'fields',
        fields: [{ name: 'given', type: 'text', value: '{{ trigger.scheduled_at }}' }],
        ifUnclear: 'retry',
      },
      retry: { attempts: 5, backoff: 'fixed', delaySeconds: 1 },
    },
  ])

/** A later version of a drawing: something is added somewhere, and now and then something doesn't run any more. */
export function changeDrawing(random: Random, before: WorkflowDefinition): WorkflowDefinition {
  const { nodes, edges } = before
  const [first, ...others] = nodes.filter(
    ({ type }) => !type.startsWith('trigger.') && !['logic.stop', 'logic.break'].includes(type),
  )
  if (first === undefined) return before
  const after = random.pick([first, ...others])
  const isLoop = after.type === 'logic.for_each' || after.type === 'logic.repeat'
  const [port = 'out'] = edges
    .filter(({ source }) => source === after.id)
    .map((edge) => edge.sourcePort)
  const off = random.chance(0.3) ? random.pick([first, ...others]) : null
  const added = {
    ...{ id: 'added', key: 'added', title: 'Added', version: 1, position: { x: 0, y: 0 } },
    type: 'http.request',
    config: {
      method: 'POST',
      url: 'https://partner.example/ok',
      body: 'fields',
      fields: [{ name: 'given', type: 'text', value: '{{ trigger.name }}' }],
      ifUnclear: 'retry',
    },
    onError: 'continue',
  }
  return parseDefinition({
    ...before,
    nodes: [...nodes.map((node) => (node === off ? { ...node, disabled: true } : node)), added],
    edges: [
      ...edges,
      {
        ...{ id: 'to added', source: after.id, sourcePort: isLoop ? 'done' : port },
        ...{ target: 'added', targetPort: 'in' },
      },
    ],
  })
}
