import { error } from '@sveltejs/kit'
import { may } from '#lib/access/roles.ts'
import { csvOf } from '#lib/audit/csv.ts'
import type { AuditEntry } from '#lib/audit/entries.ts'
import { chosen, filterFrom } from '#lib/audit/filter.ts'
import { listEntries } from '#lib/audit/queries.ts'
import { texts } from '#lib/audit/texts.ts'
import { membershipsOf } from '#lib/workspace/membership.ts'
import type { RequestHandler } from './$types'

const MOST = 20_000
const AT_ONCE = 1_000

/** The entries that fit as a CSV file. Recorded before it's handed out. */
export const POST: RequestHandler = async ({ request, locals, params }) => {
  const user = await locals.getUser()
  if (!user) error(401, texts.notAllowed)
  const workspaces = await membershipsOf(locals.supabase, user.id)
  const here = workspaces.find(({ id }) => id === params.workspace)
  if (!here || !may(here.role, 'manage')) error(403, texts.notAllowed)

  const filter = filterFrom(await request.formData())
  const place = { workspace: here.id, timeZone: here.time_zone }
  const entries: AuditEntry[] = []
  while (entries.length < MOST) {
    const before = entries.at(-1)?.id
    const more = await listEntries(locals.supabase, place, filter, { before, limit: AT_ONCE })
    entries.push(...more)
    if (more.length < AT_ONCE) break
  }
  const recorded = await locals.supabase.rpc('record_audit_export', {
    p_workspace: here.id,
    p_entries: entries.length,
    p_filter: chosen(filter),
  })
  if (recorded.error) error(500, texts.failed)
  return new Response(csvOf(entries), {
    headers: {
      'content-type': 'text/csv; charset=utf-8',
      'content-disposition': `attachment; filename="audit-log-${new Date().toISOString().slice(0, 10)}.csv"`,
    },
  })
}
