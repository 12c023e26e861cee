-- What guards webhooks: a secret that can be replaced without a gap, and deliveries that are known already.

-- While senders are told the new secret, the one before it still counts.
alter table private.webhook_secrets
  add column previous_key_id text,
  add column previous_ciphertext bytea,
  add column previous_until timestamptz,
  add constraint webhook_secrets_previous_whole
    check ((previous_key_id is null) = (previous_ciphertext is null)
      and (previous_key_id is null) = (previous_until is null));

-- Which execution a delivery became. The row comes first and the execution is given its id: whoever delivers again, also
-- at the same moment or after a crash in between, means the same execution.
create table private.webhook_deliveries (
  token text not null references public.webhook_endpoints (token) on delete cascade,
  -- SHA-256 of the sender's id, which may be of any length.
  delivery bytea not null check (length(delivery) = 32),
  workspace_id uuid not null references public.workspaces (id) on delete cascade,
  execution_id uuid not null,
  received_at timestamptz not null default now(),
  primary key (token, delivery)
);
create index webhook_deliveries_by_workspace on private.webhook_deliveries (workspace_id);
create index webhook_deliveries_by_time on private.webhook_deliveries (received_at);

alter table private.webhook_deliveries enable row level security;
alter table private.webhook_deliveries force row level security;
grant select, insert, update, delete on private.webhook_deliveries to weft_engine;
-- Only the engine knows deliveries; nobody else asks for them.
create policy webhook_deliveries_engine on private.webhook_deliveries for all to weft_engine
  using (true) with check (true);
