-- What is queued, by workspace: whoever takes it over gives each workspace its turn (supabase/functions/_shared/store/claim.ts).

create index executions_queued on public.executions (workspace_id, id) where status = 'queued' and not held;

-- What is taken over because its lease ran out.
drop index public.executions_open;
create index executions_open on public.executions (lease_until) where status = 'running';
