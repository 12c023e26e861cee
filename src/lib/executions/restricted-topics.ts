import { may, type Role } from '#lib/access/roles.ts'

/** Few people are on more lists than this; of the others' news they hear when they look again. */
const MOST = 20

/**
 * Which topics tell of executions that a workspace's own topic leaves out: those of workflows that are for some members
 * only. Admins and owners have one for all of them.
 */
export function restrictedTopics(
  workspace: string,
  role: Role,
  workflows: readonly { id: string; is_restricted: boolean }[],
): string[] {
  const restricted = workflows.filter((workflow) => workflow.is_restricted)
  if (restricted.length === 0) return []
  if (may(role, 'manage')) return [`restricted:${workspace}`]
  return restricted.slice(0, MOST).map(({ id }) => `workflow:${id}`)
}
