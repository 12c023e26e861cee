import { Client } from 'pg'
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { delay, row, set, webhook } from './drawing.ts'
import { Office } from './office.ts'

let office: Office
/** A live webhook -> nap -> set, and an execution of it that sleeps. */
let workflow: string
let asleep: string

beforeAll(async () => {
  office = await Office.open()
  const made = await office.liveWebhook(row(webhook(), delay('nap', 3_600), set('after', { b: 1 })))
  workflow = made.workflow
  const { body } = await office.send(made.url)
  asleep = String(body['execution'])
  await office.until(asleep, ['waiting'])
})
afterAll(() => office.close())

/** A day so long ago, with partitions as if Weft had run then. */
async function dayAgo(days: number): Promise<string> {
  const day = new Date(Date.now() - days * 86_400_000).toISOString().slice(0, 10)
  await office.db.query('select private.ensure_partitions($1::date, $1::date)', [day])
  return day
}

/** Executions of that day, each a copy of the one that sleeps, with its steps and a payload. Their ids. */
async function executionsOf(day: string, status: string, count: number): Promise<string[]> {
  const { rows } = await office.db.query<{ id: string }>(
    `with added as (
       insert into public.executions (
         id, workspace_id, workflow_id, version_id, trigger_node, trigger_kind, trigger_data, mode, status,
         lease_number, wake_at, created_at, finished_at
       )
       select overlay(gen_random_uuid()::text placing left(private.uuid_v7_floor($2::date + interval '1 hour')::text, 14) from 1)::uuid,
              workspace_id, workflow_id, version_id, trigger_node, trigger_kind, trigger_data, mode, $3::public.execution_status,
              1, null, $2::date + interval '1 hour', case when $3 <> 'waiting' then $2::date + interval '2 hours' end
       from public.executions, generate_series(1, $4)
       where id = $1
       returning id
     ), steps as (
       insert into public.execution_steps (
         execution_id, workspace_id, node_id, path, attempt, seq, status, port, input, output, progress, started_at, finished_at
       )
       select a.id, s.workspace_id, s.node_id, s.path, s.attempt, s.seq, s.status, s.port, s.input, s.output,
              case when s.status = 'waiting' then '{"until": 0, "state": {"until": 0}}' else s.progress end,
              s.started_at, s.finished_at
       from added a join public.execution_steps s on s.execution_id = $1
     ), payloads as (
       insert into public.execution_payloads (execution_id, workspace_id, key, value)
       select id, $5, 'key', '"kept beside"' from added
     ), waits as (
       insert into public.execution_waits (workspace_id, execution_id, node_id, kind, key)
       select $5, id, 'nap', 'callback', id::text from added
     )
     select id from added`,
    [asleep, day, status, count, office.workspace],
  )
  return rows.map((one) => one.id)
}

const drop = async (day: string): Promise<boolean> => {
  const { rows } = await office.db.query<{ dropped: boolean }>(
    'select private.drop_day($1::date) as dropped',
    [day],
  )
  return rows[0]?.dropped ?? false
}

/** Until it is dropped: whoever happens to read the tables comes first, and the worker's own upkeep may be faster. */
const dropped = (day: string) =>
  expect
    .poll(async () => (await drop(day)) || (await partitionsOf(day)) === 0, { timeout: 10_000 })
    .toBe(true)

/** How many rows there are of some executions, by table. */
async function rowsOf(executions: string[]) {
  const count = (table: string, id = 'execution_id') =>
    office.count(`public.${table} where ${id} = any ($1)`, [executions])
  return {
    executions: await count('executions', 'id'),
    steps: await count('execution_steps'),
    payloads: await count('execution_payloads'),
    waits: await count('execution_waits'),
  }
}

/** The day so many days ahead, in UTC. */
const isoDay = (ahead: number) =>
  new Date(Date.now() + ahead * 86_400_000).toISOString().slice(0, 10)

const partitionsOf = (day: string) =>
  office.count(`pg_class where relkind = 'r' and relname ~ $1`, [day.replaceAll('-', '')])

beforeEach(async () => {
  // What an earlier test left open.
  await office.db.query(`delete from public.executions where workflow_id = $1 and id <> $2`, [
    workflow,
    asleep,
  ])
})

