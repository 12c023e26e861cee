import * as Y from 'yjs'
import { describe, expect, it } from 'vitest'
import { caretIn, caretOf, caretState } from '#lib/builder/session/carets.ts'

/** Two copies of one draft with two texts in it, and the way from one to the other. */
function copies() {
  const [ann, ben] = [new Y.Doc(), new Y.Doc()]
  const pass = (): void => {
    Y.applyUpdate(ben, Y.encodeStateAsUpdate(ann))
    Y.applyUpdate(ann, Y.encodeStateAsUpdate(ben))
  }
  ann.getMap('nodes').set('body', new Y.Text('Hello world'))
  ann.getMap('nodes').set('note', new Y.Text('Hello world'))
  pass()
  const text = (doc: Y.Doc, name: string) => doc.getMap('nodes').get(name) as Y.Text // set above
  return { ann: (name = 'body') => text(ann, name), ben: (name = 'body') => text(ben, name), pass }
}

/** Through the wire and back. */
const sent = (caret: unknown) => caretState.parse(JSON.parse(JSON.stringify(caret)))

describe('the caret of somebody else in a text', () => {
  it('stays at its letter while others type and delete before it', () => {
    const { ann, ben, pass } = copies()
    const caret = sent(caretIn(ann(), 5, 5))
    ben().insert(0, 'Well: ')
    expect(caretOf(ben(), caret)).toEqual([11, 11])
    ben().delete(0, 8)
    expect(caretOf(ben(), caret)).toEqual([3, 3])
    pass()
    expect(caretOf(ann(), caret)).toEqual([3, 3])
  })

  it('stays before what somebody else types at the same place', () => {
    const { ann, ben } = copies()
    const caret = sent(caretIn(ann(), 11, 11))
    ben().insert(11, '!')
    expect(caretOf(ben(), caret)).toEqual([11, 11])
  })

  it('is a selection when more than nothing is chosen, whichever way it was drawn', () => {
    const { ann, ben } = copies()
    expect(caretOf(ben(), sent(caretIn(ann(), 6, 11)))).toEqual([6, 11])
    expect(caretOf(ben(), sent(caretIn(ann(), 11, 6)))).toEqual([6, 11])
    ben().insert(8, '-')
    expect(caretOf(ben(), sent(caretIn(ann(), 6, 11)))).toEqual([6, 12])
  })

  it('is at the end of what is left when its letters were deleted', () => {
    const { ann, ben } = copies()
    const caret = sent(caretIn(ann(), 8, 8))
    ben().delete(6, 5)
    expect(caretOf(ben(), caret)).toEqual([6, 6])
  })

  it('shows in its own text only', () => {
    const { ann, ben } = copies()
    expect(caretOf(ben('note'), sent(caretIn(ann(), 3, 3)))).toBeNull()
    expect(caretOf(ben('note'), sent(caretIn(ann('note'), 0, 0)))).toEqual([0, 0])
  })

  it('waits for the letters that it is behind', () => {
    const { ann, ben, pass } = copies()
    ann().insert(11, ', how are you')
    const caret = sent(caretIn(ann(), 24, 24))
    expect(caretOf(ben(), caret)).toBeNull()
    pass()
    expect(caretOf(ben(), caret)).toEqual([24, 24])
  })

  it('is nowhere when its text was deleted, or when what was sent makes no sense', () => {
    const { ann, ben, pass } = copies()
    const text = ben()
    const caret = sent(caretIn(ann(), 3, 3))
    ann().doc?.getMap('nodes').delete('body')
    pass()
    expect(caretOf(text, caret)).toBeNull()
    const far = { item: { client: 5, clock: 9_000_000 }, assoc: -1 }
    expect(caretOf(ben('note'), { from: far, to: far })).toBeNull()
    const root = { tname: 'nodes', assoc: 0 }
    expect(caretState.safeParse({ from: root, to: root }).success).toBe(false)
    expect(
      caretState.safeParse({ from: { item: { client: -1, clock: 'x' } }, to: {} }).success,
    ).toBe(false)
  })
})
