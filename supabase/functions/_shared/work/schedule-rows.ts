import type { Queries } from '../database/pool.ts'
import type { ScheduleJob, ScheduleRow, Schedules } from './schedules.ts'

const COLUMNS = `
select t.id, t.workspace_id, t.workflow_id, t.version_id, t.node_id, t.config, t.next_fire_at, s.time_zone
from public.triggers t
join public.workspaces s on s.id = t.workspace_id
where t.kind = 'trigger.schedule'`

const UNPLANNED = `${COLUMNS}
  and (t.next_fire_at is null or t.next_fire_at < now() - interval '1 minute')
order by t.next_fire_at nulls first
limit 100`

const FOR_JOB = `${COLUMNS}
  and t.id = $1
  and t.next_fire_at = $2`

const PLAN = `
with planned as (
  update public.triggers
  set next_fire_at = $3
  where id = $1
    and next_fire_at is not distinct from $2
  returning id, next_fire_at
)
insert into pgboss.job (
  name, data, singleton_key, start_after, keep_until, created_on, policy,
  retry_limit, retry_delay, retry_backoff, expire_seconds, deletion_seconds
)
select q.name, jsonb_build_object('trigger', p.id, 'at', $4::text), p.id || '@' || $4::text,
       p.next_fire_at, p.next_fire_at + q.retention_seconds * interval '1 s', now(), q.policy,
       q.retry_limit, q.retry_delay, q.retry_backoff, q.expire_seconds, q.deletion_seconds
from planned p
join pgboss.queue q on q.name = 'schedule'
where p.next_fire_at is not null
on conflict do nothing`

/** Schedules in Postgres: their triggers' rows, and jobs of pg-boss for their next times. */
export class ScheduleRows implements Schedules {
  readonly #queries: Queries

  constructor(queries: Queries) {
    this.#queries = queries
  }

  unplanned(): Promise<ScheduleRow[]> {
    return this.#queries.query<ScheduleRow>(UNPLANNED)
  }

  async ofJob({ trigger, at }: ScheduleJob): Promise<ScheduleRow | undefined> {
    const [row] = await this.#queries.query<ScheduleRow>(FOR_JOB, [trigger, at])
    return row
  }

  async plan(row: ScheduleRow, next: number | null): Promise<void> {
    const at = next === null ? null : new Date(next).toISOString()
    await this.#queries.query(PLAN, [row.id, row.next_fire_at, at, at])
  }

  missed({ id }: ScheduleRow, from: number, fires: number): void {
    const [first, last] = [from, fires].map((at) => new Date(at).toISOString())
    console.warn(`weft: schedule ${id} missed times from ${first} on; firing the one of ${last}`)
  }
}
