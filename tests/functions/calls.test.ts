import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { getRelatives } from '#lib/executions/relatives.ts'
import { delay, row, set, stop, webhook } from './drawing.ts'
import { Office } from './office.ts'

let office: Office
beforeAll(async () => {
  office = await Office.open({ worker: 1 })
})
afterAll(() => office.close())

const called = { id: 'start', type: 'trigger.called' }
const call = (workflow: string, config: Record<string, unknown> = {}) => ({
  id: 'call',
  type: 'logic.call_workflow',
  config: {
    workflow,
    inputs: [{ name: 'n', type: 'auto', value: '{{ trigger.body.n }}' }],
    ...config,
  },
})

/** Sends a webhook and answers with the execution that it started. */
async function send(url: string, body: unknown): Promise<string> {
  const answer = await office.send(url, body)
  return String(answer.body['execution'])
}

/** The executions of a workflow, oldest first. */
async function executionsOf(workflow: string) {
  const { rows } = await office.db.query<{
    id: string
    status: string
    parent_id: string | null
    trigger_data: unknown
  }>(
    `select id, status, parent_id, trigger_data from public.executions where workflow_id = $1 order by id`,
    [workflow],
  )
  return rows
}

describe('a called workflow', () => {
  test('runs at once as an execution of its own, and its result goes back', async () => {
    const { workflow } = await office.live(
      row(called, set('twice', { value: '{{ trigger.n | times: 2 }}' })),
    )
    const { url } = await office.liveWebhook(
      row(webhook(), call(workflow), set('after', { got: '{{ steps.call.result.value }}' })),
    )
    const execution = await send(url, { n: 21 })
    const seen = await office.until(execution)
    expect(seen.status).toBe('succeeded')
    expect(seen.steps.find((step) => step.node_id === 'after')?.output).toEqual({ got: 42 })
    expect(await executionsOf(workflow)).toMatchObject([
      { status: 'succeeded', parent_id: execution },
    ])
    const waits = await office.db.query(
      `select from public.execution_waits where execution_id = $1`,
      [execution],
    )
    expect(waits.rowCount).toBe(0)
  })

  test('answers the caller of a webhook who waits for the result', async () => {
    const { workflow } = await office.live(
      row(called, set('twice', { value: '{{ trigger.n | times: 2 }}' })),
    )
    const { url } = await office.liveWebhook(
      row(
        webhook({ respond: 'result' }),
        call(workflow),
        set('after', { got: '{{ steps.call.result.value }}' }),
      ),
    )
    const answer = await office.send(url, { n: 4 })
    // The caller's execution let go while it waited: who asked is told that it goes on.
    expect([200, 202]).toContain(answer.status)
    const seen = await office.until(String(answer.body['execution']))
    expect(seen.steps.find((step) => step.node_id === 'after')?.output).toEqual({ got: 8 })
  })

  test('is linked with its caller, whether that waits or goes on', async () => {
    const { workflow } = await office.live(row(called, set('note', { value: 1 })))
    for (const wait of [true, false]) {
      const { url } = await office.liveWebhook(row(webhook(), call(workflow, { wait })))
      const execution = await send(url, { n: 1 })
      expect((await office.until(execution)).status).toBe('succeeded')
      const { client } = office.person
      const of = (id: string, trigger_kind: string) => getRelatives(client, { id, trigger_kind })
      const { called: found, more } = await of(execution, 'trigger.webhook')
      expect([found.map((one) => one.workflow_id), more]).toEqual([[workflow], false])
      const child = found[0]?.id ?? ''
      expect((await office.until(child)).status).toBe('succeeded')
      expect((await of(child, 'trigger.called')).origin?.id).toBe(execution)
      // Only who is waited for is stopped with its caller, and tells it of its end.
      const parents = (await executionsOf(workflow)).map(({ id, parent_id }) => [id, parent_id])
      expect(parents).toContainEqual([child, wait ? execution : null])
    }
  })

  test('that fails makes the calling step fail, and starts the error workflow of the caller once', async () => {
    const { workflow } = await office.live(row(called, stop('halt', 'No stock')))
    const fireman = await office.live(
      row(
        { id: 'start', type: 'trigger.failure' },
        set('note', { why: '{{ trigger.error.detail }}' }),
      ),
    )
    const { url } = await office.liveWebhook({
      ...row(webhook(), call(workflow)),
      settings: { errorWorkflow: fireman.workflow },
    })
    const execution = await send(url, { n: 1 })
    const seen = await office.until(execution)
    expect(seen).toMatchObject({ status: 'failed', error: { code: 'call.failed' } })
    const [told, ...others] = await executionsOf(fireman.workflow)
    expect(others).toEqual([])
    expect(told?.trigger_data).toMatchObject({
      execution: { id: execution },
      step: { key: 'call' },
    })
    const note = await office.until(String(told?.id))
    expect(note.status).toBe('succeeded')
    expect(JSON.stringify(note.steps.at(-1)?.output)).toContain('No stock')
  })

  test('is cancelled with its caller, however deep', async () => {
    const deepest = await office.live(row(called, delay('sleep', 3600)))
    const middle = await office.live(
      row(called, { ...call(deepest.workflow), config: { workflow: deepest.workflow } }),
    )
    const { url } = await office.liveWebhook(row(webhook(), call(middle.workflow)))
    const execution = await send(url, { n: 1 })
    await expect
      .poll(async () => (await executionsOf(deepest.workflow))[0]?.status, { timeout: 10_000 })
      .toBe('waiting')
    await office.rpc('cancel_execution', { p_execution: execution })
    expect((await office.until(execution)).status).toBe('cancelled')
    expect(await executionsOf(middle.workflow)).toMatchObject([{ status: 'cancelled' }])
    expect(await executionsOf(deepest.workflow)).toMatchObject([{ status: 'cancelled' }])
  })

  test('is cancelled when its caller runs out of time', async () => {
    const child = await office.live(row(called, delay('sleep', 3600)))
    const { url } = await office.liveWebhook({
      ...row(webhook(), call(child.workflow)),
      settings: { timeoutSeconds: 2 },
    })
    const execution = await send(url, { n: 1 })
    expect((await office.until(execution)).status).toBe('timed_out')
    expect(await executionsOf(child.workflow)).toMatchObject([{ status: 'cancelled' }])
    expect(await office.count('public.execution_waits where execution_id = $1', [execution])).toBe(
      0,
    )
  })

  test('that was told once is not told again when it is retried, and its retry is its own', async () => {
    const child = await office.live(row(called, stop('halt', 'No stock')))
    const { url } = await office.liveWebhook(row(webhook(), call(child.workflow)))
    const execution = await send(url, { n: 1 })
    const before = await office.until(execution)
    const [failed] = await executionsOf(child.workflow)
    await office.rpc('retry_execution', { p_execution: failed?.id })
    expect((await office.until(failed?.id)).status).toBe('failed')
    expect(await office.seen(execution)).toEqual(before)
  })

  test('is called anew when the caller is retried from the failed step', async () => {
    const child = await office.live(row(called, stop('halt', 'No stock')))
    const { url } = await office.liveWebhook(row(webhook(), call(child.workflow)))
    const execution = await send(url, { n: 1 })
    await office.until(execution)
    await office.publish(child.workflow, row(called, set('a', { b: 1 })))
    await office.rpc('retry_execution', { p_execution: execution })
    expect((await office.until(execution, ['succeeded'])).status).toBe('succeeded')
    expect(await executionsOf(child.workflow)).toMatchObject([
      { status: 'failed' },
      { status: 'succeeded' },
    ])
  })

  test('that a person cancels tells its caller', async () => {
    const child = await office.live(row(called, delay('sleep', 3600)))
    const { url } = await office.liveWebhook(row(webhook(), call(child.workflow)))
    const execution = await send(url, { n: 1 })
    await expect
      .poll(async () => (await executionsOf(child.workflow))[0]?.status, { timeout: 10_000 })
      .toBe('waiting')
    await office.rpc('cancel_execution', {
      p_execution: (await executionsOf(child.workflow))[0]?.id,
    })
    expect(await office.until(execution)).toMatchObject({
      status: 'failed',
      error: { code: 'call.cancelled' },
    })
  })
})
