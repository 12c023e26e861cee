import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import type { Data } from '../../src/lib/engine/data.ts'
import { ConfigProblem, WeftError } from '../../src/lib/engine/errors.ts'
import { compileValue, render } from '../../src/lib/engine/template/compile.ts'
import { FILTERS } from '../../src/lib/engine/template/filters.ts'
import { variablesIn } from '../../src/lib/engine/template/variables.ts'

const long = 'a'.repeat(200_000)
const scope = {
  trigger: {
    name: 'Ada',
    list: [1, 2, 3],
    big: 9007199254740992,
    text: long,
    self: JSON.parse(
      '{"__proto__":{"x":1},"toString":"t","valueOf":1,"then":1,"length":1e9}',
    ) as Data,
  },
  workspace: { timeZone: 'UTC' },
  now: '2026-11-23T09:00:00.000Z',
}
const attempt = (value: Data): Data => render(compileValue(value), scope, 'field')
const twice = (times: number) =>
  '{% assign x = "aaaaaaaaaa" %}' + '{% assign x = x | append: x %}'.repeat(times)

/** A time that is long for one template on a busy computer, and short for an attack. */
const QUICKLY = 4000

describe('a hostile template ends in a problem, quickly', () => {
  it.each([
    ['a loop without an end', '{% for i in (1..100000000) %}x{% endfor %}'],
    ['a loop that is only long', '{% for i in (1..9000000) %}x{% endfor %}'],
    ['loops in loops', '{% for i in (1..5000) %}{% for j in (1..5000) %}{% endfor %}{% endfor %}'],
    [
      'counting where numbers stand still',
      '{% for i in (9007199254740992..9007199254740999) %}x{% endfor %}',
    ],
    [
      'counting from a variable where numbers stand still',
      '{{ (trigger.big..9007199254740999) | size }}',
    ],
    [
      'ends of a range that are no numbers',
      '{% for i in (trigger.name..trigger.list) %}x{% endfor %}',
    ],
    ['a text that doubles', `${twice(60)}{{ x }}`],
    [
      'a text that doubles by capture',
      '{% assign x = "aaaaaaaa" %}' + '{% capture x %}{{ x }}{{ x }}{% endcapture %}'.repeat(60),
    ],
    [
      'a text that grows by replacement',
      '{% assign y = trigger.text | replace: "a", trigger.text %}{{ y | size }}',
    ],
    ['a text that grows by joining', '{{ trigger.text | split: "" | join: trigger.text }}'],
    ['a very long template', '{{ trigger.name | upcase }}'.repeat(100_000)],
    ['a template that writes far too much', '{{ trigger.text }}'.repeat(10_000)],
    ['deep nesting of conditions', '{% if true %}'.repeat(20_000) + '{% endif %}'.repeat(20_000)],
    ['deep nesting of brackets', `{{ a${'[a'.repeat(50_000)}${']'.repeat(50_000)} }}`],
    [
      'searching a long text often',
      '{% for i in (1..100000) %}{% if trigger.text contains "ab" %}{% endif %}{% endfor %}',
    ],
    [
      'sorting a long list often',
      '{% assign l = trigger.text | split: "" %}{% for i in (1..1000) %}{% assign s = l | sort %}{% endfor %}',
    ],
  ])('%s', (_name, template) => {
    const begin = performance.now()
    expect(() => attempt(template)).toThrow(ConfigProblem)
    expect(performance.now() - begin).toBeLessThan(QUICKLY)
  })

  it('data that is nested too deeply', () => {
    let value: Data = '{{ trigger.name }}'
    for (let depth = 0; depth < 20_000; depth++) value = [value]
    expect(() => attempt(value)).toThrow(ConfigProblem)
  })

  it('looking for variables in what is no template', () => {
    const begin = performance.now()
    for (const text of [
      '{{ a'.repeat(50_000),
      `{{ a${'[a'.repeat(50_000)}`,
      '{% if '.repeat(50_000),
      '{{ ((((((',
    ]) {
      expect(variablesIn(text)).toEqual([])
    }
    expect(performance.now() - begin).toBeLessThan(QUICKLY)
  })
})

