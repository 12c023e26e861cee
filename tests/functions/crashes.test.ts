import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest'
import type { RacePoint } from '../../supabase/functions/_shared/store/race-points.ts'
import { create, delay, row, set, webhook } from './drawing.ts'
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

/** The lease of whoever died runs out now, instead of in 15 seconds. */
const expire = () =>
  office.db.query(
    `update public.executions set lease_until = now() - interval '1 second' where status = 'running'`,
  )

/** A live webhook -> set -> create a record -> set; and the pipeline. */
async function recordMaker() {
  const pipeline = await office.pipeline()
  const made = await office.live(
    row(
      webhook(),
      set('before', { a: 1 }),
      create('made', pipeline, { name: 'Ada' }),
      set('after', { b: 1 }),
    ),
  )
  const token = (await office.address(made.workflow)).split('/').at(-1) ?? ''
  return {
    ...made,
    pipeline,
    at: (functions: FunctionsProcess) => `${functions.url}/webhook/${token}`,
  }
}

const executionsOf = async (workflow: string): Promise<string[]> => {
  const { rows } = await office.db.query<{ id: string }>(
    'select id from public.executions where workflow_id = $1 order by id',
    [workflow],
  )
  return rows.map((one) => one.id)
}

const steps = ['hook', 'before', 'made', 'after']

describe('a process that is killed', () => {
  test.each<RacePoint>([
    'accept:after-commit',
    'checkpoint:before-commit',
    'transact:before-checkpoint',
    'transact:before-commit',
    'transact:after-commit',
    'checkpoint:after-commit',
  ])('at %s leaves an execution that another one finishes, with one record', async (point) => {
    const { workflow, pipeline, at } = await recordMaker()
    const functions = await start('functions')
    functions.stopAt(point)
    const request = office.send(at(functions)).catch(() => undefined)
    await functions.reached(point)
    await functions.kill()
    await request
    await expire()
    await start('worker')
    const [execution] = await executionsOf(workflow)
    const seen = await office.until(execution, ['succeeded'])
    expect(seen.steps.map((step) => [step.node_id, step.status])).toEqual(
      steps.map((node) => [node, 'succeeded']),
    )
    expect(await office.count('public.records where pipeline_id = $1', [pipeline])).toBe(1)
  })

  test('before it committed an execution leaves none, and has told nobody that it would', async () => {
    const { workflow, at } = await recordMaker()
    const functions = await start('functions')
    functions.stopAt('accept:before-commit')
    const request = office.send(at(functions)).catch(() => 'no answer')
    await functions.reached('accept:before-commit')
    await functions.kill()
    expect(await request).toBe('no answer')
    expect(await executionsOf(workflow)).toEqual([])
  })

  test('after it claimed a sleeper leaves it to another one', async () => {
    const made = await office.live(row(webhook(), delay('nap', 1), set('after', { b: 1 })))
    const token = (await office.address(made.workflow)).split('/').at(-1) ?? ''
    const functions = await start('functions')
    const worker = await start('worker')
    worker.stopAt('claim:after-commit')
    await office.send(`${functions.url}/webhook/${token}`)
    await worker.reached('claim:after-commit')
    await worker.kill()
    await expire()
    await start('worker')
    const [execution] = await executionsOf(made.workflow)
    expect((await office.until(execution)).status).toBe('succeeded')
  })
})

describe('a process that was thought dead', () => {
  test.each<RacePoint>(['checkpoint:before-commit', 'transact:before-commit'])(
    'and comes back at %s can write nothing any more',
    async (point) => {
      const { workflow, pipeline, at } = await recordMaker()
      const zombie = await start('functions')
      zombie.stopAt(point)
      void office.send(at(zombie)).catch(() => undefined)
      await zombie.reached(point)
      const [execution] = await executionsOf(workflow)
      // Held at "before commit" inside a transaction, it also holds the row; a real one would be cut off by now.
      await office.db.query(
        `select pg_terminate_backend(pid) from pg_stat_activity where state like 'idle in transaction%' and usename = 'weft_engine'`,
      )
      await expire()
      await start('worker')
      const before = await office.until(execution, ['succeeded'])
      zombie.goOn(point)
      await new Promise((done) => setTimeout(done, 1500))
      expect(await office.seen(execution)).toEqual(before)
      expect(before.lease_number).toBe(2)
      expect(await office.count('public.records where pipeline_id = $1', [pipeline])).toBe(1)
    },
  )
})

