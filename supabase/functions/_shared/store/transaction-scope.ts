import { WorkspaceId } from '../../../../src/lib/engine/ids.ts'

/**
 * What follows "begin" in a transactional step: from here on the transaction is a node of one workspace, under
 * row-level security. In one string, to save round trips; the id is checked, as it can't be a parameter there.
 * The time zone is fetched while we may still read workspaces: searches by day need it.
 */
export function transactionScope(workspace: WorkspaceId): string {
  const id = WorkspaceId.parse(workspace)
  return (
    `select set_config('weft.workspace_id', s.id::text, true), set_config('weft.time_zone', s.time_zone, true) ` +
    `from public.workspaces s where s.id = '${id}'; set local role weft_node`
  )
}
