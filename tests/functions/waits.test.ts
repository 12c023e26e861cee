import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { create, row, set, webhook } from './drawing.ts'
import { Office } from './office.ts'

let office: Office
let pipeline: string
beforeAll(async () => {
  office = await Office.open({ worker: 1 })
  pipeline = await office.pipeline()
})
afterAll(() => office.close())

const wait = (type: string, config: Record<string, unknown> = {}) => ({ id: 'wait', type, config })
const started = async (definition: unknown, body: unknown = {}): Promise<string> => {
  const { url } = await office.liveWebhook(definition)
  return String((await office.send(url, body)).body['execution'])
}
const outputOf = (seen: { steps: { node_id: string; output: unknown }[] }, node: string) =>
  seen.steps.find((step) => step.node_id === node)?.output

describe('a call to the address of an execution', () => {
  const asking = row(
    webhook(),
    set('tell', { url: '{{ execution.callback_url }}' }),
    wait('logic.wait_callback'),
    set('after', { paid: '{{ steps.wait.body.paid }}' }),
  )
  const addressOf = async (execution: string): Promise<string> => {
    const seen = await office.until(execution, ['waiting'])
    return (outputOf(seen, 'tell') as { url: string }).url
  }

  test('lets the waiting step go on, once', async () => {
    const execution = await started(asking)
    const url = await addressOf(execution)
    expect(url.startsWith(`${office.stack.apiUrl}/functions/v1/webhook/callback/`)).toBe(true)
    const answers = await Promise.all([1, 2, 3].map((paid) => office.send(url, { paid })))
    expect(answers.map(({ status }) => status).sort()).toEqual([202, 410, 410])
    const seen = await office.until(execution)
    expect(seen.status).toBe('succeeded')
    expect([1, 2, 3]).toContain((outputOf(seen, 'after') as { paid: number }).paid)
    expect((await office.send(url, { paid: 4 })).status).toBe(410)
  })

  test('that comes before anybody waits is kept', async () => {
    const early = row(
      webhook(),
      set('tell', { url: '{{ execution.callback_url }}' }),
      { id: 'sleep', type: 'logic.delay', config: { duration: { amount: 2, unit: 'seconds' } } },
      wait('logic.wait_callback'),
      set('after', { paid: '{{ steps.wait.body.paid }}' }),
    )
    const execution = await started(early)
    const url = await addressOf(execution)
    const answer = await office.send(url, { paid: 9 })
    expect(answer.body).toMatchObject({ status: 'kept' })
    const seen = await office.until(execution)
    expect(outputOf(seen, 'after')).toEqual({ paid: 9 })
  })

  test('at an address that nobody gave out finds nothing', async () => {
    const execution = await started(asking)
    const url = await addressOf(execution)
    const forged = url.slice(0, -1) + (url.endsWith('A') ? 'B' : 'A')
    for (const other of [forged, url.slice(0, -22), `${url.slice(0, -60)}x`]) {
      expect((await office.send(other)).status).toBe(404)
    }
    expect((await office.seen(execution)).status).toBe('waiting')
  })
})

describe('a change of a record', () => {
  const paid = row(
    webhook(),
    create('make', '', { name: '{{ trigger.body.name }}' }),
    wait('logic.wait_record', {
      record: '{{ steps.make.record }}',
      event: 'field',
      field: 'name',
      value: 'Grace',
    }),
    set('after', { was: '{{ steps.wait.changed.name.from }}' }),
  )
  const drawn = (definition: typeof paid) =>
    JSON.parse(JSON.stringify(definition), (key, value: unknown) =>
      key === 'config' &&
      typeof value === 'object' &&
      value !== null &&
      ('record' in value || 'values' in value)
        ? { ...value, pipeline }
        : value,
    ) as unknown
  const rename = async (execution: string, name: string) => {
    const seen = await office.until(execution, ['waiting'])
    const { record } = outputOf(seen, 'make') as { record: { id: string } }
    const { error } = await office.person.client
      .from('records')
      .update({ data: { name } })
      .eq('id', record.id)
    if (error) throw error
  }

  test('lets the step go on that waits for just that', async () => {
    const execution = await started(drawn(paid), { name: 'Ada' })
    await rename(execution, 'Alan')
    await new Promise((done) => setTimeout(done, 300))
    expect((await office.seen(execution)).status).toBe('waiting')
    await rename(execution, 'grace')
    const seen = await office.until(execution)
    expect(outputOf(seen, 'after')).toEqual({ was: 'Alan' })
  })

  test('that comes while the step ends does not get in its way', async () => {
    const execution = await started(drawn(paid), { name: 'Ada' })
    await office.until(execution, ['waiting'])
    // What a checkpoint does: the execution first, then its waits.
    await office.db.query('begin')
    await office.db.query(`select from public.executions where id = $1 for update`, [execution])
    const change = rename(execution, 'Grace')
    await expect
      .poll(() => office.count(`pg_stat_activity where wait_event_type = 'Lock' and query <> ''`))
      .toBeGreaterThan(0)
    await office.db.query(`delete from public.execution_waits where execution_id = $1`, [execution])
    await office.db.query('commit')
    await change
    expect((await office.seen(execution)).status).toBe('waiting')
  })

  test('is looked at by a step that waits for a condition', async () => {
    const condition = row(
      webhook(),
      create('make', '', { name: '{{ trigger.body.name }}' }),
      wait('logic.wait_condition', {
        record: '{{ steps.make.record }}',
        rules: { all: [{ left: 'name', op: 'starts_with', right: 'G' }] },
      }),
      set('after', { is: '{{ steps.wait.record.data.name }}' }),
    )
    const execution = await started(drawn(condition), { name: 'Ada' })
    await rename(execution, 'Alan')
    await rename(execution, 'Grace')
    const seen = await office.until(execution)
    expect(outputOf(seen, 'after')).toEqual({ is: 'Grace' })
    const waits = await office.db.query(
      `select from public.execution_waits where execution_id = $1`,
      [execution],
    )
    expect(waits.rowCount).toBe(0)
  })
})