describe('a template sees data and nothing of JavaScript', () => {
  it.each([
    '{{ trigger.__proto__ }}',
    '{{ trigger.constructor }}',
    '{{ trigger["constructor"] }}',
    '{{ trigger.constructor.constructor }}',
    '{{ trigger.name.constructor }}',
    '{{ trigger.name.length }}',
    '{{ trigger.list.map }}',
    '{{ trigger.list["constructor"] }}',
    '{{ trigger.list.__proto__.constructor | json }}',
    '{{ trigger.hasOwnProperty }}',
    '{{ __proto__ }}',
    '{{ constructor }}',
    '{{ toString }}',
    '{{ constructor | json }}',
    '{{ trigger["con" | append: "structor"] }}',
    '{% assign k = "constructor" %}{{ trigger[k] }}',
    '{% assign k = "__proto__" %}{{ trigger[k][k] }}',
    '{% for x in trigger.list %}{{ x.constructor }}{% endfor %}',
    '{% for x in trigger.list %}{{ forloop.constructor.name }}{% endfor %}',
    '{{ trigger.list | map: "constructor" | first | default: constructor }}',
    'text {{ trigger.list.constructor }}',
  ])('%s', (template) => {
    expect(() => attempt(template)).toThrow(ConfigProblem)
  })

  it('own fields with the names of JavaScript are plain data', () => {
    expect(attempt('{{ trigger.self.__proto__.x }}')).toBe(1)
    expect(attempt('{{ trigger.self.toString }}')).toBe('t')
    expect(attempt('{{ trigger.self.toString | upcase }}')).toBe('T')
    expect(attempt('{{ trigger.self | size }}')).toBe(5)
    expect(attempt('{{ trigger.list | map: "constructor" | compact | size }}')).toBe(0)
    const group = attempt(JSON.parse('{"__proto__":"{{ trigger.name }}","a":1}') as Data)
    expect(Object.getPrototypeOf(group)).toBe(Object.prototype)
    expect(JSON.stringify(group)).toBe('{"__proto__":"Ada","a":1}')
  })

  it('names made in a template change nothing outside of it', () => {
    attempt(
      '{% assign __proto__ = trigger %}{% assign constructor = 1 %}{% capture toString %}x{% endcapture %}{% for __proto__ in trigger.list %}{% endfor %}',
    )
    expect(({} as Record<string, unknown>)['name']).toBeUndefined()
    expect(Object.keys(scope)).toEqual(['trigger', 'workspace', 'now'])
  })
})

const data = fc.letrec<{ data: Data }>((tie) => ({
  data: fc.oneof(
    { maxDepth: 3, withCrossShrink: true },
    fc.constant(null),
    fc.boolean(),
    fc.double({ noNaN: true, noDefaultInfinity: true }),
    fc.string(),
    fc.constantFrom('2026-11-23', '2026-11-23T09:00:00Z', '5', ''),
    fc.array(tie('data'), { maxLength: 4 }),
    fc.dictionary(fc.string(), tie('data'), { maxKeys: 4 }),
  ),
})).data

const piece = fc.oneof(
  fc.constantFrom(
    '{{',
    '}}',
    '{%',
    '%}',
    '|',
    ' ',
    '.',
    '[',
    ']',
    '(',
    '..',
    ')',
    ':',
    ',',
    '"',
    "'",
    '-',
    '\n',
  ),
  fc.constantFrom(
    'trigger',
    'trigger.a',
    'steps',
    'if',
    'endif',
    'for',
    'in',
    'endfor',
    'assign',
    '=',
    'else',
    'raw',
    'case',
    'when',
    'default',
    'contains',
    'true',
    'nil',
    'empty',
    '1',
    '0.5',
    '#',
    'comment',
    'endcomment',
    'capture',
  ),
  fc.constantFrom(...FILTERS.map((filter) => filter.name)),
  fc.string({ maxLength: 5 }),
)

describe('whatever is written', () => {
  it('fails with nothing but an error that people can read', () => {
    fc.assert(
      fc.property(fc.array(piece, { maxLength: 25 }), data, (pieces, a) => {
        const text = pieces.join('')
        try {
          render(compileValue(text), { trigger: { a }, now: scope.now })
        } catch (problem) {
          expect(problem).toBeInstanceOf(WeftError)
        }
        variablesIn(text)
      }),
      { numRuns: 3000 },
    )
  })

  it('filters fail with nothing but an error that people can read', () => {
    fc.assert(
      fc.property(
        fc.constantFrom(...FILTERS),
        data,
        fc.array(data, { maxLength: 3 }),
        (filter, a, args) => {
          const written = args.map((_, index) => `trigger.args[${index}]`).join(', ')
          const text = `{{ trigger.a | ${filter.name}${written === '' ? '' : `: ${written}`} }}`
          try {
            const result = render(compileValue(text), {
              trigger: { a, args },
              workspace: { timeZone: 'Europe/Berlin' },
              now: scope.now,
            })
            expect(result).not.toBeUndefined()
            expect(typeof result === 'number' ? Number.isFinite(result) : true).toBe(true)
          } catch (problem) {
            expect(problem).toBeInstanceOf(ConfigProblem)
          }
        },
      ),
      { numRuns: 3000 },
    )
  })

  it('plain text comes out as it went in', () => {
    fc.assert(
      fc.property(fc.string(), (text) => {
        fc.pre(!text.includes('{{') && !text.includes('{%'))
        expect(render(compileValue(text), {})).toBe(text)
      }),
    )
  })

  it('a whole value keeps its type, with Liquid and without', () => {
    fc.assert(
      fc.property(data, (a) => {
        expect(render(compileValue('{{ trigger.a }}'), { trigger: { a } })).toBe(a)
        expect(render(compileValue('{{- trigger["a"] -}}'), { trigger: { a } })).toEqual(a)
      }),
    )
  })

  it('reads the same through Liquid as without', () => {
    fc.assert(
      fc.property(data, (a) => {
        const slow = render(compileValue('{{ trigger.a }}{% if false %}{% endif %}.'), {
          trigger: { a },
        })
        expect(render(compileValue('{{ trigger.a }}.'), { trigger: { a } })).toBe(slow)
      }),
    )
  })
})
