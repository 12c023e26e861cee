import { parseDefinition, registry, type WorkflowDefinition } from '#lib/engine/index.ts'
import { Drawing } from '#lib/builder/debug/drawing.ts'

const node = (id: string, type: string, title: string, more: object = {}) => ({
  ...{ id, key: id, type, version: 1, title, position: { x: 0, y: 0 }, config: {} },
  ...more,
})

const edge = (source: string, sourcePort: string, target: string) => ({
  ...{ id: `${source}-${sourcePort}-${target}`, source, sourcePort, target },
})

/** A lead comes in; big ones are kept and written to, small ones are not; then a loop over the deals. */
export const definition: WorkflowDefinition = parseDefinition({
  schema: 1,
  nodes: [
    node('hook', 'trigger.webhook', 'A lead comes in'),
    node('other', 'trigger.manual', 'By hand'),
    node('big', 'logic.condition', 'Is it big?'),
    node('keep', 'records.create', 'Keep it'),
    node('mail', 'mail.send', 'Write to them'),
    node('small', 'data.set_variables', 'Note it'),
    node('after', 'data.set_variables', 'After the note'),
    node('off', 'data.set_variables', 'Switched off', { disabled: true }),
    node('each', 'logic.for_each', 'Each deal'),
    node('inner', 'logic.for_each', 'Each contact'),
    node('call', 'http.request', 'Tell the partner'),
  ],
  edges: [
    edge('hook', 'out', 'big'),
    edge('big', 'true', 'keep'),
    edge('keep', 'out', 'mail'),
    edge('big', 'false', 'small'),
    edge('small', 'out', 'after'),
    edge('mail', 'out', 'each'),
    edge('each', 'each', 'inner'),
    edge('inner', 'each', 'call'),
  ],
  settings: {},
})

export const drawing = new Drawing(definition, registry)
