import { Pool } from 'pg'
import { longTexts } from '#lib/builder/document/long-texts.ts'
import { parseDefinition } from '#lib/engine/index.ts'
import { writeDraft } from '#lib/server/sync/documents.ts'
import type { Office } from '../functions/office.ts'

/** A workflow that was published three times and is being changed again. */

const LETTER = [
  'Dear {{ trigger.name }},',
  '',
  'thank you for your order.',
  'We will send it tomorrow.',
  '',
  'You can answer this e-mail at any time.',
  '',
  'Kind regards',
  'Ana',
].join('\n')

const place = (x: number, y = 0) => ({ position: { x, y } })
const usual = { version: 1, onError: 'stop', disabled: false }
const step = (id: string, type: string, title: string, config: object, at: object) => ({
  ...{ id, key: id, type, title, config, ...usual, ...at },
})
const line = (source: string, target: string, sourcePort = 'out') => ({
  ...{ id: `${source}.${sourcePort}-${target}.in`, source, sourcePort, target, targetPort: 'in' },
})

const start = step('start', 'trigger.manual', 'New order', {}, place(0))
const mail = (config: object = {}, title = 'Thank the customer', at: object = place(360)) =>
  step(
    'mail',
    'mail.send',
    title,
    { to: '{{ trigger.email }}', subject: 'Your order', body: LETTER, ...config },
    at,
  )
const check = step(
  'check',
  'logic.condition',
  'Is it a large order?',
  { rules: { all: [{ left: '{{ trigger.total }}', op: 'greater_than', right: '500' }] } },
  place(360, 180),
)
const tell = step(
  'tell',
  'http.request',
  'Tell the storehouse',
  { method: 'POST', url: 'https://storehouse.example/orders' },
  place(720, 180),
)
const waits = step(
  'wait',
  'logic.delay',
  'Wait a day',
  { mode: 'for', duration: { amount: 1, unit: 'days' } },
  place(360),
)

const drawn = (nodes: object[], edges: object[], settings: object = {}, things: object = {}) =>
  parseDefinition({ schema: 1, nodes, edges, settings, ...things })

const note = (text: string, y: number) => ({
  ...{ id: 'hint', text, position: { x: 0, y }, size: { width: 240, height: 120 } },
  colour: 'yellow',
})
const frame = (title: string) => ({ id: 'large', title, colour: 'blue' })

/** As it was published the first, the second and the third time. */
export const published = [
  drawn([start, mail()], [line('start', 'mail')]),
  drawn(
    [start, mail({ subject: 'Your order {{ trigger.number }}' }), check, tell],
    [line('start', 'mail'), line('start', 'check'), line('check', 'tell', 'true')],
  ),
  drawn(
    [
      start,
      mail({ subject: 'Your order {{ trigger.number }}' }),
      { ...check, group: 'large' },
      { ...tell, group: 'large' },
    ],
    [line('start', 'mail'), line('start', 'check'), line('check', 'tell', 'false')],
    { maxConcurrency: 5 },
    { notes: [note('Large orders first.', 380)], groups: [frame('Large orders')] },
  ),
] as const

/** As it's being changed now. */
export const draft = drawn(
  [
    start,
    waits,
    mail(
      {
        subject: 'Your order {{ trigger.number }} at Ana’s',
        body: LETTER.replace('tomorrow', 'the day after tomorrow'),
      },
      'Write to the customer',
      place(720),
    ),
    { ...check, group: 'large' },
  ],
  [line('start', 'wait'), line('wait', 'mail'), line('start', 'check')],
  { maxConcurrency: 5 },
  { notes: [note('All orders alike.', 380)], groups: [frame('Large ones')] },
)

const NOTES = ['The first one', 'Large orders go to the storehouse', '']

/** Publishes it three times and leaves the draft behind; answers with the workflow's id. */
export async function publishedThrice(office: Office): Promise<string> {
  const workflow = await office.workflow()
  for (const [at, definition] of published.entries()) {
    await office.rpc('publish_version', {
      p_workflow: workflow,
      p_definition: definition,
      p_note: NOTES[at],
    })
  }
  const db = new Pool({ connectionString: office.stack.databaseUrl, max: 1 })
  await writeDraft(db, workflow, draft, longTexts)
  await db.end()
  return workflow
}
