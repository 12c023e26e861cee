import { afterAll, beforeAll, expect, test } from 'vitest'
import { listSteps } from '../../src/lib/executions/queries.ts'
import { create, delay, row, set, webhook } from './drawing.ts'
import { Office } from './office.ts'

let office: Office
beforeAll(async () => {
  office = await Office.open()
})
afterAll(() => office.close())

/** The first so many chunks of the loop, by their paths. */
const chunks = (count: number): string[] =>
  Array.from({ length: count }, (_, chunk) => `loop#${chunk * 100}-${(chunk + 1) * 100}`)

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
  expect(rows.map(({ path }) => path)).toEqual(['', ...chunks(17)])
  const shown = await listSteps(office.person.client, execution)
  expect(shown.filter(({ node_id }) => node_id === 'loop').map(({ path }) => path)).toEqual([''])
  expect(shown.filter(({ node_id }) => node_id === 'twice')).toHaveLength(1000)
})

test('the failed items of a long list are tried again with the execution, and only they', async () => {
  const pipeline = await office.pipeline()
  const last = { all: [{ left: '{{ index }}', op: 'equals', right: 1299 }] }
  const drawn = row(
    webhook(),
    {
      id: 'loop',
      type: 'logic.for_each',
      config: { items: '{{ trigger.body.numbers }}', onItemError: 'continue', concurrency: 20 },
    },
    create('made', pipeline, { name: '{{ item }}' }),
    { id: 'is_last', type: 'logic.condition', config: { rules: last } },
    delay('sleep', 3600),
  )
  const ports: Record<string, string> = { loop: 'each', is_last: 'true' }
  const edges = drawn.edges.map((edge) => ({
    ...edge,
    sourcePort: ports[edge.source ?? ''] ?? edge.sourcePort,
  }))
  const { url } = await office.liveWebhook({ ...drawn, edges })
  const numbers = Array.from({ length: 1300 }, (_, index) => index)
  // Two of them can't be written, for now.
  await office.db.query(`
    create function public.refuse_two() returns trigger language plpgsql as $$
    begin
      if new.data ->> 'name' in ('7', '777') then raise exception 'no' using errcode = '23514'; end if;
      return new;
    end $$;
    create trigger refuse_two before insert on public.records for each row execute function public.refuse_two()`)
  const { body } = await office.send(url, { numbers })
  const execution = String(body['execution'])
  const made = `public.records where pipeline_id = '${pipeline}'`
  await office.until(execution, ['waiting'], 60_000)
  expect(await office.count(made)).toBe(1298)
  await office.db.query(`drop trigger refuse_two on public.records`)
  await office.rpc('cancel_execution', { p_execution: execution })
  expect((await office.ask(`executions/${execution}/retry`)).status).toBe(202)
  await office.until(execution, ['waiting'], 60_000)
  expect(await office.count(made)).toBe(1300)
  expect(await office.count(`${made} and data ->> 'name' in ('7', '777')`)).toBe(2)
  const { rows } = await office.db.query<{ path: string; superseded: boolean }>(
    `select path, superseded from public.execution_steps
     where execution_id = $1 and path like '%#%' order by superseded, path`,
    [execution],
  )
  const paths = (superseded: boolean) =>
    rows.filter((one) => one.superseded === superseded).map(({ path }) => path)
  expect(paths(true)).toEqual(['loop#0-100', 'loop#700-800'])
  // The item that sleeps is in the last one.
  expect(paths(false)).toEqual(chunks(12).sort())
}, 120_000)
