/** A member's role in a workspace, from the least to the most. */
export const roles = ['viewer', 'operator', 'editor', 'admin', 'owner'] as const
export type Role = (typeof roles)[number]

/** What needs a role; the same steps as the database's policies, which have the last word. */
export type Deed = 'operate' | 'edit' | 'manage'

const least: Record<Deed, Role> = { operate: 'operator', edit: 'editor', manage: 'admin' }

/** What a role is called and what it may do, for people. */
export const roleWords: Record<Role, { name: string; may: string }> = {
  viewer: {
    name: 'Viewer',
    may: 'Looks at workflows, executions and records. Changes nothing.',
  },
  operator: {
    name: 'Operator',
    may: 'Also runs workflows, cancels and retries executions, and works with records.',
  },
  editor: {
    name: 'Editor',
    may: 'Also builds and publishes workflows, and sets up pipelines and their fields.',
  },
  admin: {
    name: 'Admin',
    may: 'Also changes the workspace’s name and time zone, makes API keys, and reads the audit log.',
  },
  owner: {
    name: 'Owner',
    may: 'May do everything. The person who created the workspace is its first owner.',
  },
}

/** Whether a role allows something. */
export function may(role: Role, deed: Deed): boolean {
  return roles.indexOf(role) >= roles.indexOf(least[deed])
}

/** Why something can't be done with a role, as a sentence; nothing when it can. For `unavailable` of buttons and menus. */
export function notWith(role: Role, deed: Deed): string | undefined {
  if (may(role, deed)) return undefined
  return `Your role here is ${roleWords[role].name}. It takes the role ${roleWords[least[deed]].name} or higher to do this.`
}
