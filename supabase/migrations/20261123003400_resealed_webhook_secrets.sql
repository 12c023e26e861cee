-- Webhooks' secrets are encrypted anew, too, when the installation's key is replaced. Workers look once a minute.
create index webhook_secrets_by_key on private.webhook_secrets (key_id);
create index webhook_secrets_by_previous_key on private.webhook_secrets (previous_key_id) where previous_key_id is not null;

-- As before; and what is only encrypted anew isn't something that anybody did. It leaves the secret's own time as it is.
create or replace function private.audit_webhook_secret() returns trigger
language plpgsql security definer
set search_path = ''
as $$
declare
  v_secret private.webhook_secrets := coalesce(new, old);
begin
  if tg_op = 'UPDATE' and new.updated_at = old.updated_at
    and (new.key_id, new.previous_key_id) is distinct from (old.key_id, old.previous_key_id) then
    return null;
  end if;
  perform private.record_audit(
    v_secret.workspace_id,
    case tg_op
      when 'INSERT' then 'webhook.secret_set'
      when 'UPDATE' then 'webhook.secret_replaced'
      else 'webhook.secret_removed'
    end,
    'workflow', w.id::text, jsonb_build_object('name', w.name)
  )
  from public.webhook_endpoints e
  join public.workflows w on w.id = e.workflow_id
  where e.token = v_secret.token;
  return null;
end
$$;
