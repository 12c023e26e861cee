import { describe, expect, it } from 'vitest'
import * as Y from 'yjs'
import { TapConnect } from '#lib/builder/canvas/tap-connect.svelte.ts'
import { fromDefinition } from '#lib/builder/document/write.ts'
import { longTexts } from '#lib/builder/document/long-texts.ts'
import { Editor } from '#lib/builder/state/editor.svelte.ts'
import { registry } from '#lib/engine/index.ts'
import { draw } from '../engine/bench.ts'

const HERE = { x: 0, y: 0 }
const YES = { kind: 'port', port: { node: 'check', port: 'true' } } as const

function scene(canEdit = true) {
  const doc = new Y.Doc()
  const definition = draw(
    { start: 'trigger.manual', check: 'logic.condition', a: 'data.set_variables' },
    ['start -> check'],
  )
  fromDefinition(doc, definition, longTexts)
  const editor = new Editor({ doc, registry, canEdit: () => canEdit })
  const offered: unknown[] = []
  const taps = new TapConnect(editor, (from) => offered.push(from))
  const lines = (): string[] =>
    editor.document
      .toDefinition()
      .edges.map(({ source, sourcePort, target }) => `${source}:${sourcePort} -> ${target}`)
  return { editor, taps, offered, lines }
}

describe('a line by two taps', () => {
  it('leads from the way out that was tapped to the step that is tapped next', () => {
    const { editor, taps, lines } = scene()
    expect(taps.tap(YES, HERE)).toBe(true)
    expect(editor.announcement).toContain('Now choose the step that comes after check')
    expect(taps.tap({ kind: 'step', id: 'a' }, HERE)).toBe(true)
    expect(lines()).toContain('check:true -> a')
    expect(taps.from).toBe(null)
  })

  it('is not drawn where it would make a circle, and says so', () => {
    const { editor, taps, lines } = scene()
    taps.tap(YES, HERE)
    taps.tap({ kind: 'step', id: 'check' }, HERE)
    expect(lines()).toEqual(['start:out -> check'])
    expect(editor.announcement).toContain('No line can lead to check from there.')
  })

  it('offers steps to add for a tap where nothing is', () => {
    const { taps, offered } = scene()
    taps.tap(YES, HERE)
    expect(taps.tap({ kind: 'drawing' }, HERE)).toBe(true)
    expect(offered).toEqual([YES.port])
  })

  it('is given up by the same way out again, or by Escape', () => {
    const { taps } = scene()
    taps.tap(YES, HERE)
    taps.tap(YES, HERE)
    expect(taps.from).toBe(null)
    taps.tap(YES, HERE)
    taps.cancel()
    expect(taps.tap({ kind: 'step', id: 'a' }, HERE)).toBe(false)
  })

  it('leaves all other taps, and those of viewers, to what they always mean', () => {
    expect(scene().taps.tap({ kind: 'step', id: 'a' }, HERE)).toBe(false)
    expect(scene(false).taps.tap(YES, HERE)).toBe(false)
  })
})
