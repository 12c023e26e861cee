-- Steps of which nobody knows whether they acted outside, and that were told to ask: a person says what happened.

alter table public.execution_waits
  drop constraint execution_waits_kind_check,
  -- verdict: what became of an attempt whose outcome is unclear. Its key is the attempt's number.
  add constraint execution_waits_kind_check
    check (kind in ('approval', 'callback', 'reply', 'record', 'execution', 'verdict'));

-- Says what became of a step whose outcome is unclear. p_verdict:
--   happened   it has succeeded; p_output is what came back, as far as it's known
--   again      it came to nothing: it's done again, with the same key
--   failed     it counts as failed, and the workflow deals with that as drawn
-- The first one to say so decides. p_attempt names the attempt that was looked at, so that what is said of one is never
-- taken for the next.
create function public.decide_unclear_step(
  p_execution uuid,
  p_node text,
  p_path text,
  p_verdict text,
  p_output jsonb default null,
  p_attempt integer default null
) returns void
language plpgsql security definer
set search_path = ''
as $$
declare
  v_workspace uuid := private.workspace_of_execution(p_execution);
  v_wait public.execution_waits;
  v_name text;
begin
  if p_verdict is null or p_verdict not in ('happened', 'again', 'failed') then
    raise exception 'Say whether it happened, did not happen, or counts as failed.' using errcode = '22023';
  elsif length(p_output::text) > 200000 then
    raise exception 'What came back is too much to be entered by hand. Enter only what later steps need.'
      using errcode = '22023';
  end if;
  select * into v_wait
  from public.execution_waits w
  where w.execution_id = p_execution
    and w.node_id = p_node
    and w.path = p_path
    and w.kind = 'verdict'
    and w.delivered_at is null
    and w.key = coalesce(p_attempt::text, w.key);
  select p.display_name into v_name from public.profiles p where p.user_id = auth.uid();
  if v_wait.id is null or not private.deliver(
    v_wait.id,
    jsonb_build_object(
      'verdict', p_verdict,
      'output', case when p_verdict = 'happened' then p_output end,
      'by', coalesce(v_name, '')
    )
  ) then
    raise exception 'Somebody has said this already, or the step does not wait for it any more.' using errcode = '22023';
  end if;
  perform private.record_audit(
    v_workspace, 'execution.decided', 'execution', p_execution::text,
    jsonb_build_object(
      'name', (
        select f.name
        from public.executions e
        join public.workflows f on f.id = e.workflow_id
        where e.id = p_execution
      ),
      'title', v_wait.data ->> 'title',
      'verdict', p_verdict
    )
  );
end
$$;
grant execute on function public.decide_unclear_step(uuid, text, text, text, jsonb, integer) to authenticated;
