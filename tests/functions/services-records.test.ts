import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import pg from 'pg'
import { startTestStack } from '../../local/testing.ts'
import type { Stack } from '../../local/stack.ts'
import type { DataObject } from '../../src/lib/engine/data.ts'
import type { WorkspaceId } from '../../src/lib/engine/ids.ts'
import type { RecordService } from '../../src/lib/engine/services.ts'
import { evaluate } from '../../src/lib/engine/template/conditions.ts'
import type { Rule, RuleTree } from '../../src/lib/engine/template/rules.ts'
import { Pool } from '../../supabase/functions/_shared/database/pool.ts'
import { PostgresRecords } from '../../supabase/functions/_shared/services/records.ts'
import { transactionScope } from '../../supabase/functions/_shared/store/transaction-scope.ts'
import { makeTenant } from '../rls/two-workspaces.ts'

const ZONE = 'America/New_York'
let stack: Stack
let admin: pg.Client
let pool: Pool
let workspace: WorkspaceId
/** Another workspace's. */
let theirs: { pipeline: string; record: string }
let pipeline: string

beforeAll(async () => {
  stack = await startTestStack({ functions: false, worker: 0 })
  admin = new pg.Client(stack.databaseUrl)
  await admin.connect()
  workspace = (await makeTenant(admin, 'ann@example.org')).workspace as WorkspaceId
  theirs = await makeTenant(admin, 'bob@example.org')
  await admin.query('update public.workspaces set time_zone = $2 where id = $1', [workspace, ZONE])
  pipeline = await newPipeline()
  pool = new Pool(stack.engineDatabaseUrl, 2)
})
afterAll(async () => {
  await pool.close()
  await admin.end()
  await stack.stop()
})

async function newPipeline(): Promise<string> {
  const { rows } = await admin.query<{ id: string }>(
    `insert into public.pipelines (workspace_id, name) values ($1, 'Orders') returning id`,
    [workspace],
  )
  const id = rows[0]?.id ?? ''
  await admin.query(
    `insert into public.pipeline_fields (workspace_id, pipeline_id, key, title, type, options, required)
     values ($1, $2, 'customer', 'Customer', 'text', '{}', true), ($1, $2, 'amount', 'Amount', 'number', '{}', false),
            ($1, $2, 'due', 'Due', 'date', '{}', false), ($1, $2, 'paid', 'Paid', 'boolean', '{}', false),
            ($1, $2, 'status', 'Status', 'select', '{new,done}', false), ($1, $2, 'email', 'E-mail', 'email', '{}', false)`,
    [workspace, id],
  )
  return id
}

/** Does something as a transactional step does. */
const step = <T>(work: (records: RecordService) => Promise<T>): Promise<T> =>
  pool.transaction(transactionScope(workspace), (queries) =>
    work(new PostgresRecords(queries, workspace)),
  )
const create = (data: DataObject) => step((records) => records.create(pipeline, data))
const problemOf = (work: Promise<unknown>): Promise<unknown> =>
  work.then(
    () => 'went through',
    (thrown: unknown) => thrown,
  )

