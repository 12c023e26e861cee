import { afterAll, beforeAll, expect, test } from 'vitest'
import type { Data } from '../../src/lib/engine/data.ts'
import { getStep, getTriggerData, listSteps } from '../../src/lib/executions/queries.ts'
import { isLeftOut } from '../../src/lib/executions/rows.ts'
import { create, delay, manual, row, set, stop, webhook } from './drawing.ts'
import { Office } from './office.ts'

let office: Office
beforeAll(async () => {
  office = await Office.open()
})
afterAll(() => office.close())

/** About so many characters that say something else each time. */
const long = (characters: number, seed = 'a'): string =>
  Array.from(
    { length: characters / 10 },
    (_, index) => `${seed}${String(index).padStart(9, '0')}`,
  ).join('')

/** The values that an execution has beside its rows. */
async function payloadsOf(execution: unknown): Promise<{ key: string; value: Data }[]> {
  const { rows } = await office.db.query<{ key: string; value: Data }>(
    'select key, value from public.execution_payloads where execution_id = $1 order by key',
    [execution],
  )
  return rows
}

const run = async (url: string, body: unknown): Promise<string> => {
  const { body: answer } = await office.send(url, body)
  return String(answer['execution'])
}

test('a large value is stored once, however many steps pass it on, and its rows stay small', async () => {
  const { url } = await office.liveWebhook(
    row(
      webhook(),
      set('one', { text: '{{ trigger.body.text }}' }),
      set('two', { text: '{{ steps.one.text }}' }),
    ),
  )
  const text = long(20_000)
  const execution = await run(url, { text })
  const seen = await office.until(execution)
  expect(seen.status).toBe('succeeded')
  const payloads = await payloadsOf(execution)
  // What the webhook brought (as the trigger's data, and as its output), and the variable.
  expect(payloads.length).toBeLessThanOrEqual(3)
  expect(payloads.some(({ value }) => JSON.stringify(value) === JSON.stringify({ text }))).toBe(
    true,
  )
  for (const step of seen.steps) {
    expect(step.output).toEqual({ 'weft:payload': expect.any(String), size: expect.any(Number) })
  }
  const [one, two] = [seen.steps[1]?.output, seen.steps[2]?.output]
  expect(one).toEqual(two)
})

test('whoever opens a step or replays its execution is shown the whole value', async () => {
  const { url } = await office.liveWebhook(
    row(webhook(), set('one', { text: '{{ trigger.body.text }}' })),
  )
  const text = long(9_000, 'o')
  const execution = await run(url, { text })
  await office.until(execution)
  const { client } = office.person
  const [told] = (await listSteps(client, execution)).filter((step) => step.node_id === 'one')
  expect(isLeftOut(told?.output ?? null)).toBe(true)
  const opened = await getStep(client, {
    execution_id: execution,
    node_id: 'one',
    path: '',
    attempt: 1,
  })
  expect(opened?.output).toEqual({ text })
  expect(await getTriggerData(client, execution)).toMatchObject({ body: { text } })
})

test('whoever goes on with an execution has the whole values', async () => {
  const pipeline = await office.pipeline()
  const { url } = await office.liveWebhook(
    row(
      webhook(),
      set('one', { text: '{{ trigger.body.text }}' }),
      delay('nap', 1),
      create('made', pipeline, {
        name: '{{ steps.one.text | size }} {{ trigger.body.text | size }}',
      }),
    ),
  )
  const execution = await run(url, { text: long(30_000) })
  expect((await office.until(execution)).status).toBe('succeeded')
  expect(await office.count(`public.records where data ->> 'name' = '30000 30000'`)).toBe(1)
})

test('data that only looks like a stored value stays what it is', async () => {
  const pipeline = await office.pipeline()
  const { workflow, version } = await office.live(
    row(manual, delay('nap', 1), create('made', pipeline, { name: '{{ trigger.size }}' })),
  )
  const data = { 'weft:payload': 'AAAAAAAAAAAAAAAAAAAAAA', size: 5 }
  const { body } = await office.ask('executions', { workflow, version, node: 'start', data })
  expect((await office.until(body['execution'])).status).toBe('succeeded')
  const { rows } = await office.db.query<{ name: string }>(
    `select data ->> 'name' as name from public.records where pipeline_id = $1`,
    [pipeline],
  )
  expect(rows).toEqual([{ name: '5' }])
  // Whoever reads the row and follows the name in it comes to what was sent.
  const seen = await office.seen(body['execution'])
  expect(seen.trigger_data).not.toEqual(data)
  expect(await payloadsOf(body['execution'])).toContainEqual(
    expect.objectContaining({ value: data }),
  )
})

test('a replay has its large values, also when the earlier execution is gone', async () => {
  const pipeline = await office.pipeline()
  const { url } = await office.liveWebhook(
    row(
      webhook(),
      create('made', pipeline, { name: '{{ trigger.body.text | size }}' }),
      stop('end', 'Enough.'),
    ),
  )
  const earlier = await run(url, { text: long(15_000, 'r') })
  expect((await office.until(earlier)).status).toBe('failed')
  const { body } = await office.ask(`executions/${earlier}/replay`, { repeat: 'all' })
  await office.db.query('delete from public.execution_payloads where execution_id = $1', [earlier])
  expect((await office.until(body['execution'])).status).toBe('failed')
  const { rows } = await office.db.query<{ name: string }>(
    `select data ->> 'name' as name from public.records where pipeline_id = $1`,
    [pipeline],
  )
  expect(rows).toEqual([{ name: '15000' }, { name: '15000' }])
  expect((await payloadsOf(body['execution'])).length).toBeGreaterThan(0)
})

test('members see the values of their own workspace, others nothing', async () => {
  const { url } = await office.liveWebhook(row(webhook(), set('one', { a: 1 })))
  const execution = await run(url, { text: long(12_000, 'm') })
  await office.until(execution)
  const neighbour = await office.neighbour()
  const asked = (of: Office) =>
    of.person.client.from('execution_payloads').select('key').eq('execution_id', execution)
  expect((await asked(office)).data?.length).toBeGreaterThan(0)
  expect((await asked(neighbour)).data).toEqual([])
})
