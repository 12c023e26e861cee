import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { create, manual, row, set, webhook } from './drawing.ts'
import { Office } from './office.ts'

let office: Office

beforeAll(async () => {
  office = await Office.open()
})
afterAll(() => office.close())

async function saved(definition: unknown) {
  const workflow = await office.workflow()
  const version = await office.rpc<string>('save_test_version', {
    p_workflow: workflow,
    p_definition: definition,
  })
  return { workflow, version, node: 'start' }
}

const done = (steps: { node_id: string; status: string }[]): string[] =>
  steps.filter(({ status }) => status === 'succeeded').map(({ node_id }) => node_id)

describe('testing a part of a workflow', () => {
  test('one step really runs, with the outputs that were given for those before it', async () => {
    const pipeline = await office.pipeline()
    const test = await saved(
      row(
        manual,
        set('before', { email: 'never@example.org' }),
        create('keep', pipeline, { name: '{{ steps.before.email }}' }),
        create('again', pipeline, { name: 'after' }),
      ),
    )
    const answer = await office.ask('executions', {
      ...test,
      ...{ until: 'keep', alone: true, pins: { before: { email: 'given@example.org' } } },
    })
    expect(answer.status).toBe(202)
    const seen = await office.until(answer.body['execution'])
    expect(seen).toMatchObject({ status: 'succeeded', mode: 'test' })
    expect(done(seen.steps)).toEqual(['start', 'before', 'keep'])
    const { rows } = await office.db.query(
      `select data->>'name' as email from public.records where pipeline_id = $1`,
      [pipeline],
    )
    expect(rows).toEqual([{ email: 'given@example.org' }])
  })

  test('everything up to a step runs, and nothing behind it', async () => {
    const test = await saved(
      row(manual, set('a', { n: 1 }), set('b', { n: 2 }), set('c', { n: 3 })),
    )
    const answer = await office.ask('executions', { ...test, until: 'b' })
    const seen = await office.until(answer.body['execution'])
    expect(done(seen.steps)).toEqual(['start', 'a', 'b'])
  })

  test('is for tests only: what is published runs whole', async () => {
    const live = await office.live(row(manual, set('a', { n: 1 })))
    const answer = await office.ask('executions', { ...live, node: 'start', until: 'a' })
    expect(answer).toMatchObject({ status: 400, body: { code: 'api.only_tests' } })
    expect(await office.executions(live.workflow)).toBe(0)
  })

  test('says so when the step is not there', async () => {
    const test = await saved(row(manual))
    const answer = await office.ask('executions', { ...test, until: 'gone' })
    expect(answer).toMatchObject({ status: 409, body: { code: 'rehearsal.no_such_step' } })
  })

  test('a pinned output stands in while testing, and means nothing once it is live', async () => {
    const drawn = row(manual, set('a', { n: 1 }))
    const definition = {
      ...drawn,
      nodes: drawn.nodes.map((node) => (node.id === 'a' ? { ...node, pinned: { n: 99 } } : node)),
    }
    const testing = await office.ask('executions', await saved(definition))
    expect((await office.until(testing.body['execution'])).steps[1]?.output).toEqual({ n: 99 })
    const live = await office.live(definition)
    const answer = await office.ask('executions', { ...live, node: 'start' })
    expect((await office.until(answer.body['execution'])).steps[1]?.output).toEqual({ n: 1 })
  })
})

describe('listening for a sample', () => {
  const sampleOf = async (workflow: string) => {
    const { rows } = await office.db.query<{
      kind: string | null
      data: { body: unknown; headers: Record<string, string> } | null
      listening_until: Date | null
    }>(`select kind, data, listening_until from public.workflow_samples where workflow_id = $1`, [
      workflow,
    ])
    return rows[0]
  }
  const listening = async () => {
    const workflow = await office.workflow()
    const url = await office.address(workflow)
    await office.rpc('listen_for_sample', { p_workflow: workflow, p_node: 'hook', p_on: true })
    return { workflow, url }
  }

  test('keeps the first message to an address that is not live, and starts nothing', async () => {
    const { workflow, url } = await listening()
    const first = await office.send(
      url,
      { name: 'Ada' },
      {
        headers: { 'content-type': 'application/json', 'x-api-key': 'abcdef' },
        body: JSON.stringify({ name: 'Ada' }),
      },
    )
    expect(first).toMatchObject({ status: 202, body: { status: 'kept_as_sample' } })
    const sample = await sampleOf(workflow)
    expect(sample).toMatchObject({
      kind: 'webhook',
      data: { body: { name: 'Ada' } },
      listening_until: null,
    })
    expect(sample?.data?.headers['x-api-key']).toBe('••••••')
    expect(await office.executions(workflow)).toBe(0)
    // One is enough.
    expect((await office.send(url, { name: 'Bo' })).status).toBe(404)
    expect(await sampleOf(workflow)).toMatchObject({ data: { body: { name: 'Ada' } } })
  })

  test('ends when somebody says so, or after ten minutes', async () => {
    const { workflow, url } = await listening()
    await office.rpc('listen_for_sample', { p_workflow: workflow, p_node: 'hook', p_on: false })
    expect((await office.send(url, {})).status).toBe(404)
    await office.rpc('listen_for_sample', { p_workflow: workflow, p_node: 'hook', p_on: true })
    await office.db.query(
      `update public.workflow_samples set listening_until = now() - interval '1 second' where workflow_id = $1`,
      [workflow],
    )
    expect((await office.send(url, {})).status).toBe(404)
    expect(await sampleOf(workflow)).toMatchObject({ kind: null })
  })

  test('leaves a live workflow alone: the message starts it as ever', async () => {
    const { workflow, url } = await office.liveWebhook(row(webhook()))
    await office.rpc('listen_for_sample', { p_workflow: workflow, p_node: 'hook', p_on: true })
    const answer = await office.send(url, { name: 'Ada' })
    expect(answer).toMatchObject({ status: 202, body: { execution: expect.any(String) } })
    await office.until(answer.body['execution'])
  })
})

describe('choosing a sample', () => {
  test('takes executions of this workflow only', async () => {
    const [one, other] = [await office.live(row(manual)), await office.live(row(manual))]
    const answer = await office.ask('executions', { ...other, node: 'start' })
    await office.until(answer.body['execution'])
    const choice = {
      ...{ p_workflow: one.workflow, p_node: 'start', p_kind: 'execution' },
      p_execution: answer.body['execution'],
    }
    await expect(office.rpc('choose_sample', choice)).rejects.toThrow(/no such execution/)
    await office.rpc('choose_sample', { ...choice, p_workflow: other.workflow })
  })

  test('refuses what is too large, in plain words', async () => {
    const workflow = await office.workflow()
    const choice = { p_workflow: workflow, p_node: 'start', p_kind: 'typed' }
    await expect(
      office.rpc('choose_sample', { ...choice, p_data: { text: 'x'.repeat(2_200_000) } }),
    ).rejects.toThrow(/too large/)
  })
})
