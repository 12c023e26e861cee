import { Client } from 'pg'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import type { Stack } from '../../local/stack.ts'
import { createWorkspace, signUp, startTestStack, type TestPerson } from '../../local/testing.ts'

let stack: Stack
let db: Client
let ada: TestPerson
let workspace: string

beforeAll(async () => {
  stack = await startTestStack({ functions: false, worker: 0 })
  db = new Client({ connectionString: stack.databaseUrl })
  await db.connect()
  ada = await signUp(stack, 'ada@example.com')
  workspace = (await createWorkspace(ada)).id
})
afterAll(async () => {
  await db.end()
  await stack.stop()
})

async function idOf(table: string, row: Record<string, unknown>): Promise<string> {
  const { data, error } = await ada.client
    .from(table)
    .insert({ workspace_id: workspace, ...row })
    .select('id')
    .single()
  if (error) throw error
  return String(data.id)
}

/** A pipeline with the fields "name" and "mail" and one record. */
async function pipelineWithRecord() {
  const pipeline = await idOf('pipelines', { name: 'Customers' })
  const field = (key: string, title: string) =>
    idOf('pipeline_fields', { pipeline_id: pipeline, key, title, type: 'text' })
  const fields = { name: await field('name', 'Name'), mail: await field('mail', 'Mail') }
  const data = { name: 'Ada', mail: 'ada@example.com' }
  const record = await idOf('records', { pipeline_id: pipeline, data })
  return { pipeline, fields, record }
}

async function dataOf(record: string): Promise<unknown> {
  const { data } = await ada.client.from('records').select('data').eq('id', record).single()
  return data?.data
}

const write = (record: string, data: Record<string, unknown>) =>
  ada.client.from('records').update({ data }).eq('id', record).select('id').single()

describe('fields that change while records are there', () => {
  test('a deleted field takes its values along, and the records stay editable', async () => {
    const { fields, record } = await pipelineWithRecord()
    const { error } = await ada.client.from('pipeline_fields').delete().eq('id', fields.mail)
    expect(error).toBeNull()
    expect(await dataOf(record)).toEqual({ name: 'Ada' })
    expect((await write(record, { name: 'Grace' })).error).toBeNull()
  })

  test('a field made required later does not lock the records that lack it', async () => {
    const { pipeline, record } = await pipelineWithRecord()
    const number = { pipeline_id: pipeline, key: 'seats', title: 'Seats', type: 'number' }
    await idOf('pipeline_fields', { ...number, required: true })
    expect((await write(record, { name: 'Grace', mail: 'g@example.com' })).error).toBeNull()
    const refused = await write(record, { name: 'Grace', mail: 'g@example.com', seats: 'many' })
    expect(refused.error?.message).toContain('"Seats" must be a number.')
    const fresh = ada.client
      .from('records')
      .insert({ workspace_id: workspace, pipeline_id: pipeline, data: { name: 'New' } })
    expect((await fresh).error?.message).toContain('"Seats" is required.')
  })

  test('a required value can’t be emptied, and an unknown one can’t be added', async () => {
    const { fields, record } = await pipelineWithRecord()
    await ada.client.from('pipeline_fields').update({ required: true }).eq('id', fields.name)
    const emptied = await write(record, { mail: 'x' })
    expect(emptied.error?.message).toContain('"Name" is required.')
    const unknown = await write(record, { name: 'Ada', mail: 'x', shoe_size: 40 })
    expect(unknown.error?.message).toMatch(/no field called "shoe_size"/)
  })

  test('a pipeline goes with all its fields and records', async () => {
    const { pipeline, record } = await pipelineWithRecord()
    const { error } = await ada.client.from('pipelines').delete().eq('id', pipeline)
    expect(error).toBeNull()
    const { rowCount } = await db.query('select from records where id = $1', [record])
    expect(rowCount).toBe(0)
  })
})

describe('the latest execution of each workflow', () => {
  async function execution(workflow: string, version: string, id: string) {
    await db.query(
      `insert into executions
         (id, workspace_id, workflow_id, version_id, trigger_node, trigger_kind, trigger_data, status)
       values ($1, $2, $3, $4, 'start', 'trigger.manual', '{}', 'succeeded')`,
      [id, workspace, workflow, version],
    )
  }

  test('is the newest by its id, and nobody else’s', async () => {
    const workflow = await idOf('workflows', { name: 'Run me' })
    const { data: version } = await ada.client.rpc('publish_version', {
      p_workflow: workflow,
      p_definition: { schema: 1, nodes: [], edges: [], settings: {} },
    })
    const newest = '01a207a2-3280-7000-8000-00000000000b'
    await execution(workflow, version.id, '01a207a2-3280-7000-8000-00000000000a')
    await execution(workflow, version.id, newest)

    const mine = await ada.client.rpc('last_executions', { p_workspace: workspace })
    expect(mine.data).toMatchObject([{ id: newest, workflow_id: workflow, status: 'succeeded' }])

    const eve = await signUp(stack, 'eve@example.com')
    const hers = await eve.client.rpc('last_executions', { p_workspace: workspace })
    expect(hers.data).toEqual([])
  })
})

test('a record can’t be slipped into another workspace by naming its pipeline', async () => {
  const { pipeline } = await pipelineWithRecord()
  const eve = await signUp(stack, 'eve.pipelines@example.com')
  const hers = (await createWorkspace(eve)).id
  const slip = (into: string) =>
    eve.client.from('records').insert({ workspace_id: into, pipeline_id: pipeline, data: {} })
  expect((await slip(workspace)).error?.code).toBe('42501')
  // Their own workspace with the other's pipeline: the foreign key holds the two together.
  expect((await slip(hers)).error?.code).toMatch(/^23/)
})
