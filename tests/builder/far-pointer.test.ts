import { describe, expect, it } from 'vitest'
import * as Y from 'yjs'
import { FarPointer, type FarPress } from '#lib/builder/canvas/far-pointer.svelte.ts'
import { fromDefinition } from '#lib/builder/document/write.ts'
import { longTexts } from '#lib/builder/document/long-texts.ts'
import { Editor } from '#lib/builder/state/editor.svelte.ts'
import { registry } from '#lib/engine/index.ts'
import { draw } from '../engine/bench.ts'

const ZOOM = 0.1

function scene(canEdit = true) {
  const drawn = draw({ a: 'trigger.manual', b: 'data.set_variables', c: 'data.set_variables' }, [])
  const definition = {
    ...drawn,
    nodes: drawn.nodes.map((node, index) => ({ ...node, position: { x: index * 1000, y: 0 } })),
  }
  const doc = new Y.Doc()
  fromDefinition(doc, definition, longTexts)
  const editor = new Editor({ doc, registry, canEdit: () => canEdit })
  const pointer = new FarPointer(editor)
  const press = (x: number, y: number, more: Partial<FarPress> = {}): FarPress => ({
    ...{ at: { x, y }, zoom: ZOOM, isTouch: false, adds: false, selects: false },
    ...more,
  })
  const drag = (from: FarPress, to: FarPress): boolean => {
    if (!pointer.down(from)) return false
    pointer.move(to, to.at)
    return pointer.up(to.at)
  }
  const places = (): number[] =>
    editor.document.toDefinition().nodes.map(({ position }) => position.x + position.y)
  return { editor, pointer, press, drag, places }
}

describe('a drawing seen from afar', () => {
  it('knows what lies under the pointer, and for a finger what is near', () => {
    const { pointer } = scene()
    expect(pointer.hit({ x: 1010, y: 10 })).toBe('b')
    expect(pointer.hit({ x: 1300, y: 10 })).toBe(null)
    expect(pointer.hit({ x: 1300, y: 10 }, 100)).toBe('b')
    expect(pointer.hit({ x: 1930, y: 10 }, 1000)).toBe('c')
  })

  it('lets a thing be dragged, and all that are selected with it, as one change', () => {
    const { editor, press, drag, places } = scene()
    expect(drag(press(1010, 10), press(1110, 60))).toBe(true)
    expect(places()).toEqual([0, 1150, 2000])
    expect(editor.canvas.selected).toEqual(['b'])
    editor.canvas.select(['b', 'c'])
    drag(press(2010, 10), press(2060, 10))
    expect(places()).toEqual([0, 1200, 2050])
    editor.undo()
    expect(places()).toEqual([0, 1150, 2000])
  })

  it('takes a press that hardly moves for a click', () => {
    const { press, drag, places } = scene()
    expect(drag(press(1010, 10), press(1030, 10))).toBe(false)
    expect(places()).toEqual([0, 1000, 2000])
  })

  it('puts back what was being dragged when the press is broken off', () => {
    const { pointer, press, places, editor } = scene()
    pointer.down(press(1010, 10))
    pointer.move(press(1410, 10), { x: 0, y: 0 })
    expect(editor.canvas.nodes.find(({ id }) => id === 'b')?.position.x).toBe(1400)
    pointer.cancel()
    expect(editor.canvas.nodes.find(({ id }) => id === 'b')?.position.x).toBe(1000)
    expect(places()).toEqual([0, 1000, 2000])
  })

  it('selects an area with Shift or the tool for it; with Shift it adds', () => {
    const { editor, press, drag } = scene()
    expect(drag(press(500, 500), press(1100, -100))).toBe(false)
    drag(press(500, 500, { selects: true }), press(1100, -100))
    expect(editor.canvas.selected).toEqual(['b'])
    drag(press(1500, 500, { adds: true }), press(2100, -100))
    expect(editor.canvas.selected).toEqual(['b', 'c'])
    drag(press(500, 500, { selects: true }), press(600, 600))
    expect(editor.canvas.selected).toEqual([])
  })

  it('leaves looking around to one finger, unless it’s on something that is selected', () => {
    const { editor, press, drag, places } = scene()
    expect(drag(press(1010, 10, { isTouch: true }), press(1510, 10))).toBe(false)
    expect(places()).toEqual([0, 1000, 2000])
    editor.canvas.select(['b'])
    expect(drag(press(1010, 10, { isTouch: true }), press(1510, 10))).toBe(true)
    expect(places()).toEqual([0, 1500, 2000])
  })

  it('can be looked at and selected in, but not changed, by viewers', () => {
    const { editor, press, drag, places } = scene(false)
    expect(drag(press(1010, 10), press(1510, 10))).toBe(false)
    expect(places()).toEqual([0, 1000, 2000])
    drag(press(500, 500, { adds: true }), press(1100, -100))
    expect(editor.canvas.selected).toEqual(['b'])
  })
})
