import { describe, expect, it } from 'vitest'
import type { Data } from '../../src/lib/engine/data.ts'
import { ConfigProblem } from '../../src/lib/engine/errors.ts'
import { compileTemplate, compileValue, render } from '../../src/lib/engine/template/compile.ts'

const scope = {
  trigger: { name: 'Ada', amount: 5, note: null, tags: ['a', 'b'], deep: { list: [{ c: true }] } },
  steps: {
    find_contact: { records: [{ id: 'r1', name: 'Ada' }], total: 1 },
    none: { records: [] },
  },
  workspace: { name: 'Acme', timeZone: 'Europe/Berlin' },
  now: '2026-11-23T09:00:00.000Z',
  vars: {},
}
const rendered = (value: Data, field?: string): Data => render(compileValue(value), scope, field)
function problemOf(work: () => unknown): ConfigProblem {
  try {
    work()
  } catch (problem) {
    if (problem instanceof ConfigProblem) return problem
    throw problem
  }
  throw new Error('there was no problem')
}

describe('a template', () => {
  it('leaves plain text as it is', () => {
    expect(rendered('Hello } there {')).toBe('Hello } there {')
    const value = { a: ['b', 1], c: null }
    expect(rendered(value)).toBe(value)
  })

  it('keeps the type of a whole value', () => {
    expect(rendered('{{ trigger.amount }}')).toBe(5)
    expect(rendered('{{trigger.tags}}')).toBe(scope.trigger.tags)
    expect(rendered('{{ trigger.deep.list[0].c }}')).toBe(true)
    expect(rendered('{{ trigger["deep"].list.first.c }}')).toBe(true)
    expect(rendered('{{ trigger.note }}')).toBeNull()
    expect(rendered(' {{ trigger.amount }}\n')).toBe(5)
  })

  it('keeps the type of a whole value that goes through filters', () => {
    expect(rendered('{{ trigger.amount | times: 2 }}')).toBe(10)
    expect(rendered(' {{ trigger.tags | reverse }} ')).toEqual(['b', 'a'])
    expect(rendered('{{ trigger.amount == 5 }}')).toBe(true)
  })

  it('writes values inside text so that people can read them', () => {
    expect(rendered('{{ trigger.name }}: {{ trigger.tags }}, {{ trigger.note }}.')).toBe(
      'Ada: a, b, .',
    )
    expect(rendered('Got {{ trigger.deep }} and {{ trigger.amount | plus: 0.5 }}')).toBe(
      'Got {"list":[{"c":true}]} and 5.5',
    )
    expect(rendered('at {{ now }}')).toBe('at 2026-11-23T09:00:00.000Z')
  })

  it('reaches into lists and groups', () => {
    expect(
      rendered({ to: '{{ trigger.name }}', list: ['{{ trigger.amount }}', 'x'], n: 1 }),
    ).toEqual({
      to: 'Ada',
      list: [5, 'x'],
      n: 1,
    })
  })

  it('repeats and decides', () => {
    expect(rendered('{% for tag in trigger.tags %}{{ forloop.index }}{{ tag }} {% endfor %}')).toBe(
      '1a 2b ',
    )
    expect(rendered('{% for i in (1..3) %}{{ i }}{% endfor %}')).toBe('123')
    expect(rendered('{% if trigger.amount > 3 %}many{% else %}few{% endif %}')).toBe('many')
    expect(rendered('{% assign n = trigger.amount | plus: 1 %}{{ n }}')).toBe('6')
    expect(rendered('{% capture x %}{{ trigger.name }}!{% endcapture %}{{ x }}')).toBe('Ada!')
  })

  it('reads a scope that computes its parts only when they are asked for', () => {
    let asked = 0
    const lazy = {
      get vars() {
        asked++
        return { a: 1 }
      },
      get now(): string {
        throw new Error('nobody asked for it')
      },
    }
    expect(render(compileTemplate('{{ vars.a | plus: 1 }}'), lazy)).toBe(2)
    expect(asked).toBe(1)
  })
})