test('a day is dropped with everything of its finished executions', async () => {
  // Looked at before it's committed: the worker's own upkeep would drop it at any moment.
  await office.db.query('begin')
  const day = await dayAgo(120)
  const over = await executionsOf(day, 'succeeded', 500)
  expect(await rowsOf(over)).toEqual({ executions: 500, steps: 1000, payloads: 500, waits: 500 })
  await office.db.query('commit')
  await dropped(day)
  expect(await rowsOf(over)).toEqual({ executions: 0, steps: 0, payloads: 0, waits: 0 })
  expect(await partitionsOf(day)).toBe(0)
  expect(await drop(day)).toBe(false)
})

test('an execution that has waited for months stays, is seen as before, and goes on when it is woken', async () => {
  const day = await dayAgo(121)
  const [open = ''] = await executionsOf(day, 'waiting', 1)
  await executionsOf(day, 'failed', 20)
  await dropped(day)
  expect(await rowsOf([open])).toEqual({ executions: 1, steps: 2, payloads: 1, waits: 1 })
  const { client } = office.person
  const seen = await client.from('executions').select('id').eq('id', open)
  expect(seen.data).toEqual([{ id: open }])
  const steps = await client
    .from('execution_steps')
    .select('node_id')
    .eq('execution_id', open)
    .order('seq')
  expect(steps.data).toEqual([{ node_id: 'hook' }, { node_id: 'nap' }])
  await office.db.query('select private.wake(array[$1::uuid])', [open])
  expect((await office.until(open)).steps.map((step) => [step.node_id, step.status])).toEqual([
    ['hook', 'succeeded'],
    ['nap', 'succeeded'],
    ['after', 'succeeded'],
  ])
})

test('nobody is told of executions that are moved: nothing has happened to them', async () => {
  const day = await dayAgo(122)
  const [open = ''] = await executionsOf(day, 'waiting', 1)
  await office.person.client.rpc('watch', { p_topic: `workflow:${workflow}` })
  await office.person.client.rpc('watch', { p_topic: `execution:${open}` })
  await office.db.query(
    'create temporary table before as select count(*) as count from realtime.messages',
  )
  await dropped(day)
  expect(await office.count('realtime.messages')).toBe(
    Number((await office.db.query<{ count: string }>('table before')).rows[0]?.count),
  )
  await office.db.query('drop table before; delete from public.watches')
})

test('while somebody reads the executions a day is left alone, and accepts go on', async () => {
  const reader = new Client({ connectionString: office.stack.databaseUrl })
  await reader.connect()
  // The reader waits in line before the day can be seen, so that no upkeep comes between.
  await office.db.query('begin')
  const day = await dayAgo(123)
  const over = await executionsOf(day, 'succeeded', 5)
  const reading = reader.query('begin; select count(*) from public.executions')
  await office.db.query('commit')
  await reading
  expect(await drop(day)).toBe(false)
  const made = await office.liveWebhook(row(webhook(), set('a', { b: 1 })))
  const { body } = await office.send(made.url)
  expect((await office.until(body['execution'])).status).toBe('succeeded')
  expect((await rowsOf(over)).executions).toBe(5)
  await reader.end()
  await dropped(day)
})

test('two that keep house at the same moment make the days to come once', async () => {
  const other = new Client({ connectionString: office.stack.databaseUrl })
  await other.connect()
  try {
    const ensure = `select private.ensure_partitions('${isoDay(40)}', '${isoDay(41)}')`
    await other.query('begin')
    await other.query(ensure)
    const second = office.db.query(ensure)
    const waiting = async () => {
      const { rows } = await other.query(
        `select from pg_locks where locktype = 'advisory' and not granted`,
      )
      return rows.length
    }
    await expect.poll(waiting, { timeout: 20_000 }).toBeGreaterThan(0)
    await other.query('commit')
    await second
    expect(await partitionsOf(isoDay(40))).toBe(3)
  } finally {
    await other.end()
  }
})

test('a day that is not over cannot be dropped', async () => {
  await expect(drop(new Date().toISOString().slice(0, 10))).rejects.toThrow(
    'Only days that are over',
  )
})

