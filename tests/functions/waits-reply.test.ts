import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { delay, email, row, set, webhook } from './drawing.ts'
import { Office } from './office.ts'

let office: Office
beforeAll(async () => {
  office = await Office.open({ worker: 1 })
})
afterAll(() => office.close())

/** An execution that sends an e-mail and waits for a reply to it; with the e-mail's Message-ID. */
async function waiting(
  config: Record<string, unknown> = {},
): Promise<{ execution: string; message: string }> {
  const { url } = await office.liveWebhook(
    row(
      webhook(),
      email('mail', 'ada@example.org', 'Offer'),
      {
        id: 'wait',
        type: 'logic.wait_reply',
        config: { message: '{{ steps.mail.message_id }}', ...config },
      },
      set('after', { said: '{{ steps.wait.text }}' }),
    ),
  )
  const execution = String((await office.send(url)).body['execution'])
  const { steps } = await office.until(execution, ['waiting'])
  const sent = steps.find((step) => step.node_id === 'mail')?.output as { message_id: string }
  return { execution, message: sent.message_id }
}

const post = (mail: unknown, secret = office.stack.functionsEnv['WEFT_FUNCTION_SECRET']) =>
  office.send(`${office.stack.functionsUrl}/inbound`, mail, {
    headers: { authorization: `Bearer ${secret}` },
  })
const mail = (message: string, text: string, more: Record<string, unknown> = {}) => ({
  ...{ id: '<r1@example.org>', from: 'ada@example.org', subject: 'Re: Offer', text },
  references: ['<older@example.org>', message],
  ...more,
})
const said = async (execution: string) => {
  const { steps } = await office.until(execution)
  return (steps.find((step) => step.node_id === 'after')?.output as { said: string }).said
}

/** An execution that sends an e-mail, sleeps, and then waits for replies to it, as often as told. */
async function sleeping(seconds: number, waits: Record<string, unknown>[]) {
  const boxes = waits.map((config, index) => ({
    id: `wait${index}`,
    type: 'logic.wait_reply',
    config: { message: '{{ steps.mail.message_id }}', ...config },
  }))
  const last = `wait${waits.length - 1}`
  const { url } = await office.liveWebhook(
    row(
      webhook(),
      email('mail', 'ada@example.org', 'Offer'),
      delay('sleep', seconds),
      ...boxes,
      set('after', { said: `{{ steps.${last}.text }}` }),
    ),
  )
  const execution = String((await office.send(url)).body['execution'])
  const { steps } = await office.until(execution, ['waiting'])
  const sent = steps.find((step) => step.node_id === 'mail')?.output as { message_id: string }
  return { execution, message: sent.message_id }
}

const reached = async (execution: string, node: string) => {
  await expect
    .poll(
      async () =>
        (await office.seen(execution)).steps.find((step) => step.node_id === node)?.status,
      { timeout: 20_000 },
    )
    .toBe('waiting')
}

