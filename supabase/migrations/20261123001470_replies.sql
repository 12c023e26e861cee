-- Replies to messages that steps have sent.
--
-- A reply names the message that it answers by its Message-ID, which begins with the id of the execution that sent it.
-- Everybody who received the message knows that, so it proves nothing about whoever names it: a reply goes only to steps
-- of the workspace whose execution sent the message.

-- Whether a reply is what a wait asks for: {"keyword": "…" or "", "skip_automatic": true | false}.
create function private.is_awaited_reply(p_wanted jsonb, p_reply jsonb) returns boolean
language sql immutable
set search_path = ''
as $$
  select
    not (coalesce((p_wanted ->> 'skip_automatic')::boolean, true) and coalesce((p_reply ->> 'automatic')::boolean, false))
    and (
      coalesce(p_wanted ->> 'keyword', '') = ''
      or position(
        lower(p_wanted ->> 'keyword') in lower(concat_ws(' ', p_reply ->> 'subject', p_reply ->> 'text'))
      ) > 0
    )
$$;

-- The execution that sent a message, by its Message-ID; empty when it isn't one of ours.
create function private.sender_of_message(p_message text) returns uuid
language sql immutable
set search_path = ''
as $$
  select case
    when p_message ~ '^[0-9a-f]{8}-[0-9a-f]{4}-7[0-9a-f]{3}-[0-9a-f]{4}-[0-9a-f]{12}-' then left(p_message, 36)::uuid
  end
$$;

-- Hands a reply to whoever waits for one to any of these messages. Answers with the executions that got it.
create function private.deliver_reply(p_references text[], p_reply jsonb) returns setof uuid
language plpgsql
set search_path = ''
as $$
declare
  v_wait record;
begin
  for v_wait in
    select w.id, w.execution_id
    from public.execution_waits w
    join public.executions sender
      on sender.id = private.sender_of_message(w.key) and sender.workspace_id = w.workspace_id
    where w.kind = 'reply'
      and w.key = any (p_references)
      and w.delivered_at is null
      and private.is_awaited_reply(w.data, p_reply)
    order by w.execution_id, w.id
  loop
    if private.deliver(v_wait.id, p_reply) then
      return next v_wait.execution_id;
    end if;
  end loop;
end
$$;
grant execute on function
  private.is_awaited_reply(jsonb, jsonb), private.sender_of_message(text), private.deliver_reply(text[], jsonb)
  to weft_engine;
