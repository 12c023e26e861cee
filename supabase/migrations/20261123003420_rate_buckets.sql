-- Limits of what comes in (webhooks, the API) that hold over all processes. A process takes a few requests' room at a
-- time, so that most requests under a limit cost no trip to the database: supabase/functions/_shared/limits.

-- Unlogged: written often, and worth nothing after a crash. Then every bucket is full again, for once.
create unlogged table private.rate_buckets (
  -- What is limited: 'webhook <token>', 'webhooks of <workspace>', 'key <id>', 'keys of <workspace>'.
  key text primary key check (length(key) <= 200),
  workspace_id uuid not null references public.workspaces (id) on delete cascade,
  -- How many requests there was room for at that time; it fills with time, up to ten seconds' worth.
  room double precision not null,
  at timestamptz not null default clock_timestamp()
);
-- Removing a workspace, and what nobody has asked for lately.
create index rate_buckets_by_workspace on private.rate_buckets (workspace_id);
create index rate_buckets_by_time on private.rate_buckets (at);

alter table private.rate_buckets enable row level security;
alter table private.rate_buckets force row level security;

-- Takes room for up to p_wanted requests. Where there's none: after how many milliseconds there is some. One clock, the
-- database's, for all processes.
create function private.take_room(
  p_key text, p_workspace uuid, p_per_minute double precision, p_wanted integer,
  out taken integer, out again_in_ms double precision
)
language plpgsql security definer
set search_path = ''
as $$
declare
  v_size double precision := greatest(1, p_per_minute / 6);
  v_now timestamptz;
  v_room double precision;
begin
  insert into private.rate_buckets (key, workspace_id, room)
  select p_key, w.id, v_size
  from public.workspaces w
  where w.id = p_workspace
  on conflict (key) do nothing;
  select b.room, b.at into v_room, v_now from private.rate_buckets b where b.key = p_key for update;
  if not found then
    -- The workspace is being removed: there is nothing left to guard.
    taken := p_wanted;
    again_in_ms := 0;
    return;
  end if;
  v_room := least(v_size, v_room + greatest(0, extract(epoch from clock_timestamp() - v_now)) * p_per_minute / 60);
  taken := least(p_wanted, floor(v_room));
  again_in_ms := case when taken > 0 then 0 else (1 - v_room) * 60000 / p_per_minute end;
  update private.rate_buckets b set room = v_room - taken, at = clock_timestamp() where b.key = p_key;
end
$$;
grant execute on function private.take_room(text, uuid, double precision, integer) to weft_engine;

-- Forgets buckets that have long been full again.
create function private.clear_rate_buckets() returns void
language sql volatile security definer
set search_path = ''
as $$
  delete from private.rate_buckets b where b.at < now() - interval '10 minutes'
$$;
grant execute on function private.clear_rate_buckets() to weft_engine;
