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
    may: 'Looks at workflows, executions and records, and decides approvals that ask for them.',
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
    may: 'Also invites people and changes roles, sees every workflow, makes API keys, and reads the audit log.',
  },
  owner: {
    name: 'Owner',
    may: 'May do everything, and alone makes owners and deletes the workspace.',
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

/** What people can do in a workspace, and the least role that it takes: the rows of "What each role can do". */
export const rights: readonly { right: string; least: Role }[] = [
  { right: 'See workflows, executions and records', least: 'viewer' },
  { right: 'Decide approvals when asked', least: 'viewer' },
  { right: 'Run workflows; stop, retry and replay executions', least: 'operator' },
  { right: 'Add and change records', least: 'operator' },
  { right: 'Build and publish workflows', least: 'editor' },
  { right: 'Set up pipelines and their fields', least: 'editor' },
  { right: 'Use and make connections', least: 'editor' },
  { right: 'Say which members can see a workflow', least: 'editor' },
  { right: 'See workflows that are for some members only', least: 'admin' },
  { right: 'Invite and remove people, change roles', least: 'admin' },
  { right: 'Make API keys, read the audit log', least: 'admin' },
  { right: 'Change the workspace’s name and time zone', least: 'admin' },
  { right: 'Decide any approval', least: 'owner' },
  { right: 'Make owners, hand over, delete the workspace', least: 'owner' },
]
