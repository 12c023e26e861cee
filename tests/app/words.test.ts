import { describe, expect, test } from 'vitest'
import { matching, plain } from '#lib/ui/choice.ts'
import { durationWords, relativeWords } from '#lib/ui/moment.ts'
import { hueOf, initials } from '#lib/ui/person.ts'
import { timeZoneChoices } from '#lib/workspace/time-zones.ts'
import { readWorkspaceForm } from '#lib/workspace/form.ts'

describe('moments in words', () => {
  const now = Date.parse('2026-11-23T12:00:00Z')
  const ago = (seconds: number) => relativeWords(new Date(now - seconds * 1000), now)

  test.each([
    [3, 'just now'],
    [59, '1 minute ago'],
    [60 * 59.9, '1 hour ago'],
    [3600 * 5, '5 hours ago'],
    [86_400, 'yesterday'],
    [86_400 * 20, '20 days ago'],
  ])('%d seconds ago is "%s"', (seconds, words) => {
    expect(ago(seconds)).toBe(words)
  })

  test('those to come are told as well', () => {
    expect(ago(-3600 * 3)).toBe('in 3 hours')
  })

  test('after a month it’s the date', () => {
    expect(ago(86_400 * 60)).toMatch(/Sept? 2026/)
  })
})

test.each([
  [0.4, '0 ms'],
  [840, '840 ms'],
  [3_240, '3.2 s'],
  [59_990, '1 min 0 s'],
  [250_000, '4 min 10 s'],
  [7_500_000, '2 h 5 min'],
  [86_400_000 * 3.5, '3 days'],
])('%d milliseconds are "%s"', (milliseconds, words) => {
  expect(durationWords(milliseconds)).toBe(words)
})

describe('people', () => {
  test.each([
    ['Ada Lovelace', 'AL'],
    ['ada', 'A'],
    ['Jean-Luc van der Berg', 'JB'],
    ['ada.lovelace', 'AL'],
    ['', '?'],
  ])('%s is %s', (name, letters) => {
    expect(initials(name)).toBe(letters)
  })

  test('keep their colour', () => {
    expect(hueOf('Ada')).toBe(hueOf('Ada'))
    expect(hueOf('Ada')).not.toBe(hueOf('Bob'))
  })
})

describe('finding by typing', () => {
  const zones = timeZoneChoices(new Date('2026-07-01T00:00:00Z'))

  test('needs no underscore, capital letter or accent', () => {
    expect(matching(zones, 'new york')[0]?.value).toBe('America/New_York')
    expect(plain('Ångström_A/S')).toBe('angstrom a s')
  })

  test('also finds by how far a zone is from UTC', () => {
    expect(matching(zones, '+02:00').map(({ value }) => value)).toContain('Europe/Berlin')
  })

  test('shows those first that begin with what was typed', () => {
    const found = matching(
      [
        { value: '1', label: 'Great Customers' },
        { value: '2', label: 'Customers' },
      ],
      'cust',
    )
    expect(found.map(({ value }) => value)).toEqual(['2', '1'])
  })
})

describe('the form of a workspace', () => {
  const form = (name: string, zone: string) => {
    const data = new FormData()
    data.set('name', name)
    data.set('time_zone', zone)
    return readWorkspaceForm(data)
  }

  test('takes a name and a time zone', () => {
    expect(form(' Acme ', 'Europe/Berlin')).toEqual({
      name: 'Acme',
      timeZone: 'Europe/Berlin',
      problems: {},
    })
  })

  test('says at each field what’s wrong', () => {
    expect(Object.keys(form('  ', 'Mars/Olympus').problems)).toEqual(['name', 'timeZone'])
  })
})
