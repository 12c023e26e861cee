import type { ConnectionStatus } from './rows.ts'

/** All words of connections. */
export const texts = {
  title: 'Connections',
  lead: 'What your workflows sign in to other services with. Nobody can read a password or key here once it is saved.',
  add: 'Add a connection',
  none: 'No connections yet',
  noneText:
    'A connection keeps a password, key or token, so that workflows can use it without anybody seeing it.',
  notForYou: 'Connections are for those who build workflows',
  notForYouText: 'Your role here does not show them. Ask an admin if you need one.',
  columns: {
    name: 'Name',
    kind: 'Kind',
    hosts: 'May be sent to',
    users: 'Used by',
    lastUsed: 'Last used',
    status: 'Status',
  },
  never: 'Never',
  status: {
    unfinished: 'Sign in first',
    ready: 'Ready',
    broken: 'Does not work',
    revoked: 'Revoked',
  } satisfies Record<ConnectionStatus, string>,
  showRevoked: (count: number) => `Revoked (${count})`,
  /** Who may use one, by the least role. */
  users: {
    editor: 'Editors and above',
    admin: 'Admins and owners',
    owner: 'Owners only',
  },
  usersLabel: 'Who may use it in workflows',
  more: (name: string) => `What can be done with ${name}`,
  actions: {
    test: 'Test',
    signIn: 'Sign in',
    share: 'Name and sharing',
    rotate: 'Replace the secret',
    revoke: 'Revoke',
  },
  choose: {
    title: 'Which service?',
    description: 'Choose what the connection signs in to.',
  },
  create: {
    title: (kind: string) => `New connection: ${kind}`,
    name: 'Name',
    nameHint: 'As it appears in the steps of a workflow.',
    action: 'Save connection',
    back: 'Choose another kind',
    done: (name: string) => `"${name}" is saved.`,
    signIn: 'Save, then sign in',
  },
  rotate: {
    title: (name: string) => `Replace the secret of ${name}`,
    description:
      'Everything is filled in anew, so that an old secret never goes to a new address. Workflows use it at once.',
    action: 'Replace',
    done: (name: string) => `The secret of "${name}" is replaced.`,
  },
  share: {
    title: 'Name and sharing',
    hosts: 'May be sent to',
    hostsHint: 'Hosts can be taken away here. To add one, replace the secret.',
    action: 'Save',
    done: 'The changes are saved.',
  },
  revoke: {
    title: (name: string) => `Revoke ${name}?`,
    message:
      'Its secret is deleted at once and cannot be brought back. Steps that use it fail until another connection is chosen.',
    action: 'Revoke',
    done: (name: string) => `"${name}" is revoked.`,
  },
  secretHint: 'Kept encrypted; it is never shown again.',
  moreOptions: 'More options',
  tested: 'Tested',
  checkFields: 'Fill this in.',
  problem: 'That did not work. Try again in a moment.',
  returned: {
    done: 'You are signed in. The connection is ready.',
    refused:
      'Signing in did not work: the service refused it, you stopped there, or it took too long. Choose "Sign in" to try again.',
  },
}
