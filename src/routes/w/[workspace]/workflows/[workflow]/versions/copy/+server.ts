import { json } from '@sveltejs/kit'
import { z } from 'zod'
import { sentenceFor } from '#lib/access/problems.ts'
import { longTexts } from '#lib/builder/document/long-texts.ts'
import { parseDefinition } from '#lib/engine/index.ts'
import { appDatabase } from '#lib/server/database.ts'
import { writeDraft } from '#lib/server/sync/documents.ts'
import { admit, publishedVersion } from '#lib/server/versions.ts'
import type { RequestHandler } from './$types'

const asked = z.object({ version: z.int().min(1), name: z.string().trim().min(1).max(120) })

/** Makes a workflow of its own that begins with what a version of this one was. */
export const POST: RequestHandler = async (event) => {
  await admit(event, 'edit')
  const { locals, params, request } = event
  const wanted = asked.safeParse(await request.json().catch(() => null))
  if (!wanted.success) return refuse(400, 'Give the new workflow a name.')
  const definition = parseDefinition(await publishedVersion(event, wanted.data.version))
  const made = await locals.supabase
    .from('workflows')
    .insert({ workspace_id: params.workspace, name: wanted.data.name })
    .select('id')
    .single()
  if (made.error) return refuse(403, sentenceFor(made.error))
  await writeDraft(appDatabase(), made.data.id, definition, longTexts)
  return json({ id: made.data.id })
}

const refuse = (status: number, problem: string): Response => json({ problem }, { status })
