import { describe, expect, test } from 'vitest'
import { StepFailure, Uncertain } from '../../src/lib/engine/errors.ts'
import { Redaction } from '../../supabase/functions/_shared/connections/redaction.ts'

const SECRET = `s3cr€t "/+&'<`
const bytes = Buffer.from(SECRET)
const redaction = new Redaction([SECRET, 'plain-token-1234'])

describe('a secret is taken out', () => {
  test.each([
    ['as it is', SECRET],
    ['whatever its case', 'PLAIN-TOKEN-1234'],
    ['of an address', encodeURIComponent(SECRET)],
    ['of a form', new URLSearchParams({ s: SECRET }).toString().slice(2)],
    ['of data', JSON.stringify(SECRET)],
    ['of base64', bytes.toString('base64')],
    ['of base64 behind one letter', Buffer.from(`x${SECRET}yz`).toString('base64')],
    ['of base64 behind two letters', Buffer.from(`xy${SECRET}z`).toString('base64url')],
    ['of a sign-in', Buffer.from(`ann:${SECRET}`).toString('base64')],
    ['of hex', bytes.toString('hex').toUpperCase()],
  ])('%s', (_, spelling) => {
    const clean = redaction.text(`before ${spelling} after`)
    expect(clean).toContain('•••')
    expect(clean).toMatch(/^before .* after$/)
    expect(clean).not.toContain(spelling)
  })

  test('of headers and their names, texts and bytes; the rest stays as it was', () => {
    const whole = Buffer.concat([
      Buffer.from([0xff, 0x00]),
      Buffer.from('plain-token-1234 and more'),
    ])
    const response = redaction.response({
      status: 200,
      headers: { 'x-plain-token-1234': 'a', 'set-cookie': 't=plain-token-1234; Path=/' },
      ...{ body: whole.toString('base64'), encoding: 'base64' },
    })
    expect(response.headers).toEqual({ 'x-•••': 'a', 'set-cookie': 't=•••; Path=/' })
    expect(Buffer.from(response.body, 'base64').toString('latin1')).toBe('\xff\0*** and more')
  })

  test('of errors, which stay what they are, without their cause', () => {
    const said = { code: 'a.b', title: 'T', detail: `no plain-token-1234`, hint: SECRET }
    const failure = redaction.error(
      new StepFailure({ ...said, retryable: true, retryAfterMs: 5, cause: new Error(SECRET) }),
    )
    expect(failure).toBeInstanceOf(StepFailure)
    expect(failure).toMatchObject({
      detail: 'no •••',
      hint: '•••',
      retryable: true,
      retryAfterMs: 5,
    })
    expect((failure as Error).cause).toBeUndefined()
    expect((failure as Error).message).not.toContain('plain-token')
    expect(redaction.error(new Uncertain(said))).toBeInstanceOf(Uncertain)
  })
})

test('what is too short to be told from other words stays', () => {
  expect(new Redaction(['abc', '']).text('abc abcd')).toBe('abc abcd')
})
