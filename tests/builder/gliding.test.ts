import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import * as Y from 'yjs'
import { Editor } from '#lib/builder/state/editor.svelte.ts'
import { registry, type NodeType } from '#lib/engine/index.ts'

const type = (name: string): NodeType => {
  const found = registry.get(name)
  if (!found) throw new Error(name)
  return found
}
let editor: Editor
let frames: FrameRequestCallback[] = []
const settled = () => new Promise((resolve) => setTimeout(resolve, 0))
beforeEach(() => {
  frames = []
  vi.stubGlobal('requestAnimationFrame', (frame: FrameRequestCallback) => frames.push(frame))
  editor = new Editor({ doc: new Y.Doc(), registry, canEdit: () => true })
})
afterEach(() => void vi.unstubAllGlobals())

const play = (at: number): void => {
  for (const frame of frames.splice(0)) frame(at)
}

describe('gliding', () => {
  it('an undo in the middle of it leaves the drawing as the document', async () => {
    const a = editor.addStep(type('mail.send'), { at: { x: 0, y: 0 } })
    await settled()
    const b = editor.addStep(type('mail.send'), { at: { x: 50, y: 700 } })
    await settled()
    const before = editor.definition.nodes.map(({ position }) => position)
    await editor.tidy({ animated: true })
    await settled()
    expect(editor.definition.nodes.map(({ position }) => position)).not.toEqual(before)
    play(performance.now() + 100)
    editor.undo()
    await settled()
    expect(editor.definition.nodes.map(({ position }) => position)).toEqual(before)
    play(performance.now() + 5000)
    await settled()
    expect(editor.canvas.nodes.map(({ position }) => position)).toEqual(before)
    expect([a, b]).not.toContain(null)
  })
  it('what is pasted from elsewhere is brought into sight', async () => {
    const a = editor.addStep(type('mail.send'), { at: { x: 9000, y: 9000 } })
    await settled()
    const text = editor.document.copy(new Set([a ?? '']))
    const other = new Editor({ doc: new Y.Doc(), registry, canEdit: () => true })
    expect(other.paste(text)).toBeNull()
    await settled()
    expect(other.reveal).not.toBeNull()
  })
})
