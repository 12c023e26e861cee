import { createTransport } from 'nodemailer'
import { afterAll, beforeAll, expect, test } from 'vitest'
import type { ReceivedMessage } from '../../local/mail/mailbox.ts'
import { startTestStack } from '../../local/testing.ts'
import type { Stack } from '../../local/stack.ts'

let stack: Stack
beforeAll(async () => {
  stack = await startTestStack({ functions: false, worker: 0 })
})
afterAll(() => stack.stop())

const api = (query = '') => `${stack.mailboxUrl}/api/messages${query}`
async function received(query = ''): Promise<ReceivedMessage[]> {
  return ((await (await fetch(api(query))).json()) as { messages: ReceivedMessage[] }).messages
}

test('a message sent by SMTP is in the mailbox of each recipient, whole', async () => {
  await createTransport(stack.smtpUrl).sendMail({
    from: 'Weft <weft@weft.example>',
    to: 'Ada@example.com',
    cc: 'grace@example.com',
    bcc: 'hidden@example.com',
    subject: 'Grüße, <b>Ada</b>',
    text: 'Hello\nhttps://example.com/a?b=1&c=2',
    html: '<p>Hello <script>alert(1)</script></p>',
    attachments: [{ filename: 'a.txt', content: 'abc' }],
  })
  for (const to of ['ada@example.com', 'grace@example.com', 'hidden@example.com']) {
    const [message] = await received(`?to=${to}`)
    expect(message).toMatchObject({
      subject: 'Grüße, <b>Ada</b>',
      text: 'Hello\nhttps://example.com/a?b=1&c=2',
      attachments: [{ name: 'a.txt', bytes: 3 }],
    })
  }
  expect(await received('?to=nobody@example.com')).toEqual([])
})

test('the page shows it without running what is in it', async () => {
  const list = await (await fetch(stack.mailboxUrl)).text()
  expect(list).toContain('Gr\u00fc\u00dfe, &#60;b&#62;Ada')
  const [message] = await received()
  const page = await fetch(`${stack.mailboxUrl}/${message?.id}`)
  const html = await page.text()
  expect(html).not.toContain('<script>alert')
  expect(html).toMatch(/<iframe[^>]*sandbox="allow-popups allow-popups-to-escape-sandbox"/)
})

test('pages from elsewhere cannot read the mailbox', async () => {
  const answer = await fetch(api(), { headers: { origin: 'https://evil.example' } })
  expect(answer.status).toBe(403)
})

test('it can be emptied', async () => {
  await fetch(api(), { method: 'DELETE' })
  expect(await received()).toEqual([])
  expect(await (await fetch(stack.mailboxUrl)).text()).toContain('No mail yet')
})
