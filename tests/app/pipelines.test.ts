import { describe, expect, test } from 'vitest'
import { keyFromTitle } from '#lib/pipelines/keys.ts'
import { searchCondition } from '#lib/pipelines/queries.ts'
import type { Field, FieldType } from '#lib/pipelines/rows.ts'
import { inputText, readValue, showValue } from '#lib/pipelines/values.ts'

const field = (type: FieldType, part: Partial<Field> = {}): Field => ({
  id: type,
  workspace_id: 'ws',
  pipeline_id: 'p',
  key: type,
  title: 'Field',
  type,
  options: [],
  required: false,
  position: 0,
  ...part,
})

describe('the key of a field', () => {
  const key = (title: string, ...taken: string[]) => keyFromTitle(title, new Set(taken))

  test.each([
    ['Company name', 'company_name'],
    ['  E-Mail (private) ', 'e_mail_private'],
    ['Größe', 'grosse'],
    ['Prénom', 'prenom'],
    ['2nd contact', 'field_2nd_contact'],
    ['顧客', 'field'],
    ['', 'field'],
  ])('of "%s" is %s', (title, expected) => {
    expect(key(title)).toBe(expected)
  })

  test('is never one that’s taken', () => {
    expect(key('Name', 'name')).toBe('name_2')
    expect(key('Name', 'name', 'name_2')).toBe('name_3')
  })

  test('always is one that the database takes, however long the title', () => {
    const long = 'A very long title '.repeat(20)
    const first = key(long)
    expect(first).toMatch(/^[a-z][a-z0-9_]{0,62}$/)
    expect(key(long, first)).toMatch(/^[a-z][a-z0-9_]{0,62}$/)
  })
})

describe('what somebody types', () => {
  test('becomes a value of the field’s kind', () => {
    expect(readValue(field('number'), ' 12,5 ')).toEqual({ value: 12.5 })
    expect(readValue(field('date'), '2026-11-23')).toEqual({ value: '2026-11-23' })
    expect(readValue(field('text'), ' Ada ')).toEqual({ value: 'Ada' })
    expect(readValue(field('boolean'), false)).toEqual({ value: false })
  })

  test('and is empty is no value at all', () => {
    expect(readValue(field('number'), ' ')).toEqual({ value: undefined })
    expect(readValue(field('number', { required: true }), ' ')).toHaveProperty('problem')
  })

  test.each([
    ['number', 'a dozen'],
    ['date', '23.11.2026'],
    ['email', 'ada@home'],
  ] as const)('but isn’t a %s is refused with a reason: %s', (type, text) => {
    expect(readValue(field(type), text)).toHaveProperty('problem')
  })

  test('and is shown again comes back the same', () => {
    for (const [type, text] of [
      ['number', '-0.25'],
      ['date', '2024-02-29'],
      ['select', 'In progress'],
    ] as const) {
      const read = readValue(field(type), text)
      expect(inputText('value' in read ? read.value : undefined)).toBe(text)
    }
  })
})

test('values are shown as people write them, and empty ones as nothing', () => {
  expect(showValue(field('number'), 1234567.5)).toBe('1,234,567.5')
  expect(showValue(field('date'), '2026-11-03')).toBe('3 Nov 2026')
  expect(showValue(field('boolean'), false)).toBe('No')
  expect(showValue(field('text'), null)).toBe('')
})

describe('searching records', () => {
  const fields = [field('text'), field('boolean'), field('number')]

  test('looks into every field that holds words or numbers', () => {
    expect(searchCondition(fields, 'ada')).toBe('data->>text.ilike.%ada%,data->>number.ilike.%ada%')
  })

  test('for nothing asks for nothing', () => {
    expect(searchCondition(fields, '  ')).toBe('')
  })

  test('takes the text’s own wildcards as they are', () => {
    expect(searchCondition([field('text')], '100%_')).toBe('data->>text.ilike.%100\\%\\_%')
  })

  test('lets nothing that was typed end the condition and begin another', () => {
    const condition = searchCondition([field('text')], 'a),workspace_id.neq.("x')
    expect(condition.slice('data->>text.ilike.'.length)).not.toMatch(/[(),"]/)
  })
})
