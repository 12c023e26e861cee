import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest'
import type { RacePoint } from '../../supabase/functions/_shared/store/race-points.ts'
import { create, delay, row, set, stop, webhook } from './drawing.ts'
import { FunctionsProcess } from './functions-process.ts'
import { Office } from './office.ts'

let office: Office
const processes: FunctionsProcess[] = []

beforeAll(async () => {
  // Functions and workers are started by the tests, one by one.
  office = await Office.open({ functions: false, worker: 0 })
})
afterAll(() => office.close())
afterEach(async () => {
  await Promise.all(processes.splice(0).map((one) => one.kill()))
})

async function start(kind: 'functions' | 'worker'): Promise<FunctionsProcess> {
  const started = await FunctionsProcess.start(office.stack, kind)
  processes.push(started)
  return started
}

/** The leases of whoever died run out now, instead of in 15 seconds. */
const expire = () =>
  office.db.query(
    `update public.executions set lease_until = now() - interval '1 second' where status = 'running'`,
  )

const executionsOf = async (workflow: string) => {
  const { rows } = await office.db.query<{ id: string; status: string }>(
    'select id, status from public.executions where workflow_id = $1 order by id',
    [workflow],
  )
  return rows
}

/** A workflow that is called, makes a record and answers; one that calls it; and the pipeline. */
async function family(...between: Parameters<typeof row>) {
  const pipeline = await office.pipeline()
  const child = await office.live(
    row(
      { id: 'start', type: 'trigger.called' },
      create('made', pipeline, { name: '{{ trigger.name }}' }),
      ...between,
      set('answer', { made: '{{ steps.made.record.id }}' }),
    ),
  )
  const parent = await office.live(
    row(
      webhook(),
      {
        id: 'call',
        type: 'logic.call_workflow',
        config: {
          workflow: child.workflow,
          inputs: [{ name: 'name', type: 'auto', value: 'Ada' }],
        },
      },
      set('after', { got: '{{ steps.call.result.made }}' }),
    ),
  )
  const token = (await office.address(parent.workflow)).split('/').at(-1) ?? ''
  return { pipeline, child: child.workflow, parent: parent.workflow, path: `/webhook/${token}` }
}

/** That both came to their end, and did what they do once. */
async function expectBothDone({ pipeline, child, parent }: Awaited<ReturnType<typeof family>>) {
  const [caller] = await executionsOf(parent)
  const seen = await office.until(caller?.id)
  const { rows } = await office.db.query<{ id: string }>(
    'select id from public.records where pipeline_id = $1',
    [pipeline],
  )
  expect(rows).toHaveLength(1)
  expect(seen.status).toBe('succeeded')
  expect(seen.steps.find((step) => step.node_id === 'after')?.output).toEqual({ got: rows[0]?.id })
  expect((await executionsOf(child)).map(({ status }) => status)).toEqual(['succeeded'])
  expect(await office.count('public.execution_waits where execution_id = $1', [caller?.id])).toBe(0)
}

describe('a call', () => {
  test.each<RacePoint>([
    'transact:before-commit',
    'transact:after-commit',
    'claim:after-commit',
    'checkpoint:before-commit',
    'checkpoint:after-commit',
  ])('is made once and answered, when its process is killed at %s', async (point) => {
    const made = await family()
    const functions = await start('functions')
    functions.stopAt(point)
    void office.send(`${functions.url}${made.path}`).catch(() => undefined)
    await functions.reached(point)
    await functions.kill()
    await expire()
    await start('worker')
    await expectBothDone(made)
  })

  test.each<RacePoint>(['checkpoint:before-commit', 'checkpoint:after-commit'])(
    'is answered when the process that ends what was called is killed at %s',
    async (point) => {
      const made = await family(delay('nap', 3))
      const functions = await start('functions')
      await office.send(`${functions.url}${made.path}`)
      const statusOf = async (workflow: string) => (await executionsOf(workflow))[0]?.status
      await expect.poll(() => statusOf(made.child), { timeout: 10_000 }).toBe('waiting')
      await expect.poll(() => statusOf(made.parent), { timeout: 10_000 }).toBe('waiting')
      await functions.kill()
      const worker = await start('worker')
      worker.stopAt(point)
      await worker.reached(point)
      await worker.kill()
      await expire()
      await start('worker')
      await expectBothDone(made)
    },
  )
})

test('a caller that cannot be run any more stops what it has called', async () => {
  const called = { id: 'start', type: 'trigger.called' }
  const quick = await office.live(row(called, delay('nap', 3)))
  const slow = await office.live(row(called, delay('sleep', 3600)))
  const call = (id: string, { workflow }: { workflow: string }) => ({
    ...{ id, type: 'logic.call_workflow', config: { workflow } },
  })
  const drawn = row(webhook(), call('quick', quick), call('slow', slow))
  const parent = await office.live({
    ...drawn,
    edges: drawn.edges.map((edge) => ({ ...edge, source: 'hook' })),
  })
  const token = (await office.address(parent.workflow)).split('/').at(-1) ?? ''
  const functions = await start('functions')
  const { body } = await office.send(`${functions.url}/webhook/${token}`)
  const statusOf = async ({ workflow }: { workflow: string }) =>
    (await executionsOf(workflow))[0]?.status
  await expect.poll(() => statusOf(quick), { timeout: 10_000 }).toBe('waiting')
  await expect.poll(() => statusOf(slow), { timeout: 10_000 }).toBe('waiting')
  await expect.poll(() => statusOf(parent), { timeout: 10_000 }).toBe('waiting')
  await functions.kill()
  // As a version is that a newer Weft wrote. It's one that the next process hasn't read yet.
  await office.db.query(
    `update public.workflow_versions set definition = jsonb_set(definition, '{schema}', '99') where id = $1`,
    [parent.version],
  )
  await start('worker')
  expect((await office.until(body['execution'])).status).toBe('failed')
  expect(await statusOf(quick)).toBe('succeeded')
  expect(await statusOf(slow)).toBe('cancelled')
  expect(
    await office.count('public.execution_waits where execution_id = $1', [body['execution']]),
  ).toBe(0)
})

test.each<RacePoint>(['checkpoint:before-commit', 'checkpoint:after-commit', 'claim:after-commit'])(
  'an error workflow begins once, when the process is killed at %s',
  async (point) => {
    const pipeline = await office.pipeline()
    const fireman = await office.live(
      row(
        { id: 'start', type: 'trigger.failure' },
        create('note', pipeline, { name: '{{ trigger.error.detail }}' }),
      ),
    )
    const { workflow } = await office.live({
      ...row(webhook(), stop('halt', 'Fire')),
      settings: { errorWorkflow: fireman.workflow },
    })
    const token = (await office.address(workflow)).split('/').at(-1) ?? ''
    const functions = await start('functions')
    functions.stopAt(point)
    void office.send(`${functions.url}/webhook/${token}`).catch(() => undefined)
    await functions.reached(point)
    await functions.kill()
    await expire()
    await start('worker')
    const [failed] = await executionsOf(workflow)
    expect((await office.until(failed?.id)).status).toBe('failed')
    const [told] = await executionsOf(fireman.workflow)
    expect((await office.until(told?.id)).status).toBe('succeeded')
    expect(await office.executions(fireman.workflow)).toBe(1)
    expect(await office.count('public.records where pipeline_id = $1', [pipeline])).toBe(1)
  },
)