describe('a new record', () => {
  test('is what was given, and made by nobody', async () => {
    const data = { customer: 'Ada', amount: 12.5, due: '2026-11-23', paid: true, status: 'new' }
    const record = await create(data)
    expect(record).toMatchObject({ pipeline, data })
    expect(record.created_at).toMatch(/^\d{4}-\d\d-\d\dT.*Z$/)
    const { rows } = await admin.query('select created_by from public.records where id = $1', [
      record.id,
    ])
    expect(rows).toEqual([{ created_by: null }])
  })

  test('takes texts for what they say', async () => {
    const { data } = await create({
      ...{ customer: 17, amount: ' 12.50 ', paid: 'yes', status: ' done ', email: '' },
      // Half past ten in the evening of the day before, in New York.
      due: '2026-11-24T03:30:00Z',
    })
    expect(data).toEqual({
      ...{ customer: '17', amount: 12.5, paid: true, status: 'done', due: '2026-11-23' },
    })
  })

  test.each<[DataObject, string]>([
    [{ customer: 'Ada', amount: 'many' }, '"Amount" must be a number.'],
    [{ customer: 'Ada', paid: 'perhaps' }, '"Paid" must be yes or no.'],
    [{ customer: 'Ada', due: '30/11/2026' }, '"Due" must be a date like 2026-11-23.'],
    [{ customer: 'Ada', due: '2026-02-30' }, '"Due" must be a date like 2026-11-23.'],
    [{ customer: 'Ada', status: 'odd' }, '"Status" must be one of: new, done.'],
    [{ customer: 'Ada', email: 'ada' }, '"E-mail" must be an e-mail address.'],
    [{ customer: { first: 'Ada' } }, '"Customer" must be text.'],
    [{ customer: '  ' }, '"Customer" is required.'],
    [{}, '"Customer" is required.'],
  ])('%j does not fit', async (data, detail) => {
    expect(await problemOf(create(data))).toMatchObject({
      ...{ name: 'ConfigProblem', code: 'records.value_not_allowed', field: 'values', detail },
    })
  })

  test('keeps any text, even one that Postgres has no place for', async () => {
    const { data } = await create({ customer: `'); drop table public.records; -- \u0000 \ud800` })
    expect(data['customer']).toBe(`'); drop table public.records; -- \ufffd \ufffd`)
  })

  test('has no field that the pipeline has not; the nearest is named', async () => {
    const problem = await problemOf(create({ customer: 'Ada', ammount: 1 }))
    expect(problem).toMatchObject({ code: 'records.unknown_field', nearest: 'amount' })
    expect(problem).toMatchObject({ name: 'ConfigProblem', hint: 'Did you mean "amount"?' })
    for (const key of ['__proto__', 'constructor', "x' or 1=1"]) {
      const data = Object.fromEntries([
        ['customer', 'Ada'],
        [key, 'x'],
      ]) // as an own field
      expect(await problemOf(create(data))).toMatchObject({ code: 'records.unknown_field' })
    }
  })

  test.each(['00000000-0000-4000-8000-000000000000', 'orders', ''])(
    'cannot go into a pipeline that is not there (%s)',
    async (missing) => {
      const work = step((records) => records.create(missing, { customer: 'Ada' }))
      expect(await problemOf(work)).toMatchObject({
        ...{ name: 'ConfigProblem', code: 'records.unknown_pipeline', field: 'pipeline' },
      })
    },
  )
})

describe('a changed record', () => {
  test('keeps what was not named, and tells what really changed', async () => {
    const { id } = await create({ customer: 'Ada', amount: 5, status: 'new', paid: true })
    const changes = { customer: 'Ada', amount: '5.0', status: 'done', paid: null, email: '' }
    const { record, changed } = await step((records) => records.update(id, changes))
    expect(changed).toEqual(['status', 'paid'])
    expect(record.data).toEqual({ customer: 'Ada', amount: 5, status: 'done' })
  })

  test('is left alone when nothing changes', async () => {
    const before = await create({ customer: 'Ada', amount: 5 })
    const { record, changed } = await step((records) => records.update(before.id, { amount: '5' }))
    expect(changed).toEqual([])
    expect(record).toEqual(before)
  })

  test('still has to fit', async () => {
    const { id } = await create({ customer: 'Ada' })
    const change = (changes: DataObject) =>
      problemOf(step((records) => records.update(id, changes)))
    const wrong = { code: 'records.value_not_allowed', field: 'changes' }
    expect(await change({ amount: 'x' })).toMatchObject(wrong)
    expect(await change({ customer: null })).toMatchObject(wrong)
    expect(await change({ custmer: 'x' })).toMatchObject({
      ...{ code: 'records.unknown_field', nearest: 'customer', field: 'changes' },
    })
  })

  test('by two steps at once has the changes of both', async () => {
    const { id } = await create({ customer: 'Ada' })
    await Promise.all([
      step((records) => records.update(id, { amount: 1 })),
      step((records) => records.update(id, { status: 'new' })),
    ])
    const { records } = await step((service) =>
      service.find(pipeline, {
        where: { all: [{ left: 'id', op: 'equals', right: id }] },
        limit: 1,
      }),
    )
    expect(records[0]?.data).toEqual({ customer: 'Ada', amount: 1, status: 'new' })
  })

  test('and a deleted one are as before when the step fails afterwards', async () => {
    const { id } = await create({ customer: 'Ada' })
    const work = step(async (records) => {
      await records.update(id, { amount: 1 })
      await records.delete(id)
      throw new Error('the step failed')
    })
    expect(await problemOf(work)).toBeInstanceOf(Error)
    const { record } = await step((records) => records.update(id, {}))
    expect(record.data).toEqual({ customer: 'Ada' })
  })
})

