import { describe, expect, it } from 'vitest'
import { openingView, READABLE } from '#lib/builder/canvas/opening-view.ts'
import type { Box } from '#lib/builder/state/canvas-state.svelte.ts'

const room = { width: 1100, height: 780 }
const options = { minZoom: 0.05, padding: 0.15 }
const box = (n: number, x: number, y: number): Box => ({
  ...{ id: `step_${n}`, x, y },
  ...{ width: 232, height: 66 },
})

/** Rows of ten, as wide as three screens. */
const rows = (count: number): Box[] =>
  Array.from({ length: count }, (_, n) => box(n, (n % 10) * 320, Math.floor(n / 10) * 160))

/** Where on the screen a box begins and ends. */
function onScreen(one: Box, view: { x: number; y: number; zoom: number }) {
  const [left, top] = [one.x * view.zoom + view.x, one.y * view.zoom + view.y]
  return { left, top, right: left + one.width * view.zoom, bottom: top + one.height * view.zoom }
}

function isSeen(one: Box, view: { x: number; y: number; zoom: number }): boolean {
  const { left, top, right, bottom } = onScreen(one, view)
  return left >= 0 && top >= 0 && right <= room.width && bottom <= room.height
}

describe('what is seen of a drawing when it is opened', () => {
  it('is all of it when all of it is asked for, however small', () => {
    const all = rows(40)
    const view = openingView(all, all, room, options)
    expect(view && all.every((one) => isSeen(one, view))).toBe(true)
  })

  it('can be read, begins with the first step and wastes no room above it', () => {
    const all = rows(300)
    const view = openingView(all.slice(0, 14), all, room, options)
    expect(view?.zoom).toBe(READABLE)
    const [first, second] = all
    if (!view || !first || !second) throw new Error('nothing is seen')
    expect([isSeen(first, view), isSeen(second, view)]).toEqual([true, true])
    // Below the choice of views, which lies over the drawing's corner.
    expect(onScreen(first, view).top).toBeGreaterThan(60)
    expect(onScreen(first, view).top).toBeLessThan(90)
  })

  it('has the first step in sight also when it stands at the far end', () => {
    const all = rows(300).map((one) => ({ ...one, x: -one.x, y: -one.y }))
    const view = openingView(all.slice(0, 14), all, room, options)
    const [first] = all
    expect(view && first && isSeen(first, view)).toBe(true)
  })

  it('has the step in the middle of many branches in sight', () => {
    const start = box(0, 0, 2_000)
    const branches = Array.from({ length: 60 }, (_, n) => box(n + 1, 400, n * 70))
    const view = openingView([start, ...branches.slice(0, 13)], [start, ...branches], room, options)
    expect(view && isSeen(start, view)).toBe(true)
  })

  it('is nothing while there is nothing', () => {
    expect(openingView([], [], room, options)).toBeNull()
  })
})
