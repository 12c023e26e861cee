import { roleWords, roles } from '#lib/access/roles.ts'
import { deviceWords } from '#lib/sessions/agent.ts'
import type { AuditEntry } from './entries.ts'

/** Reads what an entry tells of its subject. */
class Details {
  readonly #values: Record<string, unknown>

  constructor(values: Record<string, unknown>) {
    this.#values = values
  }

  /** A detail as text; '' where there's none. */
  text(name: string): string {
    const value = this.#values[name]
    return typeof value === 'string' || typeof value === 'number' ? String(value) : ''
  }

  /** Several names: "Ada, Grace and Mary". */
  list(name: string): string {
    const values = this.#values[name]
    return Array.isArray(values) ? new Intl.ListFormat('en').format(values.map(String)) : ''
  }

  /** A name in quotes. */
  quoted(name = 'name'): string {
    return `"${this.text(name)}"`
  }

  /** A role as people call it: "editor". */
  role(name = 'role'): string {
    const role = roles.find((one) => one === this.text(name))
    return role === undefined ? this.text(name) : roleWords[role].name.toLowerCase()
  }

  /** A member: "Grace (grace@example.org)". */
  person(): string {
    const [name, email] = [this.text('name'), this.text('email')]
    if (name === '' || email === '') return name || email || 'somebody who is gone'
    return `${name} (${email})`
  }

  records(): string {
    return this.text('count') === '1' ? '1 record' : `${this.text('count')} records`
  }
}

type Said = (details: Details) => string

