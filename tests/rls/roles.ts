/** The roles of members, each may what those before it may. */
export const roles = ['viewer', 'operator', 'editor', 'admin', 'owner'] as const

/** What a member is in a workspace. */
export type Role = (typeof roles)[number]
