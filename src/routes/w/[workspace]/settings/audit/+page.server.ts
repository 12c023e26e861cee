import { may } from '#lib/access/roles.ts'
import { filterFrom, idFrom } from '#lib/audit/filter.ts'
import { listEntries, listPeople } from '#lib/audit/queries.ts'
import type { PageServerLoad } from './$types'

const PAGE = 50

export const load: PageServerLoad = async ({ locals, url, parent }) => {
  const { role, workspace } = await parent()
  const filter = filterFrom(url.searchParams)
  const before = idFrom(url.searchParams.get('before'))
  if (!may(role, 'manage')) return { filter, before, entries: [], people: [], older: undefined }
  const place = { workspace: workspace.id, timeZone: workspace.time_zone }
  const [found, people] = await Promise.all([
    // One more than fits says whether there's another page.
    listEntries(locals.supabase, place, filter, { before, limit: PAGE + 1 }),
    listPeople(locals.supabase, workspace.id),
  ])
  const entries = found.slice(0, PAGE)
  return {
    filter,
    before,
    entries,
    people,
    older: found.length > PAGE ? entries.at(-1)?.id : undefined,
  }
}