describe('a deleted record', () => {
  test('is in the bin, and no longer there for steps', async () => {
    const { id } = await create({ customer: 'Ada' })
    expect(await step((records) => records.delete(id))).toMatchObject({ id })
    const { rows } = await admin.query<{ deleted_at: Date | null }>(
      'select deleted_at from public.records where id = $1',
      [id],
    )
    expect(rows[0]?.deleted_at).toBeInstanceOf(Date)
    const missing = { name: 'StepFailure', code: 'records.not_found', retryable: false }
    expect(await problemOf(step((records) => records.delete(id)))).toMatchObject(missing)
    expect(await problemOf(step((records) => records.update(id, {})))).toMatchObject(missing)
  })

  test.each(['no id', ''])('was never there (%j)', async (id) => {
    const missing = { code: 'records.not_found' }
    expect(await problemOf(step((records) => records.delete(id)))).toMatchObject(missing)
  })
})

describe('another workspace', () => {
  test('is out of reach', async () => {
    const attempts: [(records: RecordService) => Promise<unknown>, string][] = [
      [(records) => records.create(theirs.pipeline, {}), 'records.unknown_pipeline'],
      [(records) => records.find(theirs.pipeline, { limit: 10 }), 'records.unknown_pipeline'],
      [(records) => records.update(theirs.record, {}), 'records.not_found'],
      [(records) => records.delete(theirs.record), 'records.not_found'],
    ]
    for (const [attempt, code] of attempts) {
      expect(await problemOf(step(attempt))).toMatchObject({ code })
    }
  })
})

