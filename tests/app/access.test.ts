import { describe, expect, test } from 'vitest'
import { sentenceFor } from '#lib/access/problems.ts'
import { may, notWith, roles } from '#lib/access/roles.ts'

describe('roles', () => {
  test('each may do all that the lesser ones may', () => {
    const allowed = (deed: 'operate' | 'edit' | 'manage') => roles.filter((role) => may(role, deed))
    expect(allowed('operate')).toEqual(['operator', 'editor', 'admin', 'owner'])
    expect(allowed('edit')).toEqual(['editor', 'admin', 'owner'])
    expect(allowed('manage')).toEqual(['admin', 'owner'])
  })

  test('a refusal names one’s role and the one it takes', () => {
    expect(notWith('viewer', 'edit')).toMatch(/Viewer.*Editor/)
    expect(notWith('editor', 'edit')).toBeUndefined()
  })
})

describe('what the database refuses', () => {
  test('is shown as it is when it’s one of our own sentences', () => {
    const message = '"E-mail" must be an e-mail address.'
    expect(sentenceFor({ code: '23514', message })).toBe(message)
  })

  test('is recognised also when a server puts the error’s class before it', () => {
    const message = 'PostgresError: "E-mail" is required.'
    expect(sentenceFor({ code: 'SUP', message })).toBe('"E-mail" is required.')
  })

  test('is put into words when it’s one of Postgres’ own', () => {
    const message = 'new row violates row-level security policy for table "workflows"'
    expect(sentenceFor({ code: '42501', message })).toBe('Your role does not allow this.')
  })

  test('is told apart from a server that can’t be reached', () => {
    expect(sentenceFor({ message: 'TypeError: Failed to fetch', code: '' })).toMatch(/can’t reach/)
  })

  test('never shows a message that was meant for programmers', () => {
    expect(sentenceFor({ code: 'XX000', message: 'cache lookup failed for type 123' })).not.toMatch(
      /cache/,
    )
  })
})
