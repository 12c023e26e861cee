import { describe, expect, test } from 'vitest'
import { csvCell, csvOf } from '../../src/lib/audit/csv.ts'
import { idFloor, startOfDay } from '../../src/lib/audit/days.ts'
import type { AuditEntry } from '../../src/lib/audit/entries.ts'
import { filterFrom, filterQuery } from '../../src/lib/audit/filter.ts'
import { sentenceOf } from '../../src/lib/audit/sentences.ts'
import { deviceWords } from '../../src/lib/sessions/agent.ts'

const entry = (part: Partial<AuditEntry>): AuditEntry => ({
  ...{ id: '01a207a2-3280-7000-8000-00000000000a', at: '2026-11-23T10:00:00Z' },
  ...{ actor_id: 'ada', actor_name: 'Ada', actor_kind: 'person', action: 'test.made' },
  ...{ subject_kind: 'test', subject_id: 'x', details: {} },
  ...part,
})

describe('an entry as a sentence', () => {
  test.each<[string, Partial<AuditEntry>]>([
    [
      'Ada invited grace@example.org as editor.',
      { action: 'member.invited', details: { email: 'grace@example.org', role: 'editor' } },
    ],
    [
      'Ada changed the role of Grace (g@example.org) from viewer to admin.',
      {
        action: 'member.role_changed',
        details: { name: 'Grace', email: 'g@example.org', old_role: 'viewer', role: 'admin' },
      },
    ],
    [
      'Grace joined as viewer.',
      {
        ...{ action: 'member.joined', actor_id: 'grace', actor_name: 'Grace' },
        ...{ subject_id: 'grace', details: { role: 'viewer' } },
      },
    ],
    [
      'Ada moved 3 records of "Deals" to the bin.',
      { action: 'records.deleted', details: { name: 'Deals', count: 3 } },
    ],
    [
      'The key "Cash desk" (made by Ada) cancelled an execution of "Welcome".',
      {
        ...{ action: 'execution.cancelled', actor_kind: 'api_key' },
        details: { api_key: 'Cash desk', name: 'Welcome' },
      },
    ],
    [
      'Ada signed in with Firefox on Windows from 192.0.2.7.',
      {
        action: 'session.started',
        details: { agent: 'Mozilla/5.0 (Windows NT 10.0) Firefox/150.0', address: '192.0.2.7' },
      },
    ],
    [
      'Weft itself: thing never heard of ("X").',
      {
        ...{ action: 'thing.never_heard_of', actor_kind: 'system', actor_name: '' },
        details: { name: 'X' },
      },
    ],
  ])('%s', (sentence, part) => {
    expect(sentenceOf(entry(part))).toBe(sentence)
  })
})

describe('a downloaded log', () => {
  test.each([
    ['=1+1', `"'=1+1"`],
    ['+43 1', `"'+43 1"`],
    ['-2', `"'-2"`],
    ['@SUM(A1)', `"'@SUM(A1)"`],
    ['\t=1', `"'\t=1"`],
    ['\r=1', `"'\r=1"`],
    ['plain', 'plain'],
    ['a "quoted", text', '"a ""quoted"", text"'],
    ['a = b', 'a = b'],
  ])('has no cell that a spreadsheet would run: %j', (value, cell) => {
    expect(csvCell(value)).toBe(cell)
  })

  test('has a head and one line for each entry', () => {
    const text = csvOf([entry({ actor_name: '=HYPERLINK("x")', details: { name: 'a\nb' } })])
    const [head, line] = text.split('\r\n')
    expect(head).toContain('Time (UTC),Who,What happened')
    expect(line).toMatch(/^2026-11-23T10:00:00\.000Z,"'=HYPERLINK\(""x""\)"/)
  })
})

describe('the days asked for', () => {
  test.each([
    ['2026-11-23', 'UTC', '2026-11-23T00:00:00.000Z'],
    ['2026-11-23', 'Europe/Vienna', '2026-11-22T23:00:00.000Z'],
    ['2026-03-29', 'Europe/Vienna', '2026-03-28T23:00:00.000Z'],
    ['2026-03-30', 'Europe/Vienna', '2026-03-29T22:00:00.000Z'],
    ['2026-11-23', 'America/Los_Angeles', '2026-11-23T08:00:00.000Z'],
    ['2026-11-23', 'Asia/Kolkata', '2026-11-22T18:30:00.000Z'],
  ])('%s begins in %s at %s', (day, zone, begin) => {
    expect(startOfDay(day, zone).toISOString()).toBe(begin)
  })

  test('are found by ids, which carry their time', () => {
    expect(idFloor(new Date('2026-11-23T00:00:00Z'))).toBe(
      // The moment's milliseconds as a number of twelve digits to the base of 16.
      '01a205b3-d000-7000-8000-000000000000',
    )
  })
})

test('a filter comes from an address and goes back into it; what makes no sense is left out', () => {
  const asked = new URLSearchParams('kind=member&from=2026-11-01&to=never&person=x&other=1')
  expect(filterQuery(filterFrom(asked))).toBe('?kind=member&from=2026-11-01')
  expect(filterFrom(new URLSearchParams('kind=toString')).kind).toBeUndefined()
})

test.each([
  [
    'Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 Chrome/150.0 Safari/537.36',
    'Chrome on Linux',
  ],
  [
    'Mozilla/5.0 (iPhone; CPU iPhone OS 19_0 like Mac OS X) Version/19.0 Safari/605',
    'Safari on iPhone',
  ],
  ['curl/8.0', undefined],
  ['', undefined],
])('a browser in a few words: %s', (agent, words) => {
  expect(deviceWords(agent)).toBe(words)
})