describe('a search', () => {
  const now = Date.now()
  const day = (days: number) => new Date(now + days * 86_400_000).toISOString().slice(0, 10)
  const rows: DataObject[] = [
    { customer: 'Ada Lovelace', amount: 5, due: '2026-11-23', paid: true, status: 'new' },
    { customer: ' ada lovelace ', amount: 10.5, due: '2026-11-24', paid: false, status: 'done' },
    { customer: '100%', amount: -3, email: 'x@example.org' },
    { customer: 'ÄRGER_y', amount: 0, due: day(0) },
    { customer: '5', due: day(-3), paid: true },
    { customer: '10.0', amount: 10, due: day(3) },
    { customer: 'yes', amount: 1e15, due: day(-40) },
    { customer: '2026-11-23', amount: 1, status: 'new' },
    { customer: 'a\nb', due: day(400) },
    { customer: '\\', amount: 0.1 },
  ]
  let searched: string
  /** Where in `rows` a record comes from. */
  const places = new Map<string, number>()

  beforeAll(async () => {
    searched = await newPipeline()
    for (const [place, data] of rows.entries()) {
      places.set((await step((records) => records.create(searched, data))).id, place)
    }
  })

  const find = (query: Parameters<RecordService['find']>[1]) =>
    step((records) => records.find(searched, query))
  const foundBy = async (records: RecordService, where: RuleTree) =>
    (await records.find(searched, { where, limit: 100 })).records
      .map(({ id }) => places.get(id))
      .sort()
  const found = (where: RuleTree) => step((records) => foundBy(records, where))

  /** What a condition step would let through. */
  const expected = (where: RuleTree) => {
    const filled = (data: DataObject, tree: RuleTree): RuleTree => {
      const fill = (node: Rule | RuleTree): Rule | RuleTree =>
        'op' in node ? { ...node, left: data[String(node.left)] } : filled(data, node)
      if ('all' in tree) return { all: tree.all.map(fill) }
      return 'any' in tree ? { any: tree.any.map(fill) } : { none: tree.none.map(fill) }
    }
    const calendar = { timeZone: ZONE, now: Date.now() }
    return [...rows.keys()].filter((place) => evaluate(filled(rows[place] ?? {}, where), calendar))
  }

  // One of each kind: choices and addresses are texts.
  const fields = ['customer', 'amount', 'due', 'paid']
  const operators: Record<string, unknown[]> = {
    'equals,not_equals,contains,not_contains,starts_with,ends_with,matches': [
      ...['ADA LOVELACE ', 'ada', 'lace', '%', '_', '\\', 'ärger_y', 'a?a*', '*0*', '\n', '', ' '],
      ...[
        '5',
        5,
        '10',
        10,
        '10.0',
        10.5,
        '1e1',
        0,
        -3,
        0.1,
        true,
        false,
        'yes',
        'no',
        1,
        'on',
        null,
      ],
      ...['2026-11-23', 'new', [], ['new'], {}, undefined],
    ],
    'in,not_in': [
      ...['new, done', ['ada lovelace', 5, true], [], '', '["5", "x"]', [10, '10', 'yes'], 5, null],
      [['new'], '', false],
    ],
    'greater_than,greater_or_equal,less_than,less_or_equal,before,after': [
      ...[5, '5', 10, '10.0', 0, -3, 'x', '', null, true, 1e15],
      ...[
        '2026-11-23',
        '2026-11-23T12:00:00Z',
        '2026-11-24 05:00',
        '2026-11-24T04:59:59.999Z',
        day(0),
      ],
    ],
    on_day: ['2026-11-23', '2026-11-24T03:00:00Z', '2026-11-24T06:00:00Z', day(0), 'x', 5, null],
    'in_last_days,in_next_days': [0, 3, '3', 2.9, 5, 400, -1, 'x', null],
    between: [
      [0, 10],
      ['0', '10.5'],
      { from: -3, to: 5 },
      ['2026-11-23', '2026-11-24'],
      [5],
      'x',
      null,
    ],
    'is_empty,is_not_empty,is_true,is_false,exists,not_exists': [undefined],
  }
  const cases = Object.entries(operators).flatMap(([names, rights]) =>
    names.split(',').map((op): [Rule['op'], unknown[]] => [op as Rule['op'], rights]),
  )

  test.each(cases)('by "%s" finds what a condition step would let through', async (op, rights) => {
    const wrong: string[] = []
    // All in one transaction: there are hundreds.
    await step(async (records) => {
      for (const left of fields) {
        for (const right of rights) {
          const where: RuleTree = { all: [{ left, op, right }] }
          const [got, wanted] = [await foundBy(records, where), expected(where)].map(String)
          if (got === wanted) continue
          wrong.push(`${left} ${op} ${JSON.stringify(right)}: found ${got}, not ${wanted}`)
        }
      }
    })
    expect(wrong).toEqual([])
  })

  test.each<RuleTree>([
    { all: [] },
    { any: [] },
    { none: [] },
    {
      all: [
        { left: 'amount', op: 'less_than', right: 6 },
        { left: 'status', op: 'equals', right: 'new' },
      ],
    },
    {
      any: [{ left: 'amount', op: 'equals', right: 5 }, { none: [{ left: 'due', op: 'exists' }] }],
    },
    {
      none: [
        { left: 'amount', op: 'greater_than', right: 1 },
        { left: 'paid', op: 'is_true' },
      ],
    },
    { all: [{ any: [] }, { left: 'customer', op: 'exists' }] },
    { none: [{ none: [{ left: 'email', op: 'contains', right: 'x' }] }] },
  ])('joins rules as a condition step does (%j)', async (where) => {
    expect(await found(where)).toEqual(expected(where))
  })

  test('knows when records were made', async () => {
    const rule = (op: Rule['op'], right: unknown): RuleTree => ({
      all: [{ left: 'record.created_at', op, right }],
    })
    expect(await found(rule('in_last_days', 1))).toHaveLength(rows.length)
    expect(await found(rule('before', '2020-01-01'))).toEqual([])
  })

  test('without rules finds everything, newest first, and counts all of it', async () => {
    const { records, total } = await find({ limit: 3 })
    expect(records.map(({ id }) => places.get(id))).toEqual([9, 8, 7])
    expect(total).toBe(rows.length)
  })

  test('sorts numbers as numbers and texts as people do, empty ones last', async () => {
    const sorted = async (field: string, descending: boolean) =>
      (await find({ sort: { field, descending }, limit: 100 })).records.map(
        ({ data }) => data[field] ?? null,
      )
    expect(await sorted('amount', false)).toEqual([-3, 0, 0.1, 1, 5, 10, 10.5, 1e15, null, null])
    expect((await sorted('amount', true)).slice(-3)).toEqual([-3, null, null])
    expect((await sorted('customer', false)).slice(-4)).toEqual([
      ...[' ada lovelace ', 'Ada Lovelace', 'yes', 'ÄRGER_y'],
    ])
  })

  test.each<[Parameters<RecordService['find']>[1], object]>([
    [
      { where: { all: [{ left: 'stauts', op: 'equals', right: 'x' }] }, limit: 1 },
      { code: 'records.unknown_field', nearest: 'status', field: 'where' },
    ],
    [
      { sort: { field: 'amont', descending: false }, limit: 1 },
      { code: 'records.unknown_field', nearest: 'amount', field: 'sortBy' },
    ],
    [
      { where: { all: [{ left: 'status', op: 'changed' }] }, limit: 1 },
      { code: 'records.unsupported_rule', field: 'where' },
    ],
  ])('that makes no sense is a problem of the step (%j)', async (query, problem) => {
    expect(await problemOf(find(query))).toMatchObject({ name: 'ConfigProblem', ...problem })
  })

  test('takes values for values, whatever is in them', async () => {
    for (const right of [`' or true --`, '$1', '\u0000', '\\', `"; drop table records`]) {
      for (const op of ['equals', 'contains', 'matches', 'starts_with', 'in'] as const) {
        const where: RuleTree = { all: [{ left: 'customer', op, right }] }
        expect(await found(where)).toEqual(expected(where))
      }
    }
    const sort = { field: 'amount; drop table records', descending: false }
    expect(await problemOf(find({ sort, limit: 1 }))).toMatchObject({
      code: 'records.unknown_field',
    })
  })

  test('bears values that are older than their field', async () => {
    const changed = await newPipeline()
    await step((records) => records.create(changed, { customer: 'x', amount: 5 }))
    await admin.query(
      `delete from public.pipeline_fields where pipeline_id = $1 and key = 'amount'`,
      [changed],
    )
    await admin.query(
      `insert into public.pipeline_fields (workspace_id, pipeline_id, key, title, type)
       values ($1, $2, 'amount', 'Amount', 'date')`,
      [workspace, changed],
    )
    const where: RuleTree = { all: [{ left: 'amount', op: 'after', right: '2020-01-01' }] }
    const search = step((records) => records.find(changed, { where, limit: 1 }))
    expect(await search).toEqual({ records: [], total: 0 })
  })
})
