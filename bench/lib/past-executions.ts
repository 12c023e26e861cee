import { Client } from 'pg'

/** How a column of a new row is made; all others are copied from the row that it resembles. */
type Made = Record<string, string>

// Version 7: 48 bits of milliseconds, the rest by chance; in order of time, as the ids of real executions are.
const ID = `(lpad(to_hex((extract(epoch from g.at) * 1000)::bigint), 12, '0') || '7' || lpad(to_hex(g.n % 4096), 3, '0')
  || '8' || substr(md5(g.n::text), 1, 15))::uuid`

// Twenty workflows, one of them the benchmark's own with half of all executions.
const WORKFLOW = `case when g.n % 2 = 0 then e.workflow_id else md5('workflow ' || g.n % 19)::uuid end`
const WORKSPACE = `case when g.n % 2 = 0 then e.workspace_id else md5('workspace ' || g.n % 5)::uuid end`

const EXECUTION: Made = {
  id: 'g.id',
  workflow_id: WORKFLOW,
  workspace_id: WORKSPACE,
  status: `(case when g.n % 25 = 0 then 'failed' else 'succeeded' end)::public.execution_status`,
  error: `case when g.n % 25 = 0
    then '{"code": "http.status", "title": "The other side refused", "detail": "It answered with 500."}'::jsonb end`,
  created_at: 'g.at',
  finished_at: `g.at + interval '12 ms'`,
}

const STEP: Made = {
  execution_id: 'g.id',
  workspace_id: WORKSPACE,
  started_at: 'g.at',
  finished_at: `g.at + interval '5 ms'`,
}

/** The columns of a table, and how each is made: here, or as it is in the row that's resembled. */
async function columnsOf(db: Client, table: string, made: Made, from: string) {
  const { rows } = await db.query<{ name: string }>(
    `select attname as name from pg_attribute
     where attrelid = $1::regclass and attnum > 0 and not attisdropped and attgenerated = ''`,
    [table],
  )
  const names = rows.map(({ name }) => name)
  return {
    names: names.join(', '),
    values: names.map((name) => made[name] ?? `${from}.${name}`).join(', '),
  }
}

/** Executions of one day in the past, spread over it, with their steps: each resembles the model, a real one. */
async function fillDay(db: Client, day: string, count: number, model: string): Promise<void> {
  const executions = await columnsOf(db, 'public.executions', EXECUTION, 'e')
  const steps = await columnsOf(db, 'public.execution_steps', STEP, 's')
  const name = day.replaceAll('-', '')
  const generated = `
    with g as materialized (
      select g.n, g.at, ${ID} as id
      from (
        select n, $1::date at time zone 'UTC' + n * (interval '23 hours' / $2::integer) as at
        from generate_series(0, $2::integer - 1) as n
      ) as g
    )`
  // Into the partitions themselves: what tells people of new rows isn't for rows of the past.
  await db.query(
    `insert into partitions.executions_${name} (${executions.names})
     ${generated}
     select ${executions.values} from g, public.executions e where e.id = $3 order by g.n`,
    [day, count, model],
  )
  await db.query(
    `insert into partitions.execution_steps_${name} (${steps.names})
     ${generated}
     select ${steps.values}
     from g, public.executions e, public.execution_steps s
     where e.id = $3 and s.execution_id = $3
     order by g.n, s.seq`,
    [day, count, model],
  )
}

/** Days of the past, the latest first, as dates. */
export function pastDays(count: number): string[] {
  // From the day before yesterday: today and yesterday may have rows of their own.
  return Array.from({ length: count }, (_, index) =>
    new Date(Date.now() - (index + 2) * 86_400_000).toISOString().slice(0, 10),
  )
}

/** Fills past days with executions and their steps, as if the system had long been in use. Two days at a time. */
export async function fillPast(
  databaseUrl: string,
  days: string[],
  perDay: number,
  model: string,
  told: (day: string) => void,
): Promise<void> {
  const left = [...days]
  const work = async () => {
    const db = new Client({ connectionString: databaseUrl })
    await db.connect()
    try {
      await db.query('set synchronous_commit = off')
      for (let day = left.shift(); day !== undefined; day = left.shift()) {
        await db.query('select private.ensure_partitions($1::date, $1::date)', [day])
        await fillDay(db, day, perDay, model)
        told(day)
      }
    } finally {
      await db.end()
    }
  }
  await Promise.all([work(), work()])
}
