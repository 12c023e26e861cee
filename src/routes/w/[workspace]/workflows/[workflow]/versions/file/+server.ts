import { error } from '@sveltejs/kit'
import { sentenceFor } from '#lib/access/problems.ts'
import { fileNameOf, writeFile } from '#lib/builder/versions/file.ts'
import { parseDefinition, registry } from '#lib/engine/index.ts'
import { appDatabase } from '#lib/server/database.ts'
import { readDraft } from '#lib/server/sync/documents.ts'
import { admit, publishedVersion } from '#lib/server/versions.ts'
import type { RequestHandler } from './$types'

/** A version, or the draft, as a file. That it left is in the audit log. */
export const GET: RequestHandler = async (event) => {
  await admit(event, 'view')
  const { locals, params, url } = event
  const asked = url.searchParams.get('version') ?? ''
  if (asked !== 'draft' && !/^[1-9]\d{0,8}$/.test(asked)) error(400, 'There is no such version.')
  const number = asked === 'draft' ? null : Number(asked)
  const definition =
    number === null
      ? (await readDraft(appDatabase(), params.workflow)).definition
      : parseDefinition(await publishedVersion(event, number))
  const workflow = await locals.supabase
    .from('workflows')
    .select('name')
    .eq('id', params.workflow)
    .single()
  if (workflow.error) error(404, sentenceFor(workflow.error))
  const name = String(workflow.data.name)
  const recorded = await locals.supabase.rpc('record_workflow_export', {
    p_workflow: params.workflow,
    p_number: number,
  })
  if (recorded.error) error(403, sentenceFor(recorded.error))
  return new Response(writeFile({ name, definition }, registry), {
    headers: {
      'content-type': 'application/json',
      'content-disposition': `attachment; filename="${fileNameOf(name, number)}"`,
      'cache-control': 'no-store',
    },
  })
}
