import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { row, schedule, set } from './drawing.ts'
import { Office } from './office.ts'

let office: Office

beforeAll(async () => {
  office = await Office.open({ worker: 1 })
})
afterAll(() => office.close())

describe('a schedule', () => {
  const every = row(schedule('* * * * *'), set('a', { at: '{{ trigger.scheduled_at }}' }))

  const planned = async (workflow: string): Promise<Date | null> => {
    const { rows } = await office.db.query<{ next_fire_at: Date | null }>(
      `select next_fire_at from public.triggers where workflow_id = $1`,
      [workflow],
    )
    return rows[0]?.next_fire_at ?? null
  }

  test('is planned once published, and fires once for its time, however often the job comes', async () => {
    const { workflow } = await office.live(every)
    await expect.poll(() => planned(workflow), { timeout: 10_000 }).not.toBeNull()
    // As if its time had come a moment ago, with three jobs for it.
    const at = new Date(Math.floor(Date.now() / 60_000) * 60_000)
    const { rows } = await office.db.query<{ id: string }>(
      `update public.triggers set next_fire_at = $2 where workflow_id = $1 returning id`,
      [workflow, at],
    )
    const job = JSON.stringify({ trigger: rows[0]?.id, at: at.toISOString() })
    await office.db.query(
      `insert into pgboss.job (name, data, policy, singleton_key, expire_seconds)
       select 'schedule', $1::jsonb, 'short', n::text, 60 from generate_series(1, 3) n`,
      [job],
    )
    await expect.poll(() => office.executions(workflow), { timeout: 10_000 }).toBe(1)
    await expect
      .poll(async () => ((await planned(workflow))?.getTime() ?? 0) > at.getTime(), {
        timeout: 10_000,
      })
      .toBe(true)
    await office.rpc('pause_workflow', { p_workflow: workflow })
    expect(await office.executions(workflow)).toBe(1)
    const { rows: executions } = await office.db.query<{ id: string }>(
      `select id from public.executions where workflow_id = $1`,
      [workflow],
    )
    const seen = await office.until(executions[0]?.id)
    expect(seen.steps[1]?.output).toEqual({ at: at.toISOString() })
  })

  test('whose last times were missed fires once for the latest of them', async () => {
    const { workflow } = await office.live(every)
    await expect.poll(() => planned(workflow), { timeout: 10_000 }).not.toBeNull()
    await office.db.query(
      `update public.triggers set next_fire_at = date_trunc('minute', now()) - interval '3 hours' where workflow_id = $1`,
      [workflow],
    )
    await expect.poll(() => office.executions(workflow), { timeout: 10_000 }).toBe(1)
    const { rows } = await office.db.query<{ late: number }>(
      `select extract(epoch from now() - (trigger_data ->> 'scheduled_at')::timestamptz)::integer as late
       from public.executions where workflow_id = $1`,
      [workflow],
    )
    expect(rows[0]?.late).toBeLessThan(90)
    await office.rpc('pause_workflow', { p_workflow: workflow })
  })

  test('that is paused or edited forgets its old time', async () => {
    const { workflow } = await office.live(row(schedule('0 0 1 1 *')))
    await expect.poll(() => planned(workflow), { timeout: 10_000 }).not.toBeNull()
    const before = await planned(workflow)
    await office.publish(workflow, row(schedule('0 0 1 2 *')))
    await expect
      .poll(async () => (await planned(workflow))?.getMonth(), { timeout: 10_000 })
      .toBe(1)
    expect((await planned(workflow))?.getTime()).not.toBe(before?.getTime())
    await office.rpc('pause_workflow', { p_workflow: workflow })
    expect(await planned(workflow)).toBeNull()
  })
})

describe('tick and worker, as a hosted project calls them', () => {
  const call = async (path: string, secret: string) => {
    const response = await fetch(`${office.stack.functionsUrl}/${path}`, {
      method: 'POST',
      headers: { authorization: `Bearer ${secret}` },
    })
    return { status: response.status, body: (await response.json()) as unknown }
  }
  const secret = () => office.stack.functionsEnv['WEFT_FUNCTION_SECRET'] ?? ''

  test('answer nobody who does not know their secret', async () => {
    for (const name of ['tick', 'worker']) {
      expect(await call(name, 'wrong')).toMatchObject({
        status: 401,
        body: { code: 'service.not_for_you' },
      })
    }
  })

  test('keep house and work off what is due', async () => {
    await office.db.query(
      'drop table partitions.executions_' + days(14) + ', partitions.execution_steps_' + days(14),
    )
    expect((await call('tick', secret())).status).toBe(200)
    expect(await office.count(`pg_class where relname = $1`, [`executions_${days(14)}`])).toBe(1)
    expect((await call('worker?budget_ms=100', secret())).status).toBe(200)
  })
})

/** The name of a partition's day. */
const days = (ahead: number): string =>
  new Date(Date.now() + ahead * 86_400_000).toISOString().slice(0, 10).replaceAll('-', '')
