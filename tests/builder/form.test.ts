import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { readCron, switchMode, writeCron, type ScheduleMode } from '#lib/builder/form/cron.ts'
import { kindOf, OPERATOR_WORDS, operatorsFor } from '#lib/builder/form/operators.ts'
import {
  newRule,
  readRules,
  rejoined,
  withAdded,
  withMember,
} from '#lib/builder/form/rules-edit.ts'
import { hasIcon } from '#lib/builder/palette/icons.ts'
import { searchPalette } from '#lib/builder/palette/search.ts'
import { cronIssue, registry, RULE_OPERATORS } from '#lib/engine/index.ts'

describe('the schedule form', () => {
  it('shows the usual schedules in words, and any other as what it is', () => {
    expect(readCron('*/15 * * * *')).toEqual({ mode: 'minutes', every: 15 })
    expect(readCron('30 * * * *')).toEqual({ mode: 'hours', every: 1, minute: 30 })
    expect(readCron('0 9 * * *')).toEqual({ mode: 'day', hour: 9, minute: 0 })
    expect(readCron('0 9 * * 1-5')).toMatchObject({ mode: 'week', days: [1, 2, 3, 4, 5] })
    expect(readCron('0 9 * * 7')).toMatchObject({ days: [0] })
    expect(readCron('5 8 31 * *')).toEqual({ mode: 'month', day: 31, hour: 8, minute: 5 })
    for (const other of ['0 9 1 * 1', '0 9 * 2 *', 'nonsense', '', '61 9 * * *', '0 9 * * 5-1']) {
      expect(readCron(other)).toEqual({ mode: 'custom', cron: other })
    }
  })

  it('reads what it writes, and the engine takes it', () => {
    const mode = fc.constantFrom<ScheduleMode>('minutes', 'hours', 'day', 'week', 'month', 'custom')
    fc.assert(
      fc.property(mode, mode, fc.nat(23), fc.nat(59), (a, b, hour, minute) => {
        const schedule = switchMode(switchMode({ mode: 'day', hour, minute }, a), b)
        const cron = writeCron(schedule)
        expect(cronIssue(cron)).toBeNull()
        if (b !== 'custom') expect(readCron(cron)).toEqual(schedule)
      }),
    )
  })
})

describe('the rule builder', () => {
  it('offers the comparisons that fit the value first, and all of them in the end', () => {
    expect(kindOf('2026-11-23')).toBe('date')
    expect(kindOf('2026-11-23T10:00:00Z')).toBe('date')
    expect(operatorsFor(kindOf(5)).slice(0, 3)).toEqual(['equals', 'not_equals', 'greater_than'])
    expect(operatorsFor('boolean')[0]).toBe('is_true')
    expect(operatorsFor(undefined).toSorted()).toEqual([...RULE_OPERATORS].sort())
    expect(Object.keys(OPERATOR_WORDS).sort()).toEqual([...RULE_OPERATORS].sort())
  })

  it('changes a tree without touching the old one', () => {
    const tree = { all: [newRule('a'), { any: [newRule('b')] }] }
    const frozen = JSON.stringify(tree)
    expect(rejoined(tree, 'none')).toEqual({ none: tree.all })
    expect(withMember(tree, 0, null)).toEqual({ all: [tree.all[1]] })
    expect(withAdded(tree, newRule('c'))).toEqual({ all: [...tree.all, newRule('c')] })
    expect(JSON.stringify(tree)).toBe(frozen)
    expect(readRules('rubbish')).toEqual({ all: [] })
  })
})

describe('the palette', () => {
  it('has an icon for every kind of step', () => {
    expect(registry.all.filter(({ icon }) => !hasIcon(icon)).map(({ icon }) => icon)).toEqual([])
  })

  it('finds steps by any words, those that are called so first', () => {
    const titles = (typed: string) =>
      searchPalette(registry.all, typed).flatMap((group) => group.types.map((type) => type.type))
    expect(titles('mail')).toContain('mail.send')
    expect(titles('record create')).toEqual(['records.create'])
    expect(titles('no such thing')).toEqual([])
    expect(titles('repeat')[0]).toBe('logic.repeat')
    expect(titles('workflow')[0]).toBe('trigger.called')
    expect(titles('delay')[0]).toBe('logic.delay')
    expect(titles('')).toHaveLength(registry.all.length)
  })
})
