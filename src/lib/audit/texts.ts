import type { AuditKind } from './entries.ts'

/** All words of the audit log, besides its sentences. */
export const texts = {
  title: 'Audit log',
  lead: 'Who did what, and when. Nobody can change it; entries are kept for at least 400 days.',
  notAllowed: 'The audit log is for the owners and admins of the workspace.',
  label: 'Narrow the entries',
  anyone: 'Anyone',
  person: 'Person',
  anything: 'Anything',
  kind: 'Kind',
  from: 'From',
  to: 'To',
  clear: 'Show all',
  export: 'Download as CSV',
  exportHint: 'The newest 20,000 entries that fit; the download itself is recorded.',
  when: 'When',
  what: 'What happened',
  who: 'Who',
  newest: 'Newest',
  older: 'Older',
  pages: 'Pages of the log',
  empty: 'Nothing recorded',
  emptyText: 'No entry fits what you chose. Choose other days, another person or another kind.',
  showAll: 'Show everything',
  nothingYet: {
    title: 'Nothing recorded yet',
    text: 'Who signs in, invites, builds, publishes or changes data is written down here, so that you can see later what happened. There is nothing to do for it.',
  },
  failed: 'The log could not be read. Try again in a moment.',
} as const

/** What the kinds are called. */
export const kindWords: Record<AuditKind, string> = {
  session: 'Signing in',
  member: 'Members',
  workflow: 'Workflows',
  execution: 'Executions',
  approval: 'Approvals',
  data: 'Pipelines and records',
  connection: 'Connections',
  key: 'API keys and webhooks',
  workspace: 'Workspace and exports',
}

/** The first line of a downloaded log. */
export const csvHead = [
  'Time (UTC)',
  'Who',
  'What happened',
  'Kind',
  'Person’s id',
  'About',
  'Id',
  'Details',
] as const
