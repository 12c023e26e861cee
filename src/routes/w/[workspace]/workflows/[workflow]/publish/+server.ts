import { json } from '@sveltejs/kit'
import { z } from 'zod'
import { admit, checkedDraft, databaseRefusal, refusal } from '#lib/server/versions.ts'
import type { RequestHandler } from './$types'

const asked = z.object({ note: z.string().max(2000).default('') })
const version = z.object({ number: z.number(), created_at: z.string() })

/** Who changed the drawing since it was last published, by name. */
export const GET: RequestHandler = async (event) => {
  await admit(event, 'edit')
  const { locals, params } = event
  const [{ editors }, last] = await Promise.all([
    checkedDraft(params.workflow),
    locals.supabase
      .from('workflow_versions')
      .select('number, created_at')
      .eq('workflow_id', params.workflow)
      .eq('kind', 'published')
      .order('number', { ascending: false })
      .limit(1)
      .maybeSingle(),
  ])
  const since = version.safeParse(last.data).data?.created_at
  const people = Object.entries(editors)
    .filter(([, at]) => since === undefined || Date.parse(at) > Date.parse(since))
    .map(([person]) => person)
  if (people.length === 0) return json({ editors: [] })
  const { data } = await locals.supabase
    .from('profiles')
    .select('display_name')
    .in('user_id', people)
  return json({ editors: (data ?? []).map(({ display_name }) => String(display_name)) })
}

/** Puts the server's copy of the drawing live, if the engine finds nothing wrong with it. */
export const POST: RequestHandler = async (event) => {
  await admit(event, 'edit')
  const { locals, params, request } = event
  const { note } = asked.parse(await request.json())
  const { definition, problems } = await checkedDraft(params.workflow)
  if (problems.length > 0) return refusal('This workflow has problems and can’t go live.', problems)
  const { data, error } = await locals.supabase.rpc('publish_version', {
    p_workflow: params.workflow,
    p_definition: definition,
    p_note: note,
  })
  if (error) return databaseRefusal(error)
  return json({ number: version.parse(data).number })
}
