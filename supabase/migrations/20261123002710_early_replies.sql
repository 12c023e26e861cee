-- Replies that come before a step waits for them are kept, as calls are: in a row of the execution that sent the message,
-- with an empty node_id and the reply's digest as its path. So they are gone with that execution, at the latest.

-- How many replies to one execution's messages are remembered.
create function private.most_replies_kept() returns integer
language sql immutable
set search_path = ''
as $$
  select 20
$$;

-- As before; and what comes to a message that nobody waits for an answer to is kept. What came is remembered, so that a
-- reply that is handed in twice isn't kept for the next step that waits (its row then has no delivery).
-- The sender's row is locked first, and whoever opens a wait looks at it, too: whichever comes second sees what the
-- first has written.
create or replace function private.deliver_reply(p_references text[], p_reply jsonb) returns setof uuid
language plpgsql
set search_path = ''
as $$
declare
  v_name text := md5(p_reply::text);
  v_new text[];
  v_awaited text[];
  v_wait record;
begin
  perform
  from public.executions e
  where e.id = any (array(select private.sender_of_message(r.key) from unnest(p_references) as r (key)))
  order by e.id
  for update;

  select coalesce(array_agg(distinct r.key), '{}') into v_new
  from unnest(p_references) as r (key)
  where not exists (
    select
    from public.execution_waits w
    where w.execution_id = private.sender_of_message(r.key)
      and w.node_id = ''
      and w.path = v_name
      and w.kind = 'reply'
      and w.key = r.key
  );
  select coalesce(array_agg(distinct w.key), '{}') into v_awaited
  from public.execution_waits w
  join public.executions sender
    on sender.id = private.sender_of_message(w.key) and sender.workspace_id = w.workspace_id
  where w.kind = 'reply'
    and w.key = any (v_new)
    and w.delivered_at is null;

  for v_wait in
    select w.id, w.execution_id
    from public.execution_waits w
    join public.executions sender
      on sender.id = private.sender_of_message(w.key) and sender.workspace_id = w.workspace_id
    where w.kind = 'reply'
      and w.key = any (v_new)
      and w.delivered_at is null
      and private.is_awaited_reply(w.data, p_reply)
    order by w.execution_id, w.id
  loop
    if private.deliver(v_wait.id, p_reply) then
      return next v_wait.execution_id;
    end if;
  end loop;

  insert into public.execution_waits (workspace_id, execution_id, node_id, path, kind, key, delivered_at, delivery)
  select e.workspace_id, e.id, '', v_name, 'reply', r.key, clock_timestamp(),
         case when r.key <> all (v_awaited) then p_reply end
  from unnest(v_new) as r (key)
  join public.executions e on e.id = private.sender_of_message(r.key)
  where e.status in ('queued', 'running', 'waiting')
    and private.most_replies_kept() > (
      select count(*)
      from public.execution_waits w
      where w.execution_id = e.id and w.node_id = '' and w.kind = 'reply'
    )
  on conflict do nothing;
end
$$;
grant execute on function private.most_replies_kept() to weft_engine;

-- A wait that opens finds a reply that came before it: the first that fits.
create function private.find_early_reply() returns trigger
language plpgsql security definer
set search_path = ''
as $$
declare
  v_sender uuid := private.sender_of_message(new.key);
  v_kept uuid;
  v_reply jsonb;
begin
  -- Waits for whoever hands a reply in, and for nobody else who writes to the sender.
  perform from public.executions e
  where e.id = v_sender and e.workspace_id = new.workspace_id
  for key share;
  if not found then
    return null;
  end if;
  select w.id, w.delivery into v_kept, v_reply
  from public.execution_waits w
  where w.execution_id = v_sender
    and w.node_id = ''
    and w.kind = 'reply'
    and w.key = new.key
    and w.delivery is not null
    and private.is_awaited_reply(new.data, w.delivery)
  order by w.delivered_at
  limit 1;
  if found then
    -- It's remembered, but not handed out again.
    update public.execution_waits w set delivery = null where w.id = v_kept;
    perform private.deliver(new.id, v_reply);
  end if;
  return null;
end
$$;
create trigger execution_waits_early_reply after insert on public.execution_waits
  for each row when (new.kind = 'reply' and new.node_id <> '')
  execute function private.find_early_reply();
