import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { email, row, set, webhook } from './drawing.ts'
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
