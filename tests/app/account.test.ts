import { AuthApiError, AuthRetryableFetchError } from '@supabase/supabase-js'
import { describe, expect, test } from 'vitest'
import { safeNext, signInPath } from '#lib/account/next.ts'
import { emailProblem, found, problemsFor, sentenceFor } from '#lib/account/problems.ts'

describe('after signing in', () => {
  test('people land on the page they wanted', () => {
    expect(safeNext('/w/abc/executions?status=failed#top')).toBe(
      '/w/abc/executions?status=failed#top',
    )
  })

  test.each([
    'https://evil.example/',
    '//evil.example/',
    '/\\evil.example',
    '/\t/evil.example',
    '/a\\..\\b',
    'javascript:alert(1)',
    'w/abc',
    '',
    null,
  ])('nobody is sent to another site: %j', (wanted) => {
    expect(safeNext(wanted)).toBe('/')
  })

  test('the sign-in page remembers the way back, also with its question mark', () => {
    const path = signInPath('/w/abc/executions?status=failed')
    expect(new URL(path, 'http://x').searchParams.get('next')).toBe(
      '/w/abc/executions?status=failed',
    )
  })
})

describe('what the auth server refuses', () => {
  test('is said in plain words, at the field it belongs to', () => {
    const problem = new AuthApiError('User already registered', 422, 'user_already_exists')
    expect(problemsFor(problem).email).toMatch(/account for this address already/)
  })

  test('does not tell which of address and password was wrong', () => {
    const problem = new AuthApiError('Invalid login credentials', 400, 'invalid_credentials')
    expect(problemsFor(problem)).toEqual({ form: expect.stringMatching(/or password/) as string })
  })

  test('is not blamed on the person when the server can’t be reached', () => {
    expect(sentenceFor(new AuthRetryableFetchError('fetch failed', 0))).toMatch(/can’t reach/)
  })

  test('never shows a message that was meant for programmers', () => {
    const sentence = sentenceFor(new AuthApiError('PGRST: relation null', 500, 'new_code'))
    expect(sentence).not.toMatch(/PGRST|null/)
  })
})

test('a form without problems has none, not an empty list of them', () => {
  expect(found({ email: emailProblem('ada@example.com'), password: undefined })).toBeUndefined()
  expect(found({ email: emailProblem('ada@example') })).toHaveProperty('email')
})
