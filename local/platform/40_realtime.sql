-- Realtime with the signatures that hosted projects have. Policies on realtime.messages decide who may join a private
-- channel; a row in it is a message on its way. Rows are of no use once delivered, so the table isn't logged here.
create schema realtime;
grant usage on schema realtime to postgres, anon, authenticated, service_role;

create unlogged table realtime.messages (
  id uuid not null default gen_random_uuid(),
  topic text not null,
  extension text not null,
  payload jsonb,
  event text,
  private boolean default false,
  updated_at timestamp not null default now(),
  inserted_at timestamp not null default now(),
  primary key (id, inserted_at)
);
create index messages_by_time on realtime.messages (inserted_at);
alter table realtime.messages owner to supabase_realtime_admin;
alter table realtime.messages enable row level security;
grant select, insert, update on realtime.messages to postgres, anon, authenticated, service_role;

-- The channel that a policy is being asked about.
create function realtime.topic() returns text
language sql stable
as $$
  select nullif(current_setting('realtime.topic', true), '')
$$;

-- Sends a message to everyone on a channel. As hosted: a payload without an id gets the message's, and a failure is a
-- warning, because a notice must never undo the work it tells about.
create function realtime.send(payload jsonb, event text, topic text, private boolean default true) returns void
language plpgsql
as $$
declare
  v_id uuid := gen_random_uuid();
begin
  perform set_config('realtime.topic', topic, true);
  insert into realtime.messages (id, payload, event, topic, private, extension)
  values (
    v_id,
    case when payload ? 'id' then payload else jsonb_set(payload, '{id}', to_jsonb(v_id)) end,
    event, topic, private, 'broadcast'
  );
exception
  when others then
    raise warning 'The broadcast could not be sent: %', sqlerrm;
end
$$;

-- Sends a changed row, for use in row triggers.
create function realtime.broadcast_changes(
  topic_name text,
  event_name text,
  operation text,
  table_name text,
  table_schema text,
  new record,
  old record,
  level text default 'ROW'
) returns void
language plpgsql
as $$
begin
  if level = 'STATEMENT' then
    raise exception 'realtime.broadcast_changes works in row triggers only.';
  end if;
  if operation not in ('INSERT', 'UPDATE', 'DELETE') then
    raise exception 'realtime.broadcast_changes does not know the operation "%".', operation;
  end if;
  perform realtime.send(
    jsonb_build_object(
      'old_record', old, 'record', new, 'operation', operation, 'table', table_name, 'schema', table_schema
    ),
    event_name, topic_name, true
  );
end
$$;

-- Tells our realtime server which rows to fetch: hosted reads the write-ahead log instead. One notice for each
-- statement; several of a transaction arrive together, after its commit.
create function realtime.announce_messages() returns trigger
language plpgsql security definer
set search_path = ''
as $$
begin
  perform pg_catalog.pg_notify('realtime_messages', m.id::text) from added m where m.extension = 'broadcast';
  return null;
end
$$;
create trigger announce_messages after insert on realtime.messages
  referencing new table as added
  for each statement execute function realtime.announce_messages();
