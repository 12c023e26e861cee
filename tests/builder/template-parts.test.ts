import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import {
  caretAfter,
  neighbour,
  partsOf,
  pickerCall,
  readReference,
  wholePills,
  writeReference,
} from '#lib/builder/template/parts.ts'

describe('a template as pills', () => {
  it('shows references as pills and everything else as text', () => {
    expect(partsOf('Hi {{ steps.find.records[0]["first name"] | upcase }}!')).toEqual([
      { kind: 'text', text: 'Hi ', at: 0 },
      {
        kind: 'pill',
        source: '{{ steps.find.records[0]["first name"] | upcase }}',
        at: 3,
        reference: {
          root: 'steps',
          path: ['find', 'records', '0', 'first name'],
          filters: 'upcase',
        },
      },
      { kind: 'text', text: '!', at: 53 },
    ])
  })

  it('leaves literals, tags and unfinished braces as text', () => {
    for (const text of [
      '{{ "quoted" }}',
      '{% if a %}x{% endif %}',
      'a {{ steps.x',
      '{{ 1 | plus: 2 }}',
    ]) {
      expect(partsOf(text).every((part) => part.kind === 'text')).toBe(true)
    }
  })

  it('loses no character', () => {
    const piece = fc.oneof(
      fc.string(),
      fc.constantFrom('{{ trigger.a }}', '{{', '}}', '{{ x | y }}'),
    )
    fc.assert(
      fc.property(fc.array(piece), (pieces) => {
        const template = pieces.join('')
        const joined = partsOf(template)
          .map((part) => (part.kind === 'text' ? part.text : part.source))
          .join('')
        expect(joined).toBe(template)
      }),
    )
  })

  it('reads what it writes', () => {
    const name = fc.oneof(
      fc.stringMatching(/^[a-z_][a-z0-9_]{0,8}$/),
      fc.stringMatching(/^[a-z0-9 .]{1,8}$/),
    )
    fc.assert(
      fc.property(fc.array(name, { maxLength: 4 }), (path) => {
        const written = writeReference({ root: 'trigger', path, filters: '' })
        expect(readReference(written.slice(2, -2).trim())?.path).toEqual(path)
      }),
    )
  })
})

describe('typing around pills', () => {
  const template = 'a {{ trigger.b }} c'

  it('a selection that touches a pill takes it whole', () => {
    expect(wholePills(template, 0, 4)).toEqual([0, 17])
    expect(wholePills(template, 17, 19)).toEqual([17, 19])
  })

  it('one stroke deletes one letter, or one pill', () => {
    expect(neighbour(template, 17, -1)).toBe(2)
    expect(neighbour(template, 2, 1)).toBe(17)
    expect(neighbour(template, 2, -1)).toBe(1)
    expect(neighbour('👩‍👩‍👧!', 8, -1)).toBe(0)
  })

  it('the caret stays with its letters when others type', () => {
    expect(caretAfter(5, { at: 0, remove: 0, insert: 'xx' })).toBe(7)
    expect(caretAfter(5, { at: 5, remove: 0, insert: 'xx' })).toBe(5)
    expect(caretAfter(5, { at: 3, remove: 4, insert: '' })).toBe(3)
  })

  it('a slash at the start of a word and two braces call the picker, a slash inside a word does not', () => {
    expect(pickerCall('/na', 3)).toEqual({ at: 0, typed: 'na' })
    expect(pickerCall('Dear {{ ste', 11)).toEqual({ at: 5, typed: 'ste' })
    expect(pickerCall('https://x', 9)).toBeNull()
    expect(pickerCall('a / b', 5)).toBeNull()
    expect(pickerCall('{{ a }} b', 9)).toBeNull()
  })
})
