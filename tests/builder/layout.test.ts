import { describe, expect, it } from 'vitest'
import { freePlace } from '#lib/builder/canvas/layout.ts'
import { tidyLayout } from '#lib/builder/canvas/tidy.ts'

const box = (id: string, x = 0, y = 0) => ({ id, x, y, width: 230, height: 70 })

describe('tidying up', () => {
  it('places each step to the right of those before it, and none on another', () => {
    const nodes = ['a', 'b', 'c', 'd'].map((id) => box(id))
    const edges = [
      { source: 'a', target: 'b' },
      { source: 'a', target: 'c' },
      { source: 'b', target: 'd' },
      { source: 'c', target: 'd' },
    ]
    const placed = tidyLayout(nodes, edges)
    for (const { source, target } of edges) {
      expect(placed.get(target)?.x).toBeGreaterThan((placed.get(source)?.x ?? 0) + 230)
    }
    expect(Math.abs((placed.get('b')?.y ?? 0) - (placed.get('c')?.y ?? 0))).toBeGreaterThan(70)
  })

  it('keeps the drawing’s corner where it was, and copes with circles and strangers', () => {
    const placed = tidyLayout(
      [box('a', 100, 50), box('b', 900, 400)],
      [
        { source: 'a', target: 'b' },
        { source: 'b', target: 'a' },
        { source: 'a', target: 'elsewhere' },
      ],
    )
    expect(Math.min(...[...placed.values()].map(({ x }) => x))).toBe(100)
    expect(Math.min(...[...placed.values()].map(({ y }) => y))).toBe(50)
  })

  it('finds a free place below what is in the way', () => {
    const place = freePlace({ x: 0, y: 0 }, [box('a', 0, 0), box('b', 0, 90)], box('new'))
    expect(place).toEqual({ x: 0, y: 184 })
  })
})
