import { readFile } from 'node:fs/promises'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { evaluate, explain } from '../../src/lib/engine/template/conditions.ts'
import { OPERATOR_CATALOGUE } from '../../src/lib/engine/template/operator-catalogue.ts'
import { TAKES_NO_RIGHT } from '../../src/lib/engine/template/operators.ts'
import { RULE_OPERATORS, type Rule, type RuleTree } from '../../src/lib/engine/template/rules.ts'

const calendar = { timeZone: 'Europe/Berlin', now: Date.parse('2026-11-23T22:30:00Z') }
const holds = (left: unknown, op: Rule['op'], right?: unknown): boolean =>
  evaluate({ all: [{ left, op, right }] }, calendar)
const yes: Rule = { left: 1, op: 'equals', right: 1 }
const no: Rule = { left: 1, op: 'equals', right: 2 }

describe('a rule', () => {
  it.each<[unknown, Rule['op'], unknown, boolean]>([
    ['Open ', 'equals', 'open', true],
    [5, 'equals', '5.0', true],
    [true, 'equals', 'yes', true],
    ['', 'equals', false, false],
    [null, 'equals', '', true],
    [[1, 2], 'equals', ['1', '2'], true],
    [{ a: 1 }, 'equals', { a: '1' }, true],
    ['open', 'not_equals', 'closed', true],
    ['Invoice 7', 'contains', 'invoice', true],
    [['a', 'B'], 'contains', 'b', true],
    ['abc', 'contains', '', false],
    ['abc', 'not_contains', 'x', true],
    ['Re: hello', 'starts_with', 're:', true],
    ['a.PDF', 'ends_with', '.pdf', true],
    ['b', 'in', 'a, b, c', true],
    ['d', 'not_in', ['a', 'b'], true],
    ['ada@example.com', 'matches', '*@example.*', true],
    ['ab', 'matches', 'a?c', false],
    ['10', 'greater_than', 9, true],
    [9, 'greater_or_equal', '9', true],
    ['2026-11-22', 'less_than', '2026-11-23', true],
    [3, 'less_or_equal', 2, false],
    [5, 'between', [1, 5], true],
    ['2026-11-23T12:00:00Z', 'between', { from: '2026-11-23', to: '2026-11-23' }, true],
    // Half past eleven at night in Berlin: still the 23rd there.
    ['2026-11-23T22:30:00Z', 'on_day', '2026-11-23', true],
    ['2026-11-23T23:30:00Z', 'on_day', '2026-11-23', false],
    ['2026-11-23T23:30:00Z', 'after', '2026-11-23', true],
    ['2026-11-23T22:30:00Z', 'after', '2026-11-23', false],
    ['2026-11-22', 'before', '2026-11-23', true],
    ['2026-11-16', 'in_last_days', 7, true],
    ['2026-11-15', 'in_last_days', 7, false],
    ['2026-11-15', 'in_last_days', 1e12, true],
    ['2026-11-30', 'in_next_days', 1e12, true],
    ['2026-11-30', 'in_next_days', '7', true],
    ['2026-12-01', 'in_next_days', 7, false],
    [' ', 'is_empty', undefined, true],
    [0, 'is_not_empty', undefined, true],
    ['yes', 'is_true', undefined, true],
    [0, 'is_false', undefined, true],
    [null, 'is_false', undefined, false],
    ['', 'exists', undefined, true],
    [null, 'not_exists', undefined, true],
    [{ from: 'a', to: 'b' }, 'changed', undefined, true],
    [{ from: 'a', to: 'A ' }, 'changed', undefined, false],
    [{ from: 'open', to: 'won' }, 'changed_from', 'open', true],
    [{ from: 'open', to: 'won' }, 'changed_to', 'won', true],
    [{ from: 5, to: '9' }, 'increased_by', 4, true],
    [{ from: 5, to: 9 }, 'decreased_by', undefined, false],
  ])('%j %s %j: %s', (left, op, right, verdict) => {
    expect(holds(left, op, right)).toBe(verdict)
  })

  it.each<[unknown, Rule['op'], unknown]>([
    ['soon', 'greater_than', 5],
    ['soon', 'before', '2026-11-23'],
    ['2026-11-23', 'after', 'soon'],
    ['2026-11-23', 'in_last_days', 'a week'],
    [5, 'between', 7],
    [{ from: 'a', to: 'b' }, 'increased_by', 1],
  ])('that makes no sense is false and says why: %j %s %j', (left, op, right) => {
    const { verdict, members } = explain({ all: [{ left, op, right }] }, calendar)
    expect(verdict).toBe(false)
    expect(members[0]).toMatchObject({ left, verdict: false, reason: expect.stringMatching(/\.$/) })
  })

  it('answers any values with true or false', () => {
    fc.assert(
      fc.property(
        fc.constantFrom(...RULE_OPERATORS),
        fc.jsonValue(),
        fc.jsonValue(),
        (op, left, right) => {
          const tree = { all: [{ left, op, right }] }
          expect(explain(tree, calendar).verdict).toBe(evaluate(tree, calendar))
        },
      ),
      { numRuns: 2000 },
    )
  })

  it('with a pattern full of stars is quick', () => {
    const begin = performance.now()
    expect(holds('a'.repeat(5000), 'matches', `${'*a'.repeat(1000)}b`)).toBe(false)
    expect(performance.now() - begin).toBeLessThan(1000)
  })
})

describe('a group of rules', () => {
  it.each<[RuleTree, boolean]>([
    [{ all: [yes, yes] }, true],
    [{ all: [yes, no] }, false],
    [{ any: [no, yes] }, true],
    [{ any: [no, no] }, false],
    [{ none: [no, no] }, true],
    [{ none: [no, yes] }, false],
    [{ all: [yes, { any: [no, { none: [no] }] }] }, true],
  ])('joins its members: %j', (tree, verdict) => {
    expect(evaluate(tree, calendar)).toBe(verdict)
    expect(explain(tree, calendar).verdict).toBe(verdict)
  })

  it('without rules lets nothing through', () => {
    for (const tree of [{ all: [] }, { any: [] }, { none: [] }]) {
      expect(evaluate(tree, calendar)).toBe(false)
    }
  })
})

describe('the catalogue of operators', () => {
  it('has every operator once, in words', () => {
    expect(OPERATOR_CATALOGUE.map(({ op }) => op).toSorted()).toEqual(RULE_OPERATORS.toSorted())
    expect(new Set(OPERATOR_CATALOGUE.map(({ label }) => label)).size).toBe(RULE_OPERATORS.length)
  })

  it('agrees with the evaluation on which operators have no right side', () => {
    const without = OPERATOR_CATALOGUE.filter(({ rightKind }) => rightKind === 'none')
    expect(new Set(without.map(({ op }) => op as string))).toEqual(TAKES_NO_RIGHT)
  })
})

describe('the page about conditions', () => {
  it('has every operator with the words that people read', async () => {
    const page = await readFile('docs/conditions.md', 'utf8')
    for (const { op, label } of OPERATOR_CATALOGUE) {
      const words = label.replace(/ \(.*\)$/, '')
      expect(page).toContain(`| \`${op}\` | ${words} |`)
    }
  })
})
