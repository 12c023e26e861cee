import { error, json } from '@sveltejs/kit'
import { z } from 'zod'
import {
  ConfigProblem,
  registry,
  rehearsal,
  validateDefinition,
  type Problem,
  type WorkflowDefinition,
} from '#lib/engine/index.ts'
import { admit, checkedDraft, databaseRefusal, refusal } from '#lib/server/versions.ts'
import type { RequestHandler } from './$types'

/** The part that a test is about; without it, the whole drawing. What isn't part of it may be unfinished. */
const wanted = z.object({
  part: z.object({ trigger: z.string(), until: z.string(), alone: z.boolean() }).optional(),
})

/** Keeps the server's copy of the drawing as the version that a test is about to run. */
export const POST: RequestHandler = async (event) => {
  await admit(event, 'operate')
  const { locals, params, request } = event
  const wish = wanted.safeParse(await request.json())
  if (!wish.success) error(400, 'What was sent can’t be read.')
  const { part } = wish.data
  const draft = await checkedDraft(params.workflow)
  const { definition } = draft
  const problems = part ? problemsOf(definition, part) : draft.problems
  if (problems.length > 0) {
    const what = part?.alone === true ? 'This step' : 'This workflow'
    return refusal(`${what} has problems and can’t run yet.`, problems)
  }
  const saved = await locals.supabase.rpc('save_test_version', {
    p_workflow: params.workflow,
    p_definition: definition,
  })
  if (saved.error) return databaseRefusal(saved.error)
  return json({ version: String(saved.data) })
}

function problemsOf(
  definition: WorkflowDefinition,
  part: { trigger: string; until: string; alone: boolean },
): Problem[] {
  try {
    const rehearsed = rehearsal(definition, registry, { ...part, pins: {} })
    return validateDefinition(rehearsed, registry).filter(({ severity }) => severity === 'error')
  } catch (problem) {
    // The api says what is wrong with the wish.
    if (problem instanceof ConfigProblem) return []
    throw problem
  }
}
