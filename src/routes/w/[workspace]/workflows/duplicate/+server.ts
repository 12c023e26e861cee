import { Pool } from 'pg'
import { WEFT_APP_DB_URL } from '$app/env/private'
import { sentenceFor } from '#lib/access/problems.ts'
import { longTextsOf } from '#lib/builder/document/long-texts.ts'
import { registry } from '#lib/engine/nodes/registry.ts'
import { readDraft, writeDraft } from '#lib/server/sync/documents.ts'
import { texts } from '#lib/workflows/texts.ts'
import type { RequestHandler } from './$types'

const db = new Pool({ connectionString: WEFT_APP_DB_URL, max: 2 })

/**
 * Makes a workflow with a copy of another one's draft. The person's own rights decide: they must see the one, and be
 * allowed to add another; only then is the draft copied, which people can't reach themselves.
 */
export const POST: RequestHandler = async ({ request, locals, params }) => {
  const asked: unknown = await request.json().catch(() => null)
  const from = text(asked, 'workflow')
  const name = text(asked, 'name')
  if (!from || !name) return refuse(400, texts.form.nameMissing)

  const source = await locals.supabase
    .from('workflows')
    .select('id, description')
    .eq('id', from)
    .eq('workspace_id', params.workspace)
    .is('deleted_at', null)
    .single()
  if (source.error) return refuse(404, sentenceFor(source.error))

  const made = await locals.supabase
    .from('workflows')
    .insert({ workspace_id: params.workspace, name, description: source.data.description })
    .select('id')
    .single()
  if (made.error) return refuse(403, sentenceFor(made.error))

  const { definition } = await readDraft(db, from)
  await writeDraft(db, made.data.id, definition, longTextsOf(registry))
  return Response.json({ id: made.data.id })
}

function refuse(status: number, problem: string): Response {
  return Response.json({ problem }, { status })
}

function text(asked: unknown, field: string): string | undefined {
  const value: unknown =
    typeof asked === 'object' && asked !== null
      ? Object.entries(asked).find(([key]) => key === field)?.[1]
      : undefined
  return typeof value === 'string' && value.trim() !== '' ? value.trim() : undefined
}
