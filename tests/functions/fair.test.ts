import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { Batcher } from '../../supabase/functions/_shared/store/batcher.ts'
import { Turns } from '../../supabase/functions/_shared/work/turns.ts'
import { manual, row, set } from './drawing.ts'
import { Office } from './office.ts'

describe('a batch that cannot take all who wait', () => {
  test('takes from each workspace in turn, in the order in which each one came', async () => {
    const batches: string[][] = []
    const batcher = new Batcher<string, null>({
      ...{ lanes: 1, maxItems: 4, maxBytes: 1_000_000, maxWaiting: 1000 },
      key: (item) => item,
      group: (item) => item.charAt(0),
      size: (item) => item.length,
      write: async (items) => {
        batches.push(items)
        await new Promise((done) => setTimeout(done, 1))
        return items.map(() => ({ ok: null }))
      },
    })
    const flood = Array.from({ length: 10 }, (_, n) => batcher.add(`a${n}`))
    await Promise.all([...flood, batcher.add('b0'), batcher.add('b1')])
    expect(batches).toEqual([
      ['a0', 'b0', 'a1', 'b1'],
      ['a2', 'a3', 'a4', 'a5'],
      ['a6', 'a7', 'a8', 'a9'],
    ])
  })
})

describe('what comes in', () => {
  /** Takes a turn that lasts until it's let go. */
  function taking(turns: Turns, workspace: string) {
    const { promise, resolve } = Promise.withResolvers<null>()
    const seen = { begun: false, letGo: () => resolve(null), done: Promise.resolve<null>(null) }
    seen.done = turns.take(workspace, () => {
      seen.begun = true
      return promise
    })
    return seen
  }
  const begun = (taken: { begun: boolean }[]) => taken.filter((one) => one.begun).length
  const soon = () => new Promise((done) => setTimeout(done, 0))

  test('never waits while one workspace is alone', async () => {
    const turns = new Turns()
    const flood = Array.from({ length: 100 }, () => taking(turns, 'noisy'))
    await soon()
    expect(begun(flood)).toBe(100)
  })

  test('waits for its own workspace, while others come, too, and all of it has its turn', async () => {
    let now = 10_000
    const turns = new Turns(() => now)
    const quiet = taking(turns, 'quiet')
    const flood = Array.from({ length: 50 }, () => taking(turns, 'noisy'))
    await soon()
    expect([quiet.begun, begun(flood)]).toEqual([true, 16])
    expect(taking(turns, 'quiet').begun).toBe(true)
    for (const one of flood) {
      one.letGo()
      await soon()
    }
    await Promise.all(flood.map((one) => one.done))
    expect(begun(flood)).toBe(50)
    quiet.letGo()
    await quiet.done
    // Nobody else has come for a while.
    now += 5_000
    const again = Array.from({ length: 50 }, () => taking(turns, 'noisy'))
    await soon()
    expect(begun(again)).toBe(50)
  })
})

describe('what is queued', () => {
  let noisy: Office
  beforeAll(async () => {
    noisy = await Office.open({ worker: 0 })
  })
  afterAll(() => noisy.close())

  test('is taken over from each workspace in turn, however many one of them has', async () => {
    const quiet = await noisy.neighbour()
    const queue = async (office: Office, many: number) => {
      const { workflow, version } = await office.live(row(manual, set('a', { b: 1 })))
      await office.db.query(
        `insert into public.executions (id, workspace_id, workflow_id, version_id, trigger_node, trigger_kind,
                                        trigger_data, status, lease_number)
         select (lpad(to_hex((extract(epoch from now()) * 1000)::bigint), 12, '0') || '7000' || '8'
                 || lpad(to_hex((random() * 1e15)::bigint), 15, '0'))::uuid, $1, $2, $3, 'start', 'trigger.manual',
                '{}', 'queued', 0
         from generate_series(1, $4::integer)`,
        [office.workspace, workflow, version, many],
      )
      return workflow
    }
    await queue(noisy, 3000)
    const workflow = await queue(quiet, 5)
    // One round of a worker takes 50.
    await fetch(`${noisy.stack.functionsUrl}/tick`, {
      method: 'POST',
      headers: { authorization: `Bearer ${noisy.stack.functionsEnv['WEFT_FUNCTION_SECRET']}` },
    })
    expect(
      await noisy.count(`public.executions where workflow_id = $1 and status = 'succeeded'`, [
        workflow,
      ]),
    ).toBe(5)
    expect(await noisy.count(`public.executions where status = 'queued'`)).toBeGreaterThan(2000)
  })
})
