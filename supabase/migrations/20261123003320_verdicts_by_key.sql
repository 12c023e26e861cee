-- As before; and what became of an unclear step can be said with a key, too. What a function needs besides its subject
-- and its node comes in p_more, by the names of its arguments.
drop function private.call_as_api_key(uuid, text, uuid, text);
create function private.call_as_api_key(
  p_key uuid, p_function text, p_subject uuid, p_node text default null, p_more jsonb default null
) returns text
language plpgsql security definer
set search_path = ''
as $$
declare
  v_key public.api_keys;
begin
  select k.* into v_key
  from public.api_keys k
  where k.id = p_key and k.revoked_at is null and (k.expires_at is null or k.expires_at > now());
  if v_key.id is null or not (
    exists (select from public.executions e where e.id = p_subject and e.workspace_id = v_key.workspace_id)
    or exists (select from public.workflows w where w.id = p_subject and w.workspace_id = v_key.workspace_id)
  ) then
    raise exception 'There is no such thing in the workspace of this key.' using errcode = '42501';
  end if;
  perform set_config('request.jwt.claims', jsonb_build_object('sub', v_key.created_by, 'role', 'authenticated')::text, true);
  perform set_config('weft.actor', 'api_key:' || v_key.id, true);
  case p_function
    when 'cancel_execution' then return public.cancel_execution(p_subject);
    when 'pause_execution' then return public.pause_execution(p_subject);
    when 'resume_execution' then return public.resume_execution(p_subject);
    when 'retry_execution' then
      perform public.retry_execution(p_subject);
      return null;
    when 'decide_unclear_step' then
      perform public.decide_unclear_step(
        p_subject, p_node, p_more ->> 'p_path', p_more ->> 'p_verdict', p_more -> 'p_output', (p_more ->> 'p_attempt')::integer
      );
      return null;
    when 'ensure_webhook_endpoint' then return public.ensure_webhook_endpoint(p_subject, p_node);
  end case;
end
$$;
grant execute on function private.call_as_api_key(uuid, text, uuid, text, jsonb) to weft_engine;
