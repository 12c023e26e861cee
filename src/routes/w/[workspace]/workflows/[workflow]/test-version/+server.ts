import { json } from '@sveltejs/kit'
import { admit, checkedDraft, databaseRefusal, refusal } from '#lib/server/versions.ts'
import type { RequestHandler } from './$types'

/** Keeps the server's copy of the drawing as the version that a test is about to run. */
export const POST: RequestHandler = async (event) => {
  await admit(event, 'operate')
  const { locals, params } = event
  const { definition, problems } = await checkedDraft(params.workflow)
  if (problems.length > 0) return refusal('This workflow has problems and can’t run yet.', problems)
  const { data, error } = await locals.supabase.rpc('save_test_version', {
    p_workflow: params.workflow,
    p_definition: definition,
  })
  if (error) return databaseRefusal(error)
  return json({ version: String(data) })
}
