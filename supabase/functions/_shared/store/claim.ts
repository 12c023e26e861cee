import type { Connection } from '../database/connection.ts'
import { LEASE_SECONDS } from './lease.ts'

/** An execution's row as a claim hands it over. */
export interface ClaimedRow {
  id: string
  workspace_id: string
  workflow_id: string
  version_id: string
  lease_number: number
  trigger_node: string
  trigger_data: unknown
  mode: 'live' | 'test'
  created_at: Date
  cancel_requested: boolean
  depth: number
  is_awaited: boolean
}

const TAKE = `
update public.executions e
set status = 'running',
    lease_number = e.lease_number + 1,
    lease_until = now() + interval '${LEASE_SECONDS} s',
    wake_at = null,
    delivered_at = null
from free
where e.id = free.id
returning e.id, e.workspace_id, e.workflow_id, e.version_id, e.lease_number, e.trigger_node, e.trigger_data, e.mode,
          e.created_at, e.cancel_requested_at is not null as cancel_requested, e.depth,
          e.parent_id is not null as is_awaited`

// Its workflow's limits have let it in. A person may let it rest; then only the end of its time wakes it.
const AWAKE = `not held and (paused_at is null or paused_until <= now())`

// Takes executions by name: what waits and is due, and what is queued. "skip locked": who is being taken by another
// process at this moment is theirs. The ids are given as an array so that the plan goes by primary key in one partition.
const CLAIM = `
with free as materialized (
  select id
  from public.executions
  where id = any ($1::uuid[])
    and (status = 'queued' or (status = 'waiting' and wake_at <= now()))
    and ${AWAKE}
  for update skip locked
)${TAKE.replace('where', 'where e.id = any ($1::uuid[]) and')}`

/** Takes the lease of those that are there to be taken. */
export function claimRows(connection: Connection, ids: string[]): Promise<ClaimedRow[]> {
  return connection.query<ClaimedRow>(CLAIM, [ids])
}

// Takes over what nobody works on: executions whose lease ran out (index executions_open); as the net under pg-boss,
// sleepers that are overdue by more than two leases (index executions_waiting); and what is queued (index
// executions_queued). Of the queued, each workspace gets its turn, however many another one has: `spaces` hops from
// workspace to workspace along the index, and of each only the first few are looked at. Four times as many as are
// wanted, because others may be taking some of them at this moment.
// Idle this reads the roots of three small indexes per partition: 0.4 ms.
const CLAIM_ABANDONED = `
with recursive lapsed as (
  select id
  from public.executions
  where status = 'running'
    and lease_until < now()
    and ${AWAKE}
  order by lease_until
  limit $1
  for update skip locked
), overdue as (
  select id
  from public.executions
  where status = 'waiting'
    and wake_at < now() - interval '${2 * LEASE_SECONDS} s'
    and ${AWAKE}
  order by wake_at
  limit $1
  for update skip locked
), spaces as (
  (
    select workspace_id
    from public.executions
    where status = 'queued' and not held
    order by workspace_id
    limit 1
  )
  union all
  select (
    select e.workspace_id
    from public.executions e
    where e.status = 'queued' and not e.held and e.workspace_id > s.workspace_id
    order by e.workspace_id
    limit 1
  )
  from spaces s
  where s.workspace_id is not null
), turns as (
  select q.id, row_number() over (partition by s.workspace_id order by q.id) as turn
  from spaces s
  cross join lateral (
    select id
    from public.executions
    where workspace_id = s.workspace_id and status = 'queued' and ${AWAKE}
    order by id
    limit 4 * $1
  ) as q
), queued as (
  select e.id
  from turns t
  join public.executions e on e.id = t.id
  where e.status = 'queued' and ${AWAKE.replaceAll(/\b(held|paused_)/g, 'e.$1')}
  order by t.turn, e.id
  limit $1
  for update of e skip locked
), free as materialized (
  select id from lapsed
  union all
  select id from overdue
  union all
  select id from queued
  limit $1
)${TAKE}`

/** Takes over at most `limit` abandoned executions. */
export function claimAbandonedRows(connection: Connection, limit: number): Promise<ClaimedRow[]> {
  return connection.query<ClaimedRow>(CLAIM_ABANDONED, [limit])
}