describe('a short run, accepted with all that it did', () => {
  async function setter() {
    const made = await office.live(
      row(webhook(), set('a', { b: 1 }), set('c', { d: '{{ steps.a.b }}' })),
    )
    const token = (await office.address(made.workflow)).split('/').at(-1) ?? ''
    return { ...made, at: (functions: FunctionsProcess) => `${functions.url}/webhook/${token}` }
  }

  test('takes one commit, and its row is written once', async () => {
    const { workflow, at } = await setter()
    const functions = await start('functions')
    functions.stopAt('checkpoint:before-commit')
    const { status } = await office.send(at(functions))
    expect(status).toBe(202)
    const [execution] = await executionsOf(workflow)
    const seen = await office.seen(execution)
    expect(seen).toMatchObject({ status: 'succeeded', lease_number: 1 })
    expect(seen.steps.map(({ node_id, status }) => `${node_id} ${status}`)).toEqual([
      'hook succeeded',
      'a succeeded',
      'c succeeded',
    ])
    const { rows } = await office.db.query(
      'select e.xmin = s.xmin as together from public.executions e join public.execution_steps s on s.execution_id = e.id where e.id = $1',
      [execution],
    )
    expect(rows).toEqual(Array.from({ length: 3 }, () => ({ together: true })))
  })

  test('is not there when its process dies before the commit, and whole when it dies after', async () => {
    const { workflow, at } = await setter()
    for (const point of ['accept:before-commit', 'accept:after-commit'] as const) {
      const functions = await start('functions')
      functions.stopAt(point)
      void office.send(at(functions)).catch(() => undefined)
      await functions.reached(point)
      await functions.kill()
      const made = await executionsOf(workflow)
      expect(made).toHaveLength(point === 'accept:before-commit' ? 0 : 1)
    }
    const [execution] = await executionsOf(workflow)
    expect(await office.seen(execution)).toMatchObject({ status: 'succeeded', lease_number: 1 })
  })
})

test('a worker that is stopped hands back what it cannot finish, so that nobody waits for its lease', async () => {
  const { workflow, at } = await recordMaker()
  const functions = await start('functions')
  functions.stopAt('checkpoint:before-commit')
  void office.send(at(functions))
  await functions.reached('checkpoint:before-commit')
  const [execution] = await executionsOf(workflow)
  await expire()
  const worker = await start('worker')
  worker.stopAt('checkpoint:before-commit')
  await worker.reached('checkpoint:before-commit')
  await worker.stop()
  expect((await office.seen(execution)).status).toBe('running')
  await start('worker')
  // Much sooner than a lease lasts.
  expect((await office.until(execution, undefined, 8_000)).status).toBe('succeeded')
})

test('two workers share a backlog without doing anything twice', async () => {
  const { workflow, pipeline, at } = await recordMaker()
  const functions = await start('functions')
  functions.stopAt('accept:after-commit')
  const requests = Array.from({ length: 40 }, () =>
    office.send(at(functions)).catch(() => undefined),
  )
  await expect.poll(() => office.executions(workflow), { timeout: 10_000 }).toBeGreaterThan(0)
  await functions.reached('accept:after-commit')
  functions.goOn('accept:after-commit')
  functions.stopAt('checkpoint:before-commit')
  functions.stopAt('transact:before-checkpoint')
  await Promise.all(requests)
  await functions.kill()
  await expire()
  await Promise.all([start('worker'), start('worker')])
  await expect
    .poll(
      () =>
        office.count(`public.executions where workflow_id = $1 and status <> 'succeeded'`, [
          workflow,
        ]),
      {
        timeout: 30_000,
      },
    )
    .toBe(0)
  expect(await office.executions(workflow)).toBe(40)
  expect(await office.count('public.records where pipeline_id = $1', [pipeline])).toBe(40)
})
