import { afterEach, expect, test } from 'vitest'
import { create, delay, row, set, webhook } from './drawing.ts'
import { Office } from './office.ts'

let office: Office
afterEach(() => office.close())

/** So many of each kind: queued, left behind by a process that died, and asleep until now. */
const EACH = 1_000

/**
 * Notes who takes which execution, in the statement that takes it: a change of the lease's number is a claim, and a
 * connection names its process.
 */
async function noteClaims(): Promise<void> {
  await office.db.query(`
    create schema observed;
    create table observed.claims (execution uuid, process text);
    create function observed.note_claim() returns trigger language plpgsql security definer as $$
    begin
      insert into observed.claims values (new.id, current_setting('application_name'));
      return null;
    end
    $$;
    create trigger note_claims after update on public.executions
      for each row when (old.lease_number <> new.lease_number) execute function observed.note_claim();`)
}

/** A live webhook -> nap -> record -> set, whose webhook nobody calls; with the one execution that is copied below. */
async function sleeper(): Promise<{ workflow: string; pipeline: string; execution: string }> {
  const pipeline = await office.pipeline()
  const { workflow, url } = await office.liveWebhook(
    row(
      webhook(),
      delay('nap', 3_600),
      create('made', pipeline, { name: '{{ execution.id }}' }),
      set('after', { b: 1 }),
    ),
  )
  const { body } = await office.send(url)
  await office.until(body['execution'], ['waiting'])
  return { workflow, pipeline, execution: String(body['execution']) }
}

/**
 * Copies an execution that sleeps, a thousand times in each of the three states in which work waits to be taken. All
 * appear in one commit, while every worker is up and looks: whoever is quickest takes first.
 */
async function pileUp({ workflow, execution }: { workflow: string; execution: string }) {
  await office.db.query('begin')
  await office.db.query(
    `create temporary table fresh on commit drop as
     select n, overlay(gen_random_uuid()::text placing left(private.uuid_v7_floor(now())::text, 14) from 1)::uuid as id,
            case when n <= $1 then 'queued' when n <= 2 * $1 then 'running' else 'waiting' end as status
     from generate_series(1, 3 * $1) as n`,
    [EACH],
  )
  await office.db.query(
    `insert into public.executions (
       id, workspace_id, workflow_id, version_id, trigger_node, trigger_kind, trigger_data, mode,
       status, lease_number, lease_until, wake_at
     )
     select f.id, e.workspace_id, e.workflow_id, e.version_id, e.trigger_node, e.trigger_kind, e.trigger_data, e.mode,
            f.status::public.execution_status, 1,
            case when f.status = 'running' then now() - interval '1 second' end,
            case when f.status = 'waiting' then now() end
     from fresh f join public.executions e on e.id = $1`,
    [execution],
  )
  // What a sleeper has written so far, with its alarm set to now.
  await office.db.query(
    `insert into public.execution_steps (
       execution_id, workspace_id, node_id, path, attempt, seq, status, port, input, output, progress, started_at, finished_at
     )
     select f.id, s.workspace_id, s.node_id, s.path, s.attempt, s.seq, s.status, s.port, s.input, s.output,
            case when s.status = 'waiting' then s.progress || jsonb_build_object('until', $2::bigint, 'state', jsonb_build_object('until', $2::bigint)) else s.progress end,
            s.started_at, s.finished_at
     from fresh f join public.execution_steps s on s.execution_id = $1`,
    [execution, Date.now()],
  )
  await office.db.query(`select private.wake(array(select id from fresh where status = 'waiting'))`)
  await office.db.query('delete from public.execution_steps where execution_id = $1', [execution])
  await office.db.query('delete from public.executions where id = $1', [execution])
  await office.db.query('commit')
  return workflow
}

const UNFINISHED = `public.executions where workflow_id = $1 and status in ('queued', 'running', 'waiting')`

const endings = async (workflow: string) =>
  (
    await office.db.query(
      `select status, error, count(*)::integer as count from public.executions
       where workflow_id = $1 group by status, error`,
      [workflow],
    )
  ).rows

test.each([2, 4])(
  '%i workers share a backlog: nothing is lost, nothing done twice, and each has its part',
  async (workers) => {
    office = await Office.open({ worker: workers })
    const made = await sleeper()
    await noteClaims()
    const workflow = await pileUp(made)
    await expect
      .poll(() => office.count(UNFINISHED, [workflow]), { timeout: 100_000, interval: 500 })
      .toBe(0)
    expect(await endings(workflow)).toEqual([{ status: 'succeeded', error: null, count: 3 * EACH }])
    // Nothing lost: each execution made its record, and wrote all its steps.
    expect(await office.executions(workflow)).toBe(3 * EACH)
    expect(
      await office.count(
        `public.records r join public.executions e on r.data ->> 'name' = e.id::text`,
      ),
    ).toBe(3 * EACH)
    expect(await office.count(`public.execution_steps where status = 'succeeded'`)).toBe(12 * EACH)
    // Nothing twice: each was claimed by one process, once, and no record is too many.
    expect(await office.count('observed.claims')).toBe(3 * EACH)
    expect(await office.count('(select distinct execution from observed.claims) c')).toBe(3 * EACH)
    expect(await office.count('public.records where pipeline_id = $1', [made.pipeline])).toBe(
      3 * EACH,
    )
    // Everybody took part.
    const { rows } = await office.db.query<{ process: string }>(
      'select distinct process from observed.claims order by process',
    )
    const expected = office.stack.processes.flatMap(({ name, pid }) =>
      name.startsWith('worker') ? [`weft ${pid}`] : [],
    )
    expect(expected).toHaveLength(workers)
    expect(rows.map((one) => one.process)).toEqual(expected.toSorted())
  },
  150_000,
)
