/** All words of API keys. */
export const texts = {
  title: 'API keys',
  lead: 'With a key, a program of yours can start workflows and see how they went. It may do what you allow here, in this workspace, and never more than the person who made it.',
  docs: 'How programs use a key',
  create: 'New key',
  empty: 'No keys yet',
  emptyText:
    'Make one for each program, so that you can take one away without stopping the others.',
  notAllowed: 'Only admins and owners see and make API keys.',
  name: 'Name',
  nameHint: 'Which program will use it, for example “Web shop”.',
  nameMissing: 'Give the key a name.',
  may: 'What it may do',
  mayMissing: 'Choose at least one.',
  until: 'Valid',
  lasting: {
    '30': 'for 30 days',
    '90': 'for 90 days',
    '365': 'for a year',
    '0': 'until it is revoked',
  },
  make: 'Make the key',
  cancel: 'Cancel',
  freshTitle: 'Copy your key now',
  freshText: 'It is shown only this once. Keep it where your program finds it, and nobody else.',
  copy: 'Copy the key',
  copied: 'Copied.',
  done: 'I have copied it',
  example: 'Try it from a terminal',
  key: 'Key',
  madeBy: 'Made by',
  lastUsed: 'Last used',
  never: 'Never used',
  expires: 'Valid until',
  always: 'No end',
  state: { revoked: 'Revoked', expired: 'Expired', valid: 'Valid' },
  revoke: 'Revoke',
  revokeOf: (name: string) => `Revoke ${name}`,
  revokeTitle: (name: string) => `Revoke “${name}”?`,
  revokeText: 'Programs that use this key are refused from now on. This can’t be undone.',
  revoked: (name: string) => `“${name}” is revoked.`,
} as const

/** What a key may be allowed to do, as people read it. */
export const scopeWords = {
  'workflows:read': 'See the workflows and what starts them',
  'executions:read': 'See executions and how they ended',
  'executions:run': 'Start workflows',
  'executions:control': 'Cancel, pause, resume, retry and replay executions',
  'webhooks:write': 'Set the secrets of webhooks',
} as const

export type Scope = keyof typeof scopeWords

/** In the order in which they are shown. */
export const scopes = Object.keys(scopeWords) as Scope[] // these are its keys
