import { describe, expect, it, vi } from 'vitest'
import { copyText, dataRows, referenceOf, searchData } from '#lib/builder/debug/data-tree.ts'
import { Dock } from '#lib/builder/debug/dock.svelte.ts'
import { readVersion } from '#lib/builder/debug/executed-versions.svelte.ts'
import { Newest } from '#lib/builder/debug/follow.ts'
import { definition, drawing } from './debug-scene.ts'

describe('the data viewer', () => {
  const data = { name: 'Ada', tags: ['vip', 'new'], none: null, deep: { a: { b: { c: 1 } } } }
  const read = (toggled: string[] = []) =>
    dataRows(data, new Set(toggled)).map(
      ({ depth, name, preview }) => `${'  '.repeat(depth)}${name}: ${preview}`,
    )

  it('reads top to bottom in people’s words, deep parts folded', () => {
    expect(read()).toEqual([
      'name: Ada',
      'tags: 2 entries',
      '  1: vip',
      '  2: new',
      'none: empty',
      'deep: 1 field',
      '  a: 1 field',
      '    b: c: 1',
    ])
  })

  it('opens and closes what is asked for', () => {
    expect(read(['["deep","a","b"]', '["tags"]'])).toEqual([
      'name: Ada',
      'tags: 2 entries',
      'none: empty',
      'deep: 1 field',
      '  a: 1 field',
      '    b: 1 field',
      '      c: 1',
    ])
  })

  it('shows one plain value as one line', () => {
    expect(dataRows('hello', new Set()).map(({ preview }) => preview)).toEqual(['hello'])
    expect(dataRows('', new Set()).map(({ preview }) => preview)).toEqual(['empty text'])
    expect(dataRows([], new Set()).map(({ preview }) => preview)).toEqual(['empty list'])
  })

  it('finds names and values at any depth, with the way to them', () => {
    const { rows, count } = searchData(data, 'C')
    expect(rows.map(({ name }) => name)).toEqual(['deep', 'a', 'b', 'c'])
    expect(count).toBe(1)
    expect(searchData(data, 'vip').rows.map(({ name }) => name)).toEqual(['tags', '1'])
    expect(searchData(data, 'nowhere').count).toBe(0)
  })

  it('does not choke on a list of a hundred thousand', () => {
    const long = { items: Array.from({ length: 100_000 }, (_, n) => ({ n })) }
    expect(dataRows(long, new Set())).toHaveLength(1)
    expect(dataRows(long, new Set(['["items"]']))).toHaveLength(100_001)
    const found = searchData(long, 'n')
    expect(found.cut).toBe(true)
    expect(found.count).toBe(500)
  })

  it('copies texts as they are and the reference as templates write it', () => {
    expect(copyText('a "b"')).toBe('a "b"')
    expect(copyText({ a: [1] })).toBe('{\n  "a": [\n    1\n  ]\n}')
    const base = drawing.reference('keep') ?? ''
    expect(referenceOf(base, ['records', 0, 'first name'])).toBe(
      '{{ steps.keep.records[0]["first name"] }}',
    )
    expect(referenceOf(drawing.reference('hook') ?? '', ['body', 'e-mail'])).toBe(
      '{{ trigger.body.e-mail }}',
    )
    expect(referenceOf('steps.a', ['say "hi"'])).toBe(`{{ steps.a['say "hi"'] }}`)
  })
})

describe('the panel at the lower edge', () => {
  const drawer = () => {
    const kept = new Map<string, string>()
    return {
      getItem: (key: string) => kept.get(key) ?? null,
      setItem: (key: string, value: string) => void kept.set(key, value),
    }
  }

  it('remembers its height and whether it is folded', () => {
    const storage = drawer()
    const dock = new Dock(storage)
    dock.resize(444)
    dock.toggle(false)
    const later = new Dock(storage)
    expect([later.height, later.isOpen]).toEqual([444, false])
  })

  it('can be set by keyboard and leaves room for the drawing', () => {
    const dock = new Dock(drawer())
    dock.fitInto(700)
    expect(dock.key('End')).toBe(true)
    expect(dock.height).toBe(540)
    dock.key('ArrowDown')
    expect(dock.height).toBe(516)
    dock.key('Home')
    expect(dock.height).toBe(160)
    expect(dock.key('a')).toBe(false)
  })

  it('works in a browser that keeps nothing', () => {
    vi.spyOn(console, 'info').mockImplementation(() => {})
    const refusing = {
      getItem: () => null,
      setItem: () => {
        throw new Error('full')
      },
    }
    const dock = new Dock(refusing)
    dock.resize(300)
    expect(dock.height).toBe(300)
  })
})

describe('following the newest execution', () => {
  it('opens one that arrives, not the ones that were there', () => {
    const newest = new Newest()
    expect(newest.arrived([], false)).toBeUndefined()
    expect(newest.arrived(['2', '1'], true)).toBeUndefined()
    expect(newest.arrived(['3', '2', '1'], true)).toBe('3')
    expect(newest.arrived(['3', '2', '1'], true)).toBeUndefined()
  })

  it('opens the very first one as well', () => {
    const newest = new Newest()
    newest.arrived([], true)
    expect(newest.arrived(['1'], true)).toBe('1')
  })

  it('opens nothing when older ones are loaded or the newest disappears', () => {
    const newest = new Newest()
    newest.arrived(['3'], true)
    expect(newest.arrived(['3', '2'], true)).toBeUndefined()
    expect(newest.arrived(['2'], true)).toBeUndefined()
    expect(newest.arrived(['3', '2'], true)).toBeUndefined()
  })
})

describe('the version that ran', () => {
  it('is read, or at least named when it can’t be read', () => {
    const stored = { id: 'v', kind: 'published' as const, number: 3 }
    expect(readVersion({ ...stored, definition }).definition?.nodes).toHaveLength(11)
    expect(readVersion({ ...stored, definition: { schema: 99 } })).toEqual({
      ...stored,
      definition: null,
    })
  })
})
