import { expect, it } from 'vitest'
import * as Y from 'yjs'
import { Dragging } from '#lib/builder/canvas/dragging.ts'
import { Editor } from '#lib/builder/state/editor.svelte.ts'
import { registry } from '#lib/engine/index.ts'

const settled = () => new Promise((resolve) => setTimeout(resolve, 0))

/** A drawing with one step, which its person drags to the right and lets go. */
async function dragOne(mayStillEdit: boolean): Promise<{ drawn: number; written: number }> {
  let mayEdit = true
  const editor = new Editor({ doc: new Y.Doc(), registry, canEdit: () => mayEdit })
  const type = registry.get('mail.send')
  if (!type) throw new Error('there is no such step')
  editor.addStep(type, { at: { x: 0, y: 0 } })
  await settled()
  mayEdit = mayStillEdit
  editor.canvas.nodes = editor.canvas.nodes.map((node) => ({ ...node, position: { x: 400, y: 0 } }))
  new Dragging(editor, () => null).drop(editor.canvas.nodes, { x: 0, y: 0 })
  await settled()
  const x = (things: readonly { position: { x: number } }[]): number => things[0]?.position.x ?? NaN
  return { drawn: x(editor.canvas.nodes), written: x(editor.definition.nodes) }
}

it('what is let go lies where it was dragged to', async () => {
  expect(await dragOne(true)).toEqual({ drawn: 400, written: 400 })
})

it('who may no longer edit by the end of a drag moves nothing', async () => {
  expect(await dragOne(false)).toEqual({ drawn: 0, written: 0 })
})
