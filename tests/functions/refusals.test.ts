import { afterAll, beforeAll, expect, test } from 'vitest'
import { create, row, set, webhook } from './drawing.ts'
import { Office } from './office.ts'

let office: Office
beforeAll(async () => {
  office = await Office.open({ worker: 1 })
  // Something that Postgres won't take, today or tomorrow.
  await office.db.query(
    `alter table public.execution_steps
     add constraint refused_in_this_test check (output::text not like '%poison%')`,
  )
})
afterAll(() => office.close())

test.each(['a step that computes', 'a step that writes a record'])(
  'what Postgres will never take ends the execution, instead of going from hand to hand: %s',
  async (which) => {
    const step =
      which === 'a step that computes'
        ? set('one', { text: 'poison' })
        : create('one', await office.pipeline(), { name: 'poison' })
    const { url } = await office.liveWebhook(row(webhook(), step))
    const { body } = await office.send(url, {})
    const seen = await office.until(String(body['execution']))
    expect(seen).toMatchObject({ status: 'failed', error: { code: 'engine.fault' } })
    expect(seen.error).toMatchObject({ detail: expect.stringContaining('refused_in_this_test') })
    const { rows } = await office.db.query(
      `select from public.records where data::text like '%poison%'`,
    )
    expect(rows).toEqual([])
  },
)

test('a right that is missing fails the step at once, and says so', async () => {
  const { url } = await office.liveWebhook(
    row(webhook(), create('one', await office.pipeline(), { name: 'Ada' })),
  )
  await office.db.query('revoke insert on public.records from weft_node')
  try {
    const { body } = await office.send(url, {})
    const seen = await office.until(String(body['execution']))
    // A problem that is known is not tried again; what nobody knows is, for five seconds, and ends as a defect.
    expect(seen).toMatchObject({ status: 'failed', error: { code: 'records.not_allowed' } })
  } finally {
    await office.db.query('grant insert on public.records to weft_node')
  }
})
