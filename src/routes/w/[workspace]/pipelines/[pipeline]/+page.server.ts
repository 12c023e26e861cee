import { error } from '@sveltejs/kit'
import { getPipeline, listFields, listRecords } from '#lib/pipelines/queries.ts'
import { texts } from '#lib/pipelines/texts.ts'
import type { PageServerLoad } from './$types'

export const load: PageServerLoad = async ({ locals, params, depends }) => {
  depends('weft:pipeline')
  const isId = /^[0-9a-f-]{36}$/.test(params.pipeline)
  const pipeline = isId
    ? await getPipeline(locals.supabase, params.workspace, params.pipeline)
    : null
  if (!pipeline) error(404, texts.notFound)
  const fields = await listFields(locals.supabase, pipeline.id)
  const { records, total } = await listRecords(locals.supabase, pipeline.id, fields, {
    sort: { by: 'created', direction: 'down' },
    search: '',
    page: 0,
  })
  return { pipeline, fields, records, total }
}