describe('an unknown variable', () => {
  it('is a problem that names the field, the variable and the nearest one', () => {
    const problem = problemOf(() => rendered('{{ steps.fnd_contact.total }}', 'subject'))
    expect(problem).toMatchObject({
      code: 'template.unknown_variable',
      field: 'subject',
      variable: 'steps.fnd_contact',
      nearest: 'steps.find_contact',
    })
    expect(problem.hint).toContain('steps.find_contact')
  })

  it.each([
    ['{{ trigger.nme }}', 'trigger.name'],
    ['Dear {{ trigger.nme }}', 'trigger.name'],
    ['{{ trigger.nme | upcase }}', 'trigger.name'],
    ['{{ triger.name }}', 'trigger'],
    ['{{ name }}', 'trigger.name'],
    ['{% for r in steps.find_contact.records %}{{ r.nam }}{% endfor %}', 'r.name'],
    ['{% assign x = trigger.nme %}', 'trigger.name'],
  ])('is found in %s', (template, nearest) => {
    expect(problemOf(() => rendered(template))).toMatchObject({
      code: 'template.unknown_variable',
      nearest,
    })
  })

  it('is also an entry that a list does not have', () => {
    expect(problemOf(() => rendered('{{ steps.none.records[0].name }}')).detail).toContain(
      'list of 0',
    )
    expect(rendered('{{ steps.none.records.first.name }}')).toBeNull()
  })

  it('is forgiven before a default, wherever that stands', () => {
    expect(rendered('{{ trigger.nme | default: "friend" }}')).toBe('friend')
    expect(rendered('{{ steps.gone.a.b | upcase | default: "friend" }}')).toBe('friend')
    expect(rendered('Hi {{ trigger.nme | default: trigger.name }}')).toBe('Hi Ada')
    expect(problemOf(() => rendered('{{ trigger.x | default: trigger.nme }}')).nearest).toBe(
      'trigger.name',
    )
  })

  it('is forgiven in a condition', () => {
    expect(rendered('{% if trigger.email %}yes{% else %}no{% endif %}')).toBe('no')
    expect(rendered('{% unless steps.gone.x %}no{% endunless %}')).toBe('no')
  })

  it('is an answer in a rule that asks whether there is a value', () => {
    expect(rendered({ left: '{{ trigger.email }}', op: 'exists' })).toEqual({
      left: null,
      op: 'exists',
    })
    expect(
      problemOf(() => rendered({ left: '{{ trigger.email }}', op: 'equals', right: 1 })).code,
    ).toBe('template.unknown_variable')
  })

  it('is not what an empty value is', () => {
    expect(rendered('{{ trigger.note }}|{{ trigger.note.text }}')).toBe('|')
  })

  it('gives an empty value where it is optional', () => {
    for (const text of ['{{ a.b }}', '{{ a.b | upcase }}']) {
      expect(render(compileTemplate(text, { optional: true }), scope)).toBeNull()
    }
    expect(render(compileTemplate('x{{ a.b }}', { optional: true }), scope)).toBe('x')
  })
})

describe('a template that cannot be read', () => {
  it.each([
    ['{{ trigger.name', 'template.not_closed'],
    ['{% if trigger.name %}x', 'template.not_closed'],
    ['{{ trigger.name | upcas }}', 'template.unknown_filter'],
    ['{% include "x" %}', 'template.unknown_tag'],
    ['{% render "x" %}', 'template.unknown_tag'],
    ['{% layout "x" %}', 'template.unknown_tag'],
    ['{% iff x %}', 'template.unknown_tag'],
    ['{{ }}', 'template.invalid'],
    ['{{ | upcase }}', 'template.invalid'],
    ['{% for in x %}{% endfor %}', 'template.invalid'],
  ])('says what is wrong with %s', (text, code) => {
    const problem = problemOf(() => compileTemplate(text))
    expect(problem.code).toBe(code)
    expect(problem.detail).not.toMatch(/undefined|null|JSON|line:\d|Error/)
  })

  it('names the filter that was meant', () => {
    expect(problemOf(() => compileTemplate('{{ trigger.name | upcas }}')).nearest).toBe('upcase')
  })
})