test('upkeep drops what is older than the retention, keeps what is not, and in the end clears what was moved', async () => {
  const kept = await dayAgo(89)
  const due = await dayAgo(92)
  const young = await executionsOf(kept, 'succeeded', 3)
  const old = await executionsOf(due, 'succeeded', 3)
  const [open = ''] = await executionsOf(due, 'waiting', 1)
  const tick = async () => {
    const response = await fetch(`${office.stack.functionsUrl}/tick`, {
      method: 'POST',
      headers: { authorization: `Bearer ${office.stack.functionsEnv['WEFT_FUNCTION_SECRET']}` },
    })
    expect(response.status).toBe(200)
  }
  await tick()
  await expect.poll(() => partitionsOf(due)).toBe(0)
  expect((await rowsOf(old)).executions).toBe(0)
  expect((await rowsOf(young)).executions).toBe(3)
  expect((await rowsOf([open])).executions).toBe(1)
  // Once it's over, it is kept as long as everything else, counted from its end.
  await office.db.query(
    `update public.executions set status = 'cancelled', finished_at = now() where id = $1`,
    [open],
  )
  await tick()
  expect((await rowsOf([open])).executions).toBe(1)
  await office.db.query(
    `update public.executions set finished_at = now() - interval '91 days' where id = $1`,
    [open],
  )
  await tick()
  expect(await rowsOf([open])).toEqual({ executions: 0, steps: 0, payloads: 0, waits: 0 })
})

describe('a workflow that keeps its executions for a shorter time', () => {
  /** A workflow with these settings, and how many of some executions of it there still are. */
  async function keeping(retentionDays: number) {
    const drawing = row(webhook(), delay('nap', 3_600))
    const made = await office.liveWebhook({ ...drawing, settings: { retentionDays } })
    const move = (executions: string[]) =>
      office.db.query(
        `update public.executions e
         set workflow_id = v.workflow_id, version_id = v.id
         from public.workflow_versions v
         where v.workflow_id = $1 and e.id = any ($2)`,
        [made.workflow, executions],
      )
    return { ...made, move }
  }

  const clear = async (most = 1_000) => {
    const { rows } = await office.db.query<{ cleared: number }>(
      'select private.clear_short_lived($1) as cleared',
      [most],
    )
    return rows[0]?.cleared ?? 0
  }

  test('has them removed that early, counted from their end, and no others', async () => {
    const { move } = await keeping(10)
    const [early, late] = [await dayAgo(12), await dayAgo(9)]
    const old = await executionsOf(early, 'succeeded', 5)
    const young = await executionsOf(late, 'failed', 2)
    const [open = ''] = await executionsOf(early, 'waiting', 1)
    const [lately = ''] = await executionsOf(early, 'cancelled', 1)
    const others = await executionsOf(early, 'succeeded', 3)
    await move([...old, ...young, open, lately])
    await office.db.query(
      `update public.executions set finished_at = now() - interval '1 day' where id = $1`,
      [lately],
    )
    while ((await clear(2)) > 0);
    expect(await rowsOf(old)).toEqual({ executions: 0, steps: 0, payloads: 0, waits: 0 })
    expect((await rowsOf([...young, open, lately])).executions).toBe(4)
    expect(await rowsOf(others)).toEqual({ executions: 3, steps: 6, payloads: 3, waits: 3 })
  })

  test('does so at the next upkeep, in parts', async () => {
    const { move } = await keeping(1)
    const day = await dayAgo(3)
    const old = await executionsOf(day, 'succeeded', 700)
    await move(old)
    await fetch(`${office.stack.functionsUrl}/tick`, {
      method: 'POST',
      headers: { authorization: `Bearer ${office.stack.functionsEnv['WEFT_FUNCTION_SECRET']}` },
    })
    await expect.poll(async () => (await rowsOf(old)).executions).toBe(0)
  })

  test('finds them by an index, however many executions others have', async () => {
    const { workflow: short, move } = await keeping(10)
    const day = await dayAgo(20)
    await executionsOf(day, 'succeeded', 5_000)
    await move(await executionsOf(day, 'succeeded', 20))
    await office.db.query('analyze public.executions')
    const { rows } = await office.db.query<Record<string, string>>(
      `explain (analyze, costs off, timing off, summary off, buffers off)
       select e.id
       from public.executions e
       where e.workflow_id = '${short}'
         and e.id < private.uuid_v7_floor(now() - interval '10 days')
         and e.finished_at < now() - interval '10 days'
       order by e.id
       limit 500`,
    )
    const lines = rows.map((line) => line['QUERY PLAN'] ?? '')
    const ofDay = lines.find((line) => line.includes(`executions_${day.replaceAll('-', '')}`))
    expect(ofDay).toMatch(/Index .*workflow_id_id_idx.* rows=20/)
    expect(await clear()).toBe(20)
  })
})
