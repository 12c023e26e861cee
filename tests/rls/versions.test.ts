import { Client } from 'pg'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import type { Stack } from '../../local/stack.ts'
import { createWorkspace, signUp, startTestStack, type TestPerson } from '../../local/testing.ts'

let stack: Stack
let db: Client
let ada: TestPerson
let bob: TestPerson
let workspace: string

beforeAll(async () => {
  stack = await startTestStack({ functions: false, worker: 0 })
  db = new Client({ connectionString: stack.databaseUrl })
  await db.connect()
  ada = await signUp(stack, 'ada@example.com')
  bob = await signUp(stack, 'bob@example.com')
  workspace = (await createWorkspace(ada)).id
  await db.query(`insert into members (workspace_id, user_id, role) values ($1, $2, 'editor')`, [
    workspace,
    bob.id,
  ])
})
afterAll(async () => {
  await db.end()
  await stack.stop()
})

const drawn = (title: string) => ({ schema: 1, nodes: [], edges: [], settings: {}, title })

async function workflow(): Promise<string> {
  const row = { workspace_id: workspace, name: 'Welcome' }
  const { data, error } = await ada.client.from('workflows').insert(row).select('id').single()
  if (error) throw error
  return String(data.id)
}

/** Somebody changes the draft, as the co-editing server keeps it. */
async function types(id: string, person: TestPerson): Promise<void> {
  await db.query(
    `insert into workflow_draft_updates (workflow_id, workspace_id, author, update)
     values ($1, $2, $3, '\\x00')`,
    [id, workspace, person.id],
  )
}

/** Many small changes become one, as happens every now and then. */
const compact = (id: string) =>
  db.query('delete from workflow_draft_updates where workflow_id = $1', [id])

async function call(name: string, args: object, by = ada) {
  const { data, error } = await by.client.rpc(name, args)
  if (error) throw error
  return data
}
const publish = (id: string, title: string, by = ada) =>
  call('publish_version', { p_workflow: id, p_definition: drawn(title), p_note: title }, by)
const again = (id: string, number: number) =>
  call('republish_version', { p_workflow: id, p_number: number, p_note: 'Again' })
const history = (id: string) => call('version_history', { p_workflow: id })
const unpublished = async (id: string): Promise<string[]> =>
  (await call('unpublished_authors', { p_workflow: id })).map(
    (one: { user_id: string }) => one.user_id,
  )

describe('the history of a workflow', () => {
  test('tells who published each version, why, and whose changes are in it', async () => {
    const id = await workflow()
    await types(id, ada)
    await types(id, bob)
    await publish(id, 'first')
    await types(id, bob)
    await compact(id)
    await publish(id, 'second')
    const [name, other] = [await nameOf(ada), await nameOf(bob)]
    expect(await history(id)).toMatchObject([
      { number: 2, note: 'second', created_by_name: name, contributors: [other], is_live: true },
      { number: 1, note: 'first', contributors: [name, other].sort(), is_live: false },
    ])
  })

  test('leaves test versions out, and goes on where the last page ended', async () => {
    const id = await workflow()
    await publish(id, 'first')
    await call('save_test_version', { p_workflow: id, p_definition: drawn('test') })
    await publish(id, 'second')
    expect(await history(id)).toHaveLength(2)
    const older = await call('version_history', { p_workflow: id, p_before: 2 })
    expect(older).toMatchObject([{ number: 1 }])
  })
})

describe('whose changes would go live', () => {
  test('stays known when the changes themselves were folded together', async () => {
    const id = await workflow()
    await types(id, bob)
    await compact(id)
    expect(await unpublished(id)).toEqual([bob.id])
    await publish(id, 'first')
    expect(await unpublished(id)).toEqual([])
  })

  test('after going back, those of the versions in between are in the draft again', async () => {
    const id = await workflow()
    await types(id, ada)
    await publish(id, 'first')
    await types(id, bob)
    await publish(id, 'second')
    await again(id, 1)
    expect(await unpublished(id)).toEqual([bob.id])
    await publish(id, 'third')
    expect((await history(id))[0].contributors).toEqual([await nameOf(bob)])
  })
})

describe('an earlier version', () => {
  test('goes live again as a new one that says which it repeats', async () => {
    const id = await workflow()
    await publish(id, 'first')
    await publish(id, 'second')
    await again(id, 1)
    // Also a repeated one can be repeated: it names the one that it all began with.
    await publish(id, 'fourth')
    await again(id, 3)
    const { rows } = await db.query(
      `select v.number, v.copy_of, v.definition ->> 'title' as title, w.live_version_id = v.id as live
       from workflow_versions v join workflows w on w.id = v.workflow_id
       where v.workflow_id = $1 and v.number in (3, 5) order by v.number`,
      [id],
    )
    expect(rows).toEqual([
      { number: 3, copy_of: 1, title: 'first', live: false },
      { number: 5, copy_of: 1, title: 'first', live: true },
    ])
  })

  test('that there never was is refused in plain words', async () => {
    const id = await workflow()
    await publish(id, 'first')
    await expect(again(id, 7)).rejects.toMatchObject({ message: 'There is no such version.' })
  })
})

test('a workflow that leaves as a file is in the audit log', async () => {
  const id = await workflow()
  await call('record_workflow_export', { p_workflow: id, p_number: 3 })
  const { rows } = await db.query(
    `select actor_id, details from audit_entries where action = 'workflow.exported' and subject_id = $1`,
    [id],
  )
  expect(rows).toEqual([{ actor_id: ada.id, details: { name: 'Welcome', version: 3 } }])
})

async function nameOf(person: TestPerson): Promise<string> {
  const { rows } = await db.query('select display_name from profiles where user_id = $1', [
    person.id,
  ])
  return rows[0].display_name
}