/** What comes after the name of whoever did it. */
const said: Record<string, Said> = {
  'session.started': (d) => {
    const device = deviceWords(d.text('agent'))
    const place = d.text('address')
    return `signed in${device === undefined ? '' : ` with ${device}`}${place === '' ? '' : ` from ${place}`}`
  },

  'workspace.created': (d) => `created the workspace ${d.quoted()}`,
  'workspace.changed': (d) =>
    d.text('name') === d.text('old_name')
      ? `changed the time zone from ${d.text('old_time_zone')} to ${d.text('time_zone')}`
      : `renamed the workspace from ${d.quoted('old_name')} to ${d.quoted()}`,
  'workspace.deleted': () => 'deleted the workspace',
  'workspace.restored': () => 'restored the workspace',
  'workspace.transferred': (d) => `handed the workspace over to ${d.person()}`,
  'audit.exported': (d) =>
    `downloaded ${d.text('count') === '1' ? '1 entry' : `${d.text('count')} entries`} of the audit log`,

  'member.invited': (d) => `invited ${d.text('email')} as ${d.role()}`,
  'member.invitation_revoked': (d) => `took back the invitation of ${d.text('email')}`,
  'member.joined': (d) => `made ${d.person()} a member as ${d.role()}`,
  'member.role_changed': (d) =>
    `changed the role of ${d.person()} from ${d.role('old_role')} to ${d.role()}`,
  'member.removed': (d) => `removed ${d.person()} from the workspace`,
  'member.left': () => 'left the workspace',

  'workflow.created': (d) => `created the workflow ${d.quoted()}`,
  'workflow.renamed': (d) => `renamed the workflow ${d.quoted('old_name')} to ${d.quoted()}`,
  'workflow.published': (d) => `published version ${d.text('version')} of ${d.quoted()}`,
  'workflow.paused': (d) => `paused the workflow ${d.quoted()}`,
  'workflow.resumed': (d) => `put the workflow ${d.quoted()} live again`,
  'workflow.archived': (d) => `archived the workflow ${d.quoted()}`,
  'workflow.unarchived': (d) => `took the workflow ${d.quoted()} out of the archive`,
  'workflow.restricted': (d) =>
    d.list('people') === ''
      ? `let only admins and owners see the workflow ${d.quoted()}`
      : `let only ${d.list('people')} see the workflow ${d.quoted()}, besides admins and owners`,
  'workflow.opened': (d) => `let everybody in the workspace see the workflow ${d.quoted()}`,
  'comment.removed': (d) => `removed a comment of ${d.text('author')} on ${d.quoted()}`,
  'workflow.deleted': (d) => `deleted the workflow ${d.quoted()}`,
  'workflow.restored': (d) => `restored the workflow ${d.quoted()}`,
  'workflow.exported': (d) =>
    d.text('version') === ''
      ? `downloaded the draft of ${d.quoted()} as a file`
      : `downloaded version ${d.text('version')} of ${d.quoted()} as a file`,

  'execution.cancelled': (d) => `cancelled an execution of ${d.quoted()}`,
  'execution.retried': (d) => `retried an execution of ${d.quoted()}`,
  'execution.replayed': (d) => `replayed an execution of ${d.quoted()}`,
  'execution.paused': (d) => `paused an execution of ${d.quoted()}`,
  'execution.resumed': (d) => `let an execution of ${d.quoted()} go on`,

  'execution.decided': (d) => {
    const what: Record<string, string> = {
      happened: 'it happened',
      again: 'it did not happen, and is to be done again',
      failed: 'it counts as failed',
    }
    return `said of the unclear step ${d.quoted('title')} of ${d.quoted()}: ${what[d.text('verdict')] ?? ''}`
  },

  'approval.approved': (d) => `approved ${d.quoted('title')}`,
  'approval.rejected': (d) => `rejected ${d.quoted('title')}`,

  'pipeline.created': (d) => `created the pipeline ${d.quoted()}`,
  'pipeline.deleted': (d) => `deleted the pipeline ${d.quoted()} with all its records`,
  'pipeline.field_deleted': (d) =>
    `deleted the field ${d.quoted('field')} of ${d.quoted()} with its values`,
  'records.deleted': (d) => `moved ${d.records()} of ${d.quoted()} to the bin`,
  'records.restored': (d) => `took ${d.records()} of ${d.quoted()} out of the bin`,

  'connection.created': (d) => `created the connection ${d.quoted()}`,
  'connection.changed': (d) => `changed the connection ${d.quoted()}`,
  'connection.rotated': (d) => `replaced the secrets of the connection ${d.quoted()}`,
  'connection.revoked': (d) => `revoked the connection ${d.quoted()}`,

  'api_key.created': (d) => `created the API key ${d.quoted()}`,
  'api_key.revoked': (d) => `revoked the API key ${d.quoted()}`,
  'webhook.secret_set': (d) => `set a secret for a webhook of ${d.quoted()}`,
  'webhook.secret_replaced': (d) => `replaced the secret of a webhook of ${d.quoted()}`,
  'webhook.secret_removed': (d) => `removed the secret of a webhook of ${d.quoted()}`,
}

/** Who did it, as a sentence begins. */
export function whoOf({ actor_kind, actor_name, details }: AuditEntry): string {
  const name = actor_name === '' ? 'Somebody who is gone' : actor_name
  if (actor_kind === 'api_key')
    return `The key "${String(details['api_key'] ?? '')}" (made by ${name})`
  if (actor_kind === 'person') return name
  return actor_kind === 'engine' ? 'A workflow' : 'Weft itself'
}

/** What happened, in a plain sentence: "Ada invited grace@example.org as editor." */
export function sentenceOf(entry: AuditEntry): string {
  const who = whoOf(entry)
  const details = new Details(entry.details)
  const joinedAlone = entry.action === 'member.joined' && entry.actor_id === entry.subject_id
  if (joinedAlone) return `${who} joined as ${details.role()}.`
  const words = said[entry.action]
  if (words !== undefined) return `${who} ${words(details)}.`
  // What is recorded under a name that has no sentence yet is still told.
  const name = details.text('name') || details.text('email')
  const action = entry.action.replace(/[._]/g, ' ')
  return `${who}: ${action}${name === '' ? '' : ` ("${name}")`}.`
}
