import type { WorkflowDefinition } from '../src/lib/engine/definition/schema.ts'
import { parseDefinition } from '../src/lib/engine/definition/parse.ts'

/** The demo's pipeline: what the workflow fills. */
export const demoFields = [
  { key: 'name', title: 'Name', type: 'text', options: [], required: true },
  { key: 'email', title: 'E-mail', type: 'email', options: [], required: true },
  { key: 'budget', title: 'Budget', type: 'number', options: [], required: false },
  {
    key: 'priority',
    title: 'Priority',
    type: 'select',
    options: ['high', 'normal'],
    required: false,
  },
]

/** What the printed curl line sends. */
export const demoRequest = { name: 'Ada Lovelace', email: 'ada@example.com', budget: 5000 }

const node = (id: string, type: string, title: string, x: number, y: number, config: object) => ({
  id,
  key: id,
  type,
  version: 1,
  title,
  position: { x, y },
  config,
})

const edge = (source: string, sourcePort: string, target: string) => ({
  id: `${source}-${sourcePort}-${target}`,
  source,
  sourcePort,
  target,
  targetPort: 'in',
})

const record = (pipeline: string, priority: string) => ({
  pipeline,
  values: {
    name: '{{ trigger.body.name }}',
    email: '{{ trigger.body.email }}',
    budget: '{{ trigger.body.budget | default: 0 }}',
    priority,
  },
})

/** A lead comes in by webhook; it's kept as a record, and big ones are written to at once. */
export function demoDefinition(pipeline: string): WorkflowDefinition {
  return parseDefinition({
    schema: 1,
    nodes: [
      node('new_lead', 'trigger.webhook', 'A lead comes in', 0, 120, {}),
      node('big_enough', 'logic.condition', 'Is it a big one?', 300, 120, {
        rules: {
          all: [
            { left: '{{ trigger.body.budget | default: 0 }}', op: 'greater_or_equal', right: 1000 },
          ],
        },
      }),
      node(
        'keep_big',
        'records.create',
        'Keep it, high priority',
        600,
        0,
        record(pipeline, 'high'),
      ),
      node('keep_normal', 'records.create', 'Keep it', 600, 240, record(pipeline, 'normal')),
      node('say_hello', 'mail.send', 'Write to them', 900, 0, {
        to: '{{ trigger.body.email }}',
        subject: 'Hello {{ trigger.body.name }}',
        body: 'Dear {{ trigger.body.name }},\n\nthank you for writing to us. We will call you today.\n\nYour demo team',
      }),
    ],
    edges: [
      edge('new_lead', 'out', 'big_enough'),
      edge('big_enough', 'true', 'keep_big'),
      edge('big_enough', 'false', 'keep_normal'),
      edge('keep_big', 'out', 'say_hello'),
    ],
    settings: {},
  })
}
