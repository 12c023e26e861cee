import { describe, expect, it } from 'vitest'
import fc from 'fast-check'
import {
  checkVariables,
  renameStepKey,
  variablesIn,
} from '../../src/lib/engine/template/variables.ts'

const written = (text: string) =>
  variablesIn(text).map(({ path, optional }) => `${path.join('/')}${optional ? '?' : ''}`)

describe('the variables of a template', () => {
  it.each([
    ['no variables', []],
    ['{{ a.b[0].c }} and {{ x["y z"] }}', ['a/b/0/c', 'x/y z']],
    ['{{ a.b | append: c.d }}', ['a/b', 'c/d']],
    ['{{ a.b | default: c.d }}', ['a/b?', 'c/d']],
    ['{{ a.b | upcase | default: "" }}', ['a/b?']],
    ['{{ a[b.c].d }}', ['a', 'b/c']],
    ['{{ true }}{{ "a.b" }}{{ 5 }}', []],
    ['{% if a.b and c == 1 %}{{ a.b.d }}{{ e }}{% endif %}', ['a/b?', 'c?', 'a/b/d?', 'e']],
    [
      '{% for r in a.b limit: n %}{{ r.x }}{{ forloop.index }}{% endfor %}{{ r.x }}',
      ['a/b', 'n', 'r/x'],
    ],
    ['{% for i in (1..a.n) %}{{ i }}{% endfor %}', ['a/n']],
    ['{% assign m = a.b | plus: 1 %}{{ m }}', ['a/b']],
    ['{% capture m %}{{ a }}{% endcapture %}{{ m }}', ['a']],
    ['{% case a.b %}{% when c.d, "x" %}{{ e }}{% endcase %}', ['a/b?', 'c/d?', 'e']],
    ['{% comment %}{{ a }}{% endcomment %}{% raw %}{{ b }}{% endraw %}{{ c }}', ['c']],
    ['{{ half typed', []],
  ])('in %s', (text, variables) => {
    expect(written(text)).toEqual(variables)
  })

  it('say where they stand', () => {
    const value = [{ name: 'x', value: 'to {{ steps.a.b }}' }]
    const [use] = variablesIn(value)
    expect(use).toEqual({
      path: ['steps', 'a', 'b'],
      text: 'steps.a.b',
      begin: 6,
      end: 15,
      at: [0, 'value'],
      optional: false,
    })
  })

  it('may be missing in a rule that asks for them', () => {
    const rules = {
      all: [
        { left: '{{ a.b }}', op: 'is_empty' },
        { left: '{{ a.b }}', op: 'equals' },
      ],
    }
    expect(variablesIn(rules).map((use) => use.optional)).toEqual([true, false])
  })
})

describe('renaming a step', () => {
  it.each([
    [
      '{{ steps.a.b }} {{steps.a}} {{ steps.ab.b }} {{ a.b }}',
      '{{ steps.new.b }} {{steps.new}} {{ steps.ab.b }} {{ a.b }}',
    ],
    ['{{ steps["a"].b | append: steps.a.c }}', '{{ steps["new"].b | append: steps.new.c }}'],
    [
      '{% if steps.a %}{{ x[steps.a.k] }}{% endif %}',
      '{% if steps.new %}{{ x[steps.new.k] }}{% endif %}',
    ],
    ['steps.a in plain text, {{ "steps.a" }}', 'steps.a in plain text, {{ "steps.a" }}'],
    ['{{ trigger.steps.a }}', '{{ trigger.steps.a }}'],
    ['{% assign steps = x %}{{ steps.a }}', '{% assign steps = x %}{{ steps.a }}'],
    ['{{ half steps.a', '{{ half steps.a'],
  ])('changes %s', (before, after) => {
    expect(renameStepKey({ list: [before] }, 'a', 'new')).toEqual({ list: [after] })
  })

  it('comes back when it is turned around', () => {
    const text = fc
      .array(
        fc.constantFrom(
          '{{ steps.a.b }}',
          '{{ steps["a"] | upcase }}',
          ' é\n',
          '{{ steps.c }}',
          'steps.a',
        ),
      )
      .map((parts) => parts.join(''))
    fc.assert(
      fc.property(text, (before) => {
        expect(renameStepKey(renameStepKey(before, 'a', 'zz'), 'zz', 'a')).toBe(before)
      }),
    )
  })
})

describe('checking variables before anything runs', () => {
  const known = {
    steps: { find: { records: [{ id: 'x' }], total: 1 } },
    trigger: { body: null, tags: [] },
  }

  it.each([
    '{{ steps.find.records[7].id }}',
    '{{ steps.find.records.first.id }}',
    '{{ trigger.body.anything.at.all }}',
    '{{ trigger.tags[0].x }}',
    '{{ trigger.nothing | default: "" }}',
    '{% if trigger.nothing %}{{ trigger.nothing.more }}{% endif %}',
  ])('finds nothing wrong with %s', (text) => {
    expect(checkVariables(text, known)).toEqual([])
  })

  it('names what is unknown and what was meant', () => {
    const found = checkVariables(
      { to: 'Hi {{ steps.fnd.total }}', cc: '{{ steps.find.records[0].di }}' },
      known,
    )
    expect(found.map(({ reference, problem }) => [reference.at, problem.nearest])).toEqual([
      [['to'], 'steps.find'],
      [['cc'], 'steps.find.records[0].id'],
    ])
  })
})
