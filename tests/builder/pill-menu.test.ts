import { describe, expect, it } from 'vitest'
import { filterOffers, filterTitle } from '#lib/builder/template/filter-offers.ts'
import {
  readFilters,
  shownArgument,
  writeFilters,
  writtenArgument,
} from '#lib/builder/template/filter-text.ts'
import { pillBeside } from '#lib/builder/template/parts.ts'
import { inShort, kindWords } from '#lib/builder/template/value-words.ts'
import { FILTERS } from '#lib/engine/index.ts'

describe('changes to a value', () => {
  it('are read and written as they stand in templates', () => {
    const text = 'upcase | truncate: 20, "…" | default: trigger.name'
    expect(readFilters(text)).toEqual([
      { name: 'upcase', args: [] },
      { name: 'truncate', args: ['20', '"…"'] },
      { name: 'default', args: ['trigger.name'] },
    ])
    expect(writeFilters(readFilters(text) ?? [])).toBe(text)
    expect(readFilters('')).toEqual([])
  })

  it('keep bars, commas and colons inside of quotes', () => {
    expect(readFilters('replace: "a|b, c:", "d"')).toEqual([
      { name: 'replace', args: ['"a|b, c:"', '"d"'] },
    ])
  })

  it('that somebody wrote by hand in a way the menu does not know are left alone', () => {
    expect(readFilters('truncate: length: 5')).toBeNull()
    expect(readFilters('upcase nonsense')).toBeNull()
  })

  it('are typed without quotes: numbers as such, all else as text', () => {
    expect(writtenArgument('20')).toBe('20')
    expect(writtenArgument('007a')).toBe('"007a"')
    expect(writtenArgument('say "hi"')).toBe(`'say "hi"'`)
    expect(writtenArgument('{{ evil }}')).toBe('" evil "')
    for (const typed of ['20', 'a, b', 'say "hi"', 'it’s', ''])
      expect(shownArgument(writtenArgument(typed))).toBe(typed)
  })

  it('are offered for the kind of the value first, and found by plain words', () => {
    expect(filterOffers(5, '')[0]?.kind).toBe('number')
    expect(filterOffers([1], '')[0]?.kind).toBe('list')
    expect(filterOffers('2026-11-23', '')[0]?.kind).toBe('date')
    expect(filterOffers('a', '')[0]?.kind).toBe('text')
    expect(filterOffers('a', 'capital let').map(({ name }) => name)).toContain('upcase')
    expect(filterOffers('a', '')).toHaveLength(FILTERS.length)
  })

  it('all have names without jargon', () => {
    for (const filter of FILTERS) expect(filterTitle(filter)).toMatch(/^[A-Z][A-Za-z ,()]+$/)
  })
})

it('a pill is found beside the caret: the one before it rather than the one after', () => {
  const pills = [
    { at: 0, source: '{{ a }}' },
    { at: 7, source: '{{ b }}' },
  ]
  expect(pillBeside(pills, 7)).toBe(0)
  expect(pillBeside(pills, 0)).toBe(0)
  expect(pillBeside(pills, 0, true)).toBeUndefined()
  expect(pillBeside(pills, 3)).toBeUndefined()
})

it('values are told in a few plain words', () => {
  expect(inShort(null)).toBe('empty')
  expect(inShort(true)).toBe('yes')
  expect(inShort(['a', 'b'])).toBe('a, b')
  expect(inShort([{ a: 1 }])).toBe('list of 1')
  expect(inShort({ name: 'Ada', more: { x: 1 } })).toBe('name: Ada, more: …')
  expect(kindWords('2026-11-23')).toBe('date')
  expect(kindWords([1, 2])).toBe('list of 2')
})
