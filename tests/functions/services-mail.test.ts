import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { SmtpMail } from '../../supabase/functions/_shared/services/mail.ts'
import type { MailMessage } from '../../src/lib/engine/services.ts'
import { codeOf, never } from './outside.ts'
import { startSmtpServer, type Manners } from './smtp-server.ts'

let server: Awaited<ReturnType<typeof startSmtpServer>>
beforeAll(async () => {
  server = await startSmtpServer()
})
afterAll(() => server.stop())
beforeEach(() => server.behave({}))

const message = (more: Partial<MailMessage> = {}): MailMessage => ({
  ...{ to: ['ann@example.org'], cc: [], bcc: [], subject: 'Hello', text: 'Hi Ann', key: 'step-1' },
  ...more,
})
const send = (more: Partial<MailMessage> = {}, signal = never) =>
  new SmtpMail(server.url, 'Weft <weft@example.com>').send(message(more), signal)

/** The headers of the last message, unfolded. */
const headers = () =>
  (server.messages.at(-1) ?? '')
    .split('\r\n\r\n')[0]
    ?.replace(/\r\n[ \t]+/g, ' ')
    .split('\r\n') ?? []

describe('an e-mail', () => {
  test('goes to everybody, with its text and its HTML', async () => {
    await send({
      ...{ to: ['ann@example.org', 'Bob "B" Böhm <bob@example.org>'], cc: ['c@example.org'] },
      ...{ bcc: ['hidden@example.org'], replyTo: 'answers@example.org', html: '<b>Hi</b>' },
      subject: 'Grüße',
    })
    expect(server.recipients.sort()).toEqual([
      ...['ann@example.org', 'bob@example.org', 'c@example.org', 'hidden@example.org'],
    ])
    expect(server.messages[0]).toContain('<b>Hi</b>')
    expect(server.messages[0]).not.toContain('hidden@example.org')
    expect(headers()).toContain('Reply-To: answers@example.org')
    expect(headers()).toContain('From: Weft <weft@example.com>')
  })

  test('has the same Message-ID when it is sent again, and another for another step', async () => {
    const keys = ['a/b', 'a/b', 'a-b', 'a.b', 'a b', 'ä', '']
    const ids = []
    for (const key of keys) ids.push((await send({ key })).messageId)
    expect(new Set(ids).size).toBe(keys.length - 1)
    expect(ids[0]).toBe(ids[1])
    for (const id of ids) expect(id).toMatch(/^<[^\s<>@]*@example\.com>$/)
    const { messageId } = await send({ key: 'a/b' })
    expect(headers()).toContain(`Message-ID: ${messageId}`)
  })

  test('has a subject of one line, whatever is in it', async () => {
    await send({ subject: 'Hello\r\nBcc: evil@example.org\r\n\r\nbody\u2028x\0' })
    expect(server.recipients).toEqual(['ann@example.org'])
    expect(headers().some((line) => /^bcc/i.test(line))).toBe(false)
    expect(headers()).toContain('Subject: Hello Bcc: evil@example.org body x')
  })

  const wrong = [
    ...['ann', 'ann@', '@example.org', 'ann@example', 'ann example@example.org', '', ' '],
    ...['a@example.org, b@example.org', 'a@example.org; b@example.org', 'a@b.c>, <d@e.f'],
    ...['ann@example.org\r\nBcc: evil@example.org', 'Ann\r\nBcc: e@f.g <ann@example.org>'],
    ...['ann@example.org\nRCPT TO:<evil@example.org>', 'Ann <ann@example.org> <bob@example.org>'],
    ...['group: a@example.org, b@example.org;', `${'x'.repeat(250)}@example.org`],
  ]
  test.each(wrong)('does not go to %j, and to nobody else either', async (address) => {
    for (const field of ['to', 'cc', 'bcc'] as const) {
      expect(await codeOf(send({ [field]: ['bob@example.org', address] }))).toBe(
        'ConfigProblem mail.bad_address',
      )
    }
    expect(await codeOf(send({ replyTo: address }))).toBe('ConfigProblem mail.bad_address')
    expect(server.recipients).toEqual([])
  })

  test('needs a recipient', async () => {
    expect(await codeOf(send({ to: [] }))).toBe('StepFailure mail.no_recipient')
  })

  test('cannot be sent without a mail server', async () => {
    const nowhere = new SmtpMail('', 'weft@example.com')
    expect(await codeOf(nowhere.send(message(), never))).toBe('StepFailure mail.not_configured')
  })
})

describe('a mail server that', () => {
  const outcome = async (manners: Manners, more: Partial<MailMessage> = {}) => {
    server.behave(manners)
    const problem: unknown = await send(more).catch((thrown: unknown) => thrown)
    const { name, code, retryable } = problem as { name: string; code: string; retryable: boolean }
    return `${name} ${code}${retryable ? ', to be repeated' : ''}`
  }
  const later = 'StepFailure mail.not_now, to be repeated'
  const lost = 'StepFailure mail.no_connection, to be repeated'

  test.each<[string, Manners, string]>([
    ['says "later" to a recipient', { recipient: () => '450 busy' }, later],
    ['says "never" to a recipient', { recipient: () => '550 unknown' }, 'StepFailure mail.refused'],
    ['says "later" to the message', { end: '451 busy' }, later],
    ['says "never" to the message', { end: '554 spam' }, 'StepFailure mail.refused'],
    ['says "later" before the message', { data: '451 busy' }, later],
    ['says "later" at once', { greeting: '421 too many' }, later],
    ['hangs up at once', { greeting: null }, lost],
    ['hangs up at a recipient', { recipient: () => null }, lost],
    ['hangs up before the message', { data: null }, lost],
    ['hangs up after the message', { end: null }, 'Uncertain mail.unclear'],
  ])('%s', async (_, manners, expected) => {
    expect(await outcome(manners)).toBe(expected)
  })

  test('refuses one of several recipients has sent it to the others, so it is not repeated', async () => {
    const recipient = (address: string) => (address.startsWith('bob') ? '550 unknown' : '250 ok')
    const to = ['ann@example.org', 'bob@example.org']
    expect(await outcome({ recipient }, { to })).toBe('StepFailure mail.partly_refused')
    expect(server.messages).toHaveLength(1)
  })

  test('is not there', async () => {
    const mail = new SmtpMail('smtp://127.0.0.1:1', 'weft@example.com')
    expect(await codeOf(mail.send(message(), never))).toBe('StepFailure mail.no_connection')
  })

  test('keeps silent does not hold up a cancel', async () => {
    for (const manners of [{ greeting: 'silence' }, { end: 'silence' }] as const) {
      server.behave(manners)
      const cancel = new AbortController()
      const sending = send({}, cancel.signal)
      setTimeout(() => cancel.abort(), 150)
      expect(await codeOf(sending)).toMatch(/^AbortError/)
    }
  })
})
