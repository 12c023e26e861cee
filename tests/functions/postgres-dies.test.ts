import { afterAll, beforeAll, expect, test } from 'vitest'
import { create, row, set, webhook } from './drawing.ts'
import { postgresPid } from './functions-process.ts'
import { Office } from './office.ts'

let office: Office

beforeAll(async () => {
  office = await Office.open({ worker: 1 })
})
afterAll(() => office.close())

const pause = (milliseconds: number) => new Promise((done) => setTimeout(done, milliseconds))

test('when Postgres is killed under load, every accepted execution finishes, with one record each', async () => {
  const pipeline = await office.pipeline()
  const { workflow, url } = await office.liveWebhook(
    row(
      webhook(),
      set('a', { n: 1 }),
      create('made', pipeline, { name: 'Ada' }),
      set('b', { n: 2 }),
    ),
  )
  const statuses = new Map<number, number>()
  const accepted: unknown[] = []
  let sending = true
  const retryAfter = new Set<string | null>()
  const senders = Array.from({ length: 20 }, async () => {
    while (sending) {
      const answer = await office.send(url, {}).catch(() => undefined)
      const status = answer?.status ?? 0
      statuses.set(status, (statuses.get(status) ?? 0) + 1)
      if (status === 202) accepted.push(answer?.body['execution'])
      if (status === 503) retryAfter.add(answer?.headers.get('retry-after') ?? null)
    }
  })
  await pause(1500)
  process.kill(postgresPid(office.stack), 'SIGKILL')
  await pause(6000)
  sending = false
  await Promise.all(senders)
  office = await office.reconnected()

  expect([...statuses.keys()].filter((status) => status !== 202 && status !== 503)).toEqual([])
  if (statuses.has(503)) expect([...retryAfter]).toEqual(['2'])
  // It came back, and requests were accepted again.
  expect((await office.send(url)).status).toBe(202)

  await expect
    .poll(
      () =>
        office.count(`public.executions where workflow_id = $1 and status <> 'succeeded'`, [
          workflow,
        ]),
      {
        timeout: 50_000,
        interval: 500,
      },
    )
    .toBe(0)
  const kept = await office.count(
    `public.executions where id = any ($1::uuid[]) and status = 'succeeded'`,
    [accepted],
  )
  expect(kept).toBe(accepted.length)
  // One record for each execution there is: those whose answer got lost included.
  expect(await office.count('public.records where pipeline_id = $1', [pipeline])).toBe(
    await office.executions(workflow),
  )
}, 120_000)
