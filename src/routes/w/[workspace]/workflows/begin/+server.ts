import { json } from '@sveltejs/kit'
import { z } from 'zod'
import { sentenceFor } from '#lib/access/problems.ts'
import { longTexts } from '#lib/builder/document/long-texts.ts'
import { parseDefinition, WeftError, type WorkflowDefinition } from '#lib/engine/index.ts'
import { appDatabase } from '#lib/server/database.ts'
import { writeDraft } from '#lib/server/sync/documents.ts'
import { startTexts as texts } from '#lib/start/texts.ts'
import type { RequestHandler } from './$types'

const asked = z.object({
  name: z.string().trim().min(1).max(120),
  description: z.string().trim().max(2000).default(''),
  definition: z.unknown(),
})

/**
 * Makes a workflow whose draft begins with a definition: a starter workflow, what was described in the form, or a file.
 * The person's own rights decide whether it can be made.
 */
export const POST: RequestHandler = async ({ request, locals, params }) => {
  const wanted = asked.safeParse(await request.json().catch(() => null))
  if (!wanted.success) return refuse(400, texts.problems.nameMissing)
  const definition = readDefinition(wanted.data.definition)
  if (definition === null) return refuse(422, texts.problems.unreadable)
  const { name, description } = wanted.data
  const made = await locals.supabase
    .from('workflows')
    .insert({ workspace_id: params.workspace, name, description })
    .select('id')
    .single()
  if (made.error) return refuse(403, sentenceFor(made.error))
  await writeDraft(appDatabase(), made.data.id, definition, longTexts)
  return json({ id: made.data.id })
}

const refuse = (status: number, problem: string): Response => json({ problem }, { status })

function readDefinition(value: unknown): WorkflowDefinition | null {
  try {
    return parseDefinition(value)
  } catch (problem) {
    if (problem instanceof WeftError) return null
    throw problem
  }
}
