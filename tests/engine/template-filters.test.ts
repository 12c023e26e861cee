import { describe, expect, it } from 'vitest'
import type { Data } from '../../src/lib/engine/data.ts'
import { compileTemplate, render } from '../../src/lib/engine/template/compile.ts'
import { toText } from '../../src/lib/engine/template/coerce.ts'
import { FILTERS } from '../../src/lib/engine/template/filters.ts'

const scope = {
  trigger: {
    orders: [
      { id: 2, total: 10.1, owner: { name: 'Bo' }, paid: false },
      { id: 1, total: '20.2', owner: { name: 'ada' }, paid: true },
      { id: 3, total: null, owner: null, paid: true },
    ],
    price: 1234567.5,
    no: false,
    zero: 0,
    empty: '',
    max: 1.7976931348623157e308,
  },
  workspace: { timeZone: 'Europe/Berlin' },
  now: '2026-11-23T22:30:00.000Z',
}
const filtered = (expression: string): Data => render(compileTemplate(`{{ ${expression} }}`), scope)

describe('filters', () => {
  // Examples that need no data of an execution; dates in them are written as the zone of a new workspace reads them.
  const utc = { now: '2026-11-23T09:00:00.000Z', trigger: {}, workspace: { timeZone: 'UTC' } }
  it.each(
    FILTERS.filter(({ example }) => !example.template.includes('steps.')).map(
      ({ name, example }) => [name, example] as const,
    ),
  )('do what their example says: %s', (_name, { template, result }) => {
    expect(toText(render(compileTemplate(template), utc))).toBe(result)
  })

  it('have names of their own, and words for everything', () => {
    expect(new Set(FILTERS.map((filter) => filter.name)).size).toBe(FILTERS.length)
    for (const { title, example } of FILTERS) {
      expect(title).not.toBe('')
      expect(example.template).toMatch(/^\{\{ .+ \}\}$/)
    }
  })

  it.each<[string, Data]>([
    ['0.1 | plus: 0.2', 0.3],
    ['1.005 | round: 2', 1.01],
    ['-2.5 | round', -3],
    ['"5" | times: "2"', 10],
    ['trigger.price | format_number', '1,234,567.5'],
    ['trigger.price | format_number: 2, ".", ","', '1.234.567,50'],
    ['-1234 | format_number', '-1,234'],
  ])('count as people do: %s', (expression, result) => {
    expect(filtered(expression)).toBe(result)
  })

  it.each<[string, Data]>([
    ['trigger.no | default: true', false],
    ['trigger.zero | default: 1', 0],
    ['trigger.empty | default: "x"', 'x'],
  ])('take no and zero for values, and an empty text for none: %s', (expression, result) => {
    expect(filtered(expression)).toBe(result)
  })

  it.each<[string, Data]>([
    ['trigger.orders | map: "owner.name"', ['Bo', 'ada', null]],
    ['trigger.orders | sort: "owner.name" | map: "id"', [1, 2, 3]],
    [
      'trigger.orders | sort: "id" | reverse | first | json',
      '{"id":3,"total":null,"owner":null,"paid":true}',
    ],
    ['trigger.orders | where: "paid" | map: "id"', [1, 3]],
    ['trigger.orders | where: "owner.name", "ADA" | size', 1],
    ['trigger.orders | sum: "total"', 30.3],
    ['trigger.orders | compact: "total" | size', 2],
    ['trigger.orders | map: "paid" | uniq', [false, true]],
    ['"10,9,1" | split: "," | sort', ['1', '9', '10']],
    ['"abc" | slice: -2, 2', 'bc'],
  ])('work on lists of records: %s', (expression, result) => {
    expect(filtered(expression)).toEqual(result)
  })

  it.each<[string, Data]>([
    // It is already the 23rd at half past eleven in Berlin, and the 24th there half an hour later.
    ['now | date', '2026-11-23'],
    ['now | date: "dddd D MMMM YYYY, HH:mm"', 'Monday 23 November 2026, 23:30'],
    ['now | date: "%d.%m.%Y"', '23.11.2026'],
    ['now | date: "[on] DD.MM."', 'on 23.11.'],
    ['now | add_hours: 1 | date', '2026-11-24'],
    ['now | start_of_day', '2026-11-22T23:00:00.000Z'],
    ['"2026-11-24" | days_until', 1],
    ['"2026-11-20" | days_until', -3],
    ['"2026-10-24 09:00" | add_days: 1 | date: "HH:mm"', '09:00'],
    ['"2026-10-24 09:00" | add_days: 1', '2026-10-25T08:00:00.000Z'],
    ['"2026-01-31" | add_days: 29', '2026-03-01'],
    ['1700000000 | iso', '2023-11-14T22:13:20.000Z'],
    ['1700000000000 | iso', '2023-11-14T22:13:20.000Z'],
  ])('know the calendar of the workspace: %s', (expression, result) => {
    expect(filtered(expression)).toBe(result)
  })

  it.each([
    ['"abc" | plus: 1', 'template.filter_value'],
    ['trigger.empty | plus: 1', 'template.filter_value'],
    ['1 | plus', 'template.filter_argument'],
    ['1 | plus: 1, 2', 'template.filter_argument'],
    ['1 | divided_by: 0', 'template.filter_argument'],
    ['trigger.max | times: 2', 'template.filter_argument'],
    ['trigger.max | split: "," | sum', 'template.filter_argument'],
    ['"soon" | date', 'template.filter_value'],
    ['"2026-02-30" | date', 'template.filter_value'],
    ['7 | date', 'template.filter_value'],
    ['now | add_days: 99999999', 'template.filter_argument'],
    ['"{" | parse_json', 'template.filter_value'],
    ['"a" | truncate: "b"', 'template.filter_value'],
  ])('say what does not fit: %s', (expression, code) => {
    expect(() => filtered(expression)).toThrow(expect.objectContaining({ code }))
  })

  it('never cut a letter in half', () => {
    expect(filtered('"👍👍👍" | truncate: 2')).toBe('👍…')
    expect((filtered('"👍👍" | slice: 0, 1') as string).isWellFormed()).toBe(true)
    expect(filtered('"👍a" | split: "" | size')).toBe(2)
  })
})
