-- Replies to messages that steps have sent.
--
-- A reply names the message that it answers by its Message-ID. That holds the sending step's idempotency key, and with
-- it the random part of its execution's id: who has not received the message can't name it. So no workspace has to be
-- guessed from addresses, and a message can't reach another workspace than the one whose message it answers.

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
    where w.kind = 'reply'
      and w.key = any (p_references)
      and w.delivered_at is null
      and private.is_awaited_reply(w.data, p_reply)
    order by w.execution_id, w.id
  loop
    -- In the order in which a checkpoint locks them.
    perform from public.executions e where e.id = v_wait.execution_id for update;
    if private.deliver(v_wait.id, p_reply) then
      return next v_wait.execution_id;
    end if;
  end loop;
end
$$;
grant execute on function private.is_awaited_reply(jsonb, jsonb), private.deliver_reply(text[], jsonb) to weft_engine;
