import type { Client } from 'pg'
import type { Outside } from './outside.ts'
import type { Kind } from './workflows.ts'

/** An execution as it's found after the chaos. */
export interface Found {
  id: string
  workflow: string
  status: string
  /** Why it failed, for whoever looks for the cause. */
  error: unknown
  lease: number
  /** Distinct places that succeeded. */
  steps: number
  /** Changes of records, `<place> <INSERT or UPDATE>`, with how often each was committed. */
  records: Record<string, number>
}

/** Writes down every change of a record in the transaction that makes it, so that none can be counted wrongly. */
export async function watchRecords(db: Client): Promise<void> {
  await db.query(`
    create table public.chaos_changes (execution uuid not null, change text not null);
    alter table public.chaos_changes enable row level security;
    create function private.chaos_watch() returns trigger language plpgsql security definer set search_path = '' as $$
    begin
      insert into public.chaos_changes
      values ((new.data ->> 'execution')::uuid, (new.data ->> 'place') || ' ' || tg_op);
      return new;
    end $$;
    create trigger chaos_watch after insert or update on public.records
      for each row execute function private.chaos_watch();
  `)
}

/** All executions that there are. */
export async function findAll(db: Client): Promise<Map<string, Found>> {
  const { rows } = await db.query<Found>(`
    with steps as (
      select execution_id, count(distinct (node_id, path))::integer as steps
      from public.execution_steps
      where status = 'succeeded' and not superseded
      group by execution_id
    ), changes as (
      select execution, jsonb_object_agg(change, times) as records
      from (select execution, change, count(*) as times from public.chaos_changes group by 1, 2) as c
      group by execution
    )
    select e.id, e.workflow_id as workflow, e.status, e.error, e.lease_number as lease,
           coalesce(s.steps, 0) as steps, coalesce(c.records, '{}') as records
    from public.executions e
    left join steps s on s.execution_id = e.id
    left join changes c on c.execution = e.id
  `)
  return new Map(rows.map((found) => [found.id, found]))
}

/** What the counting needs. */
export interface Evidence {
  accepted: Map<string, Kind>
  found: Map<string, Found>
  kindOf: (workflow: string) => Kind | undefined
  outside: Outside
  /** Message-IDs by address; each execution writes to one of its own. */
  mails: Map<string, Set<string>>
}

/** The figures of the chaos, and what is wrong in words. */
export interface Counted {
  figures: Record<string, number>
  complaints: string[]
}

const OVER = new Set(['succeeded', 'failed', 'cancelled', 'timed_out'])

/** Compares what was promised with what is there. Executions whose 202 nobody received count as much as the others. */
export function count({ accepted, found, kindOf, outside, mails }: Evidence): Counted {
  const complaints: string[] = []
  const figures = {
    ...{ accepted: accepted.size, finished: 0, lost: 0, doubled: 0, unkeyed: 0, stuck: 0 },
    ...{ missing: 0, unanswered: 0, taken_over: 0 },
  }
  const complain = (figure: keyof typeof figures, about: string) => {
    figures[figure]++
    complaints.push(`${figure}: ${about}`)
  }
  for (const [id, kind] of accepted) {
    const there = found.get(id)
    if (there?.status === kind.ends) figures.finished++
    else
      complain(
        'lost',
        `${id} (${kind.name}) is ${there?.status ?? 'not there'} ${JSON.stringify(there?.error ?? '')}`,
      )
  }
  for (const [id, there] of found) {
    const kind = kindOf(there.workflow)
    if (kind === undefined) continue
    const about = `${id} (${kind.name})`
    if (kind.weight > 0 && !accepted.has(id)) figures.unanswered++
    figures.taken_over += there.lease - 1
    if (!OVER.has(there.status)) complain('stuck', `${about} is ${there.status}`)
    for (const [change, times] of Object.entries(there.records)) {
      if (times > 1) complain('doubled', `${about} did ${change} ${times} times`)
      if (!kind.records.includes(change)) complain('doubled', `${about} did ${change}, not drawn`)
    }
    if (there.status === kind.ends) lookForMissing(there, kind, about)
  }
  lookAtKeys()
  return { figures, complaints }

  function lookForMissing(there: Found, kind: Kind, about: string): void {
    if (there.steps !== kind.steps)
      complain('missing', `${about} has ${there.steps} of ${kind.steps} steps`)
    for (const change of kind.records)
      if (there.records[change] === undefined) complain('missing', `${about} never did ${change}`)
    for (const end of kind.calls)
      if (!outside.places.has(`POST /${there.id}/${end}`))
        complain('missing', `${about} never called ${end}`)
    if (kind.mails > 0 && !mails.has(`${there.id}@example.org`))
      complain('missing', `${about} sent no mail`)
  }

  function lookAtKeys(): void {
    const placeOf = new Map<string, string>()
    for (const [name, { keys }] of outside.places) {
      const [key] = keys
      if (keys.size !== 1 || key === null || key === undefined) {
        complain('unkeyed', `${name} came with ${[...keys].join(', ')}`)
        continue
      }
      const other = placeOf.get(key)
      if (other !== undefined) complain('unkeyed', `${name} has the key of ${other}`)
      placeOf.set(key, name)
    }
    for (const [address, ids] of mails)
      if (ids.size !== 1 || ids.has(''))
        complain('unkeyed', `${address} got ${[...ids].join(', ')}`)
  }
}
