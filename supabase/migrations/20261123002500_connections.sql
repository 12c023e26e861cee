-- Connections: what workflows sign in to outside services with. What people may see of them, and, apart, their secrets.

create table public.connections (
  id uuid primary key default gen_random_uuid(),
  workspace_id uuid not null references public.workspaces (id) on delete cascade,
  name text not null check (length(btrim(name)) between 1 and 80),
  -- smtp, http.basic, oauth2.code …: src/lib/engine/connections knows the fields of each.
  kind text not null check (length(kind) between 1 and 40),
  -- The fields that aren't secret: hosts, user names, addresses.
  settings jsonb not null default '{}',
  -- Where the secret may be sent: `host` or `host:port`.
  allowed_hosts text[] not null check (cardinality(allowed_hosts) between 1 and 20),
  -- The least role with which a member may use it in workflows.
  used_by public.member_role not null default 'editor' check (used_by >= 'editor'),
  -- unfinished: nobody has signed in yet (OAuth). broken: the service doesn't take it any more. revoked: its secrets are gone.
  status text not null default 'ready' check (status in ('unfinished', 'ready', 'broken', 'revoked')),
  -- What the last test, or the last failed renewal, said.
  report text check (length(report) <= 500),
  tested_at timestamptz,
  created_by uuid references public.profiles (user_id) on delete set null,
  created_at timestamptz not null default now(),
  rotated_at timestamptz not null default now(),
  last_used_at timestamptz,
  revoked_at timestamptz,
  unique (workspace_id, id)
);
create unique index connections_by_name on public.connections (workspace_id, lower(name)) where status <> 'revoked';
create index connections_by_creator on public.connections (created_by);

-- Encrypted (AES-256-GCM, bound to workspace, connection and field) by the functions; no API role reaches this schema's tables.
create table private.connection_secrets (
  connection_id uuid not null,
  workspace_id uuid not null,
  -- The kind's field, or `tokens`: what an OAuth service gave.
  field text not null check (length(field) between 1 and 40),
  key_id text not null,
  ciphertext bytea not null,
  updated_at timestamptz not null default now(),
  -- tokens: when they run out; who renews them (until when nobody else does, and which renewal it is).
  expires_at timestamptz,
  renewing_until timestamptz,
  renewal integer not null default 0,
  primary key (connection_id, field),
  foreign key (workspace_id, connection_id) references public.connections (workspace_id, id) on delete cascade
);
create index connection_secrets_by_workspace on private.connection_secrets (workspace_id, connection_id);
create index connection_secrets_by_key on private.connection_secrets (key_id);

-- Somebody is away at a service to sign in (OAuth): who, for which connection, and what proves that it was them.
create table private.connection_sign_ins (
  -- SHA-256 of the state that the service sends back.
  state_hash bytea primary key,
  workspace_id uuid not null,
  connection_id uuid not null,
  user_id uuid not null references public.profiles (user_id) on delete cascade,
  return_to text not null,
  key_id text not null,
  -- The PKCE verifier, encrypted.
  ciphertext bytea not null,
  expires_at timestamptz not null,
  foreign key (workspace_id, connection_id) references public.connections (workspace_id, id) on delete cascade
);
create index connection_sign_ins_by_connection on private.connection_sign_ins (workspace_id, connection_id);
create index connection_sign_ins_by_person on private.connection_sign_ins (user_id);

alter table public.connections enable row level security;
alter table public.connections force row level security;
alter table private.connection_secrets enable row level security;
alter table private.connection_secrets force row level security;
alter table private.connection_sign_ins enable row level security;
alter table private.connection_sign_ins force row level security;

grant select on public.connections to authenticated;
grant select, insert, update on public.connections to weft_engine;
grant select, insert, update, delete on private.connection_secrets to weft_engine;
grant select, insert, delete on private.connection_sign_ins to weft_engine;

-- Editors see the workspace's connections, never their secrets; whether they may use one is another question.
create policy connections_select on public.connections for select to authenticated
  using (workspace_id in (select private.my_workspaces('editor')));
-- The functions, for one workspace at a time: the one that was set for the transaction.
create policy connections_engine_select on public.connections for select to weft_engine
  using (workspace_id = (select private.current_workspace()));
create policy connections_engine_insert on public.connections for insert to weft_engine
  with check (workspace_id = (select private.current_workspace()));
create policy connections_engine_update on public.connections for update to weft_engine
  using (workspace_id = (select private.current_workspace()))
  with check (workspace_id = (select private.current_workspace()));
-- Secrets, too, only of the workspace that was set.
create policy connection_secrets_engine on private.connection_secrets for all to weft_engine
  using (workspace_id = (select private.current_workspace()))
  with check (workspace_id = (select private.current_workspace()));
-- And who is away to sign in.
create policy connection_sign_ins_engine on private.connection_sign_ins for all to weft_engine
  using (workspace_id = (select private.current_workspace()))
  with check (workspace_id = (select private.current_workspace()));
