import { afterAll, beforeAll, expect, test } from 'vitest'
import { listSteps } from '../../src/lib/executions/queries.ts'
import { row, set, webhook } from './drawing.ts'
import { Office } from './office.ts'

let office: Office
beforeAll(async () => {
  office = await Office.open()
})
afterAll(() => office.close())

test('a long list is stored in chunks that nobody is shown, and its results are whole', async () => {
  const drawn = row(
    webhook(),
    { id: 'loop', type: 'logic.for_each', config: { items: '{{ trigger.body.numbers }}' } },
    set('twice', { value: '{{ item | times: 2 }}' }),
  )
  const edges = drawn.edges.map((edge) =>
    edge.source === 'loop' ? { ...edge, sourcePort: 'each' } : edge,
  )
  const { url } = await office.liveWebhook({ ...drawn, edges })
  const numbers = Array.from({ length: 1700 }, (_, index) => index)
  const { body } = await office.send(url, { numbers })
  const execution = String(body['execution'])
  expect((await office.until(execution)).status).toBe('succeeded')
  const { rows } = await office.db.query<{ path: string }>(
    `select path from public.execution_steps
     where execution_id = $1 and node_id = 'loop' order by seq`,
    [execution],
  )
  expect(rows.map(({ path }) => path)).toEqual([
    '',
    'loop#0-500',
    'loop#500-1000',
    'loop#1000-1500',
    'loop#1500-1700',
  ])
  const shown = await listSteps(office.person.client, execution)
  expect(shown.filter(({ node_id }) => node_id === 'loop').map(({ path }) => path)).toEqual([''])
  expect(shown.filter(({ node_id }) => node_id === 'twice')).toHaveLength(1000)
})
