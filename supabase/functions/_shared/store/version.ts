import type { Queries } from '../database/pool.ts'

/** A version's row with the names around it. */
export interface VersionRow {
  workspace_id: string
  workspace_name: string
  time_zone: string
  workflow_id: string
  workflow_name: string
  definition: unknown
}

const VERSION = `
select v.workspace_id, s.name as workspace_name, s.time_zone, v.workflow_id, w.name as workflow_name, v.definition
from public.workflow_versions v
join public.workflows w on w.id = v.workflow_id
join public.workspaces s on s.id = v.workspace_id
where v.id = $1`

/** Looks a version up; undefined when it's gone. */
export async function versionRow(queries: Queries, id: string): Promise<VersionRow | undefined> {
  return (await queries.query<VersionRow>(VERSION, [id]))[0]
}
