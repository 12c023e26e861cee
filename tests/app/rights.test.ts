import { describe, expect, test } from 'vitest'
import { rights, roles, type Role } from '#lib/access/roles.ts'
import { functions, tables } from '../rls/matrix.ts'

/** What the database's matrix says of each line of "What each role can do". */
const cells: Record<string, (string | undefined)[]> = {
  'See workflows, executions and records': [
    tables['workflows']?.select,
    tables['executions']?.select,
    tables['execution_steps']?.select,
    tables['records']?.select,
  ],
  // Who is asked decides; that they can see what they are asked is what takes a role.
  'Decide approvals when asked': [tables['approvals']?.select],
  'Run workflows; stop, retry and replay executions': [
    functions['save_test_version']?.who,
    functions['cancel_execution']?.who,
    functions['retry_execution']?.who,
  ],
  'Add and change records': [tables['records']?.insert, tables['records']?.update],
  'Build and publish workflows': [
    tables['workflows']?.insert,
    tables['workflows']?.update,
    functions['publish_version']?.who,
  ],
  'Set up pipelines and their fields': [
    tables['pipelines']?.insert,
    tables['pipeline_fields']?.insert,
    tables['pipeline_fields']?.delete,
  ],
  'Use and make connections': [tables['connections']?.select],
  'Say which members can see a workflow': [functions['restrict_workflow']?.who],
  'See workflows that are for some members only': [
    tables['workflows: a restricted one']?.select,
    tables['executions: of a restricted workflow']?.select,
  ],
  'Invite and remove people, change roles': [
    functions['invite_member']?.who,
    functions['remove_member']?.who,
    functions['change_role']?.who,
  ],
  'Make API keys, read the audit log': [
    functions['create_api_key']?.who,
    tables['audit_entries']?.select,
  ],
  'Change the workspace’s name and time zone': [tables['workspaces']?.update],
  'Decide any approval': [functions['decide_approval: asked of nobody']?.who],
  'Make owners, hand over, delete the workspace': [
    functions['change_role: make an owner']?.who,
    functions['transfer_ownership']?.who,
    functions['delete_workspace']?.who,
    functions['restore_workspace']?.who,
  ],
}

/** The least role that a cell lets in: "editor+(name) engine" is for editors and above. */
function leastOf(cell: string | undefined): Role | undefined {
  return roles.find((role) => new RegExp(`(^| )${role}\\b`).test(cell ?? ''))
}

describe('what the members page says that each role can do', () => {
  test('is compared with the database, line by line', () => {
    expect(Object.keys(cells)).toEqual(rights.map(({ right }) => right))
  })

  test.each(rights)('$right', ({ right, least }) => {
    const found = cells[right] ?? []
    expect(found.map(leastOf)).toEqual(found.map(() => least))
    expect(found).not.toEqual([])
  })
})
