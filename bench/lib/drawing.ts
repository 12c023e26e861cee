import type { Data } from '../../src/lib/engine/data.ts'

/** One box of a drawing; its id is also its key. */
export interface Box {
  id: string
  type: string
  config?: Record<string, unknown>
  retry?: { attempts: number; backoff: 'fixed' | 'exponential'; delaySeconds: number }
}

/** A definition of boxes and lines like `a -> b -> c:port -> d`, as the builder would store it. */
export function drawing(boxes: Box[], lines: string[]): unknown {
  return {
    schema: 1,
    nodes: boxes.map(({ id, type, config = {}, retry }, index) => ({
      ...{ id, key: id, type, version: 1, title: id, position: { x: index * 240, y: 0 }, config },
      ...{ onError: 'stop', disabled: false },
      ...(retry === undefined ? {} : { retry }),
    })),
    edges: lines.flatMap(edgesOf),
    settings: {},
  }
}

/** Boxes in a row, each connected to the next. */
export const row = (...boxes: Box[]): unknown =>
  drawing(boxes, [boxes.map(({ id }) => id).join(' -> ')])

function edgesOf(line: string): unknown[] {
  const ends = line.split('->').map((end) => end.trim())
  return ends.slice(1).map((end, index) => {
    const [source = '', sourcePort = 'out'] = (ends[index] ?? '').split(':')
    const [target = ''] = end.split(':')
    return {
      id: `${source}.${sourcePort}.${target}`,
      ...{ source, sourcePort, target, targetPort: 'in' },
    }
  })
}

/** Where an execution starts; `result` keeps the sender waiting for the workflow's result. */
export const webhook = (respond: 'accepted' | 'result' = 'accepted'): Box => ({
  id: 'webhook',
  type: 'trigger.webhook',
  config: { respond },
})

/** A set-variables node with these variables; texts may be templates. */
export const set = (id: string, variables: Record<string, Data>): Box => ({
  id,
  type: 'data.set_variables',
  config: {
    variables: Object.entries(variables).map(([name, value]) => ({ name, type: 'auto', value })),
  },
})

/** So many set-variables nodes with a text and a number each, as people draw them. */
export const setters = (count: number): Box[] =>
  Array.from({ length: count }, (_, index) => ({
    id: `set_${index + 1}`,
    type: 'data.set_variables',
    config: {
      variables: [
        {
          name: 'greeting',
          type: 'text',
          value: `Hello {{ steps.webhook.body.name }}, this is step ${index + 1}`,
        },
        { name: 'amount', type: 'number', value: '{{ steps.webhook.body.amount }}' },
      ],
    },
  }))

/** Waits for some seconds. */
export const delay = (id: string, seconds: number): Box => ({
  id,
  type: 'logic.delay',
  config: { mode: 'for', duration: { amount: seconds, unit: 'seconds' } },
})