describe('a reply that comes before anybody waits', () => {
  test('is found by the step that waits for it later', async () => {
    const { execution, message } = await sleeping(2, [{}])
    expect((await post(mail(message, 'at once'))).body).toEqual({ delivered: 0 })
    expect(await said(execution)).toBe('at once')
  })

  test('is handed to one step only, however often it is sent in', async () => {
    const { execution, message } = await sleeping(2, [{}, {}])
    await Promise.all([1, 2, 3].map(() => post(mail(message, 'first'))))
    await reached(execution, 'wait1')
    await post(mail(message, 'first'))
    await new Promise((done) => setTimeout(done, 500))
    expect((await office.seen(execution)).status).toBe('waiting')
    const next = mail(message, 'second', { id: '<r2@example.org>' })
    expect((await post(next)).body).toEqual({ delivered: 1 })
    expect(await said(execution)).toBe('second')
  })

  test('and does not fit stays for one that it fits', async () => {
    const { execution, message } = await sleeping(2, [{ keyword: 'yes' }, {}])
    await post(mail(message, 'Let me think'))
    await post(mail(message, 'Yes', { id: '<r2@example.org>' }))
    expect(await said(execution)).toBe('Let me think')
  })

  test('is kept for the workspace that sent the message, and so many of them', async () => {
    const { execution, message } = await sleeping(60, [{}])
    const nosy = await office.neighbour()
    for (let number = 0; number < 25; number++) {
      await post(mail(message, 'x', { id: `<r${number}@example.org>` }))
    }
    const kept = `public.execution_waits where execution_id = $1 and node_id = ''`
    expect(await office.count(kept, [execution])).toBe(20)
    const { url } = await nosy.liveWebhook(
      row(webhook(), { id: 'wait', type: 'logic.wait_reply', config: { message } }),
    )
    const spying = String((await nosy.send(url)).body['execution'])
    await nosy.until(spying, ['waiting'])
    expect((await nosy.seen(spying)).steps.at(-1)?.status).toBe('waiting')
    await office.rpc('cancel_execution', { p_execution: execution })
    expect(await office.count(kept, [execution])).toBe(0)
    await post(mail(message, 'too late', { id: '<late@example.org>' }))
    expect(await office.count(kept, [execution])).toBe(0)
  })

  test('at the very moment when the wait opens, is not lost', async () => {
    const { execution, message } = await sleeping(60, [{}])
    const key = message.replace(/[<>]/g, '')
    // What a checkpoint does that opens the wait: it has the execution's row, and isn't committed yet.
    await office.db.query('begin')
    await office.db.query(`select from public.executions where id = $1 for update`, [execution])
    await office.db.query(
      `insert into public.execution_waits (workspace_id, execution_id, node_id, kind, key, data)
       values ($1, $2, 'wait0', 'reply', $3, '{}')`,
      [office.workspace, execution, key],
    )
    const posted = post(mail(message, 'now'))
    await new Promise((done) => setTimeout(done, 500))
    await office.db.query('commit')
    expect((await posted).body).toEqual({ delivered: 1 })
    await office.rpc('cancel_execution', { p_execution: execution })
  })
})

describe('a reply', () => {
  test('reaches the step that waits for it, and only that, once', async () => {
    const { execution, message } = await waiting()
    const other = await waiting()
    const answers = await Promise.all(['yes', 'again'].map((text) => post(mail(message, text))))
    expect(answers.map(({ body }) => body['delivered']).toSorted()).toEqual([0, 1])
    expect(['yes', 'again']).toContain(await said(execution))
    expect((await office.seen(other.execution)).status).toBe('waiting')
  })

  test('that is automatic, or says something else, is passed over', async () => {
    const { execution, message } = await waiting({ keyword: 'YES' })
    const away = await post(mail(message, 'Yes, I am away', { automatic: true }))
    const other = await post(mail(message, 'Let me think'))
    expect([away.body, other.body]).toEqual([{ delivered: 0 }, { delivered: 0 }])
    expect((await post(mail(message, 'All right: yes'))).body).toEqual({ delivered: 1 })
    expect(await said(execution)).toBe('All right: yes')
  })

  test('never reaches a workspace that only knows the message, because it received it', async () => {
    const { execution, message } = await waiting()
    const nosy = await office.neighbour()
    const { url } = await nosy.liveWebhook(
      row(webhook(), { id: 'wait', type: 'logic.wait_reply', config: { message } }),
    )
    const spying = String((await nosy.send(url)).body['execution'])
    await nosy.until(spying, ['waiting'])
    expect((await post(mail(message, 'for your eyes only'))).body).toEqual({ delivered: 1 })
    expect(await said(execution)).toBe('for your eyes only')
    expect((await nosy.seen(spying)).status).toBe('waiting')
  })

  test('is taken only from those who know the secret, and only if it is one', async () => {
    expect((await post(mail('<x@weft.test>', 'hi'), 'guessed')).status).toBe(401)
    const wrong = await post({ from: 'ada@example.org' })
    expect([wrong.status, wrong.body['code']]).toEqual([400, 'inbound.not_a_message'])
    expect((await post(mail('<x\u0000@weft.test>', 'a\u0000b'))).status).toBeLessThan(500)
  })
})
