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
