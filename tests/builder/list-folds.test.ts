import { describe, expect, it } from 'vitest'
import * as Y from 'yjs'
import { fromDefinition } from '#lib/builder/document/write.ts'
import { longTexts } from '#lib/builder/document/long-texts.ts'
import { stepsIn, waysAround, waysOf } from '#lib/builder/list/folds.svelte.ts'
import { listKey } from '#lib/builder/list/keys.ts'
import { ListState } from '#lib/builder/list/list-state.svelte.ts'
import { menuFor } from '#lib/builder/list/row-menu.ts'
import { Editor } from '#lib/builder/state/editor.svelte.ts'
import { registry } from '#lib/engine/index.ts'
import { draw } from '../engine/bench.ts'

const definition = draw(
  {
    start: 'trigger.manual',
    check: 'logic.condition',
    yes: 'data.set_variables',
    each: 'logic.for_each',
    inner: 'data.set_variables',
    no: 'data.set_variables',
    join: 'data.set_variables',
  },
  [
    'start -> check:true -> yes -> each:each -> inner',
    'each:done -> join',
    'check:false -> no -> join',
  ],
)

function editorOf(canEdit = true): Editor {
  const doc = new Y.Doc()
  fromDefinition(doc, definition, longTexts)
  return new Editor({ doc, registry, canEdit: () => canEdit })
}

const listOf = (canEdit = true): ListState => new ListState(editorOf(canEdit))
const way = (list: ListState, key: string) => {
  const found = waysOf(list.outline).find((one) => one.key === key)
  if (!found) throw new Error(`There is no way ${key}.`)
  return found
}

/** A key on a row, as far as the list looks at it: its target knows only its own stop. */
function press(list: ListState, key: string, stop: string): boolean {
  const target = {
    closest: () => null,
    getAttribute: () => stop,
  }
  const event = { key, target, shiftKey: false, altKey: false, ctrlKey: false, metaKey: false }
  return listKey(list, event as unknown as KeyboardEvent, false) // all that is read of it
}
globalThis.Element ??= Object as unknown as typeof Element // there is no document here

describe('ways that are folded away', () => {
  it('hold all steps in them, with those in their own ways', () => {
    const list = listOf()
    expect(stepsIn(way(list, 'check true')).map(({ id }) => id)).toEqual(['yes', 'each', 'inner'])
    expect(waysAround(list.outline, 'inner').map(({ key }) => key)).toEqual([
      'check true',
      'each each',
    ])
  })

  it('stay folded when the list was away, for this page only', () => {
    const editor = editorOf()
    const before = new ListState(editor)
    before.fold(way(before, 'check true'))
    const after = new ListState(editor)
    expect(after.folds.isClosed(way(after, 'check true'))).toBe(true)
    expect(listOf().folds.areThere).toBe(false)
  })

  it('say how many steps they hide and show', () => {
    const list = listOf()
    list.fold(way(list, 'check true'))
    expect(list.editor.announcement).toContain('3 steps are hidden now.')
    list.fold(way(list, 'check true'))
    expect(list.editor.announcement).toContain('3 steps are shown again.')
  })

  it('open for a step that is gone to', async () => {
    const list = listOf()
    list.foldAll(true)
    expect(list.isHidden('inner')).toBe(true)
    await list.focus('step inner')
    expect(list.isHidden('inner')).toBe(false)
    expect(list.isHidden('no')).toBe(true)
  })
})

describe('folding by key, as in a tree', () => {
  it('Left folds a step’s ways, and then goes to the step around', () => {
    const list = listOf()
    expect(press(list, 'ArrowLeft', 'step each')).toBe(true)
    expect(list.isHidden('inner')).toBe(true)
    expect(list.active).toBe(null)
    press(list, 'ArrowLeft', 'step each')
    expect(list.active).toBe('step check')
  })

  it('Right unfolds them, and then goes to the first step within', () => {
    const list = listOf()
    list.foldAll(true)
    press(list, 'ArrowRight', 'step check')
    expect(list.isHidden('yes')).toBe(false)
    expect(list.active).toBe(null)
    press(list, 'ArrowRight', 'step check')
    expect(list.active).toBe('step yes')
  })

  it('on the name of a folded way, Right shows its first step and Left goes to its step', () => {
    const list = listOf()
    list.foldAll(true)
    press(list, 'ArrowRight', 'way check false')
    expect(list.active).toBe('step no')
    press(list, 'ArrowLeft', 'way check true')
    expect(list.active).toBe('step check')
  })
})

describe('the menu of a step with ways', () => {
  const labels = (list: ListState, id: string): string[] =>
    menuFor(list, `step ${id}`, { open: () => undefined, run: null, test: null }).flatMap(
      (entry) => ('label' in entry ? [entry.label] : []),
    )

  it('hides and shows all of them, and each', () => {
    const list = listOf()
    expect(labels(list, 'check')).toEqual(
      expect.arrayContaining(['Hide the steps in its ways', 'Hide “True”', 'Hide “False”']),
    )
    list.fold(way(list, 'check true'))
    expect(labels(list, 'check')).toEqual(
      expect.arrayContaining(['Show the steps in its ways', 'Show “True”', 'Hide “False”']),
    )
    expect(labels(list, 'yes')).not.toContain('Hide the steps in its ways')
  })

  it('gives viewers what only looks, and copying', () => {
    expect(labels(listOf(false), 'check')).toEqual([
      'Open',
      'Hide the steps in its ways',
      'Hide “True”',
      'Hide “False”',
      'Copy',
    ])
  })
})

describe('pasting behind a step', () => {
  const copied = (ids: string[]): string => editorOf().document.copy(new Set(ids))
  const lines = (list: ListState): string[] =>
    list.editor.document
      .toDefinition()
      .edges.map(
        ({ source, target }) =>
          `${list.editor.document.toNode(source)?.title} -> ${list.editor.document.toNode(target)?.title}`,
      )

  it('puts one step, or a chain, between it and what came next', () => {
    const list = listOf()
    expect(list.deeds.pasteBehind('no', copied(['yes', 'each', 'inner']))).toBe(null)
    expect(lines(list)).toEqual(
      expect.arrayContaining([
        'no -> yes 2',
        'yes 2 -> each 2',
        'each 2 -> inner 2',
        'each 2 -> join',
      ]),
    )
    expect(lines(list)).not.toContain('no -> join')
  })

  it('leaves several beginnings, and triggers, unconnected', () => {
    const list = listOf()
    const before = lines(list).length
    expect(list.deeds.pasteBehind('no', copied(['yes', 'join']))).toBe(null)
    expect(list.deeds.pasteBehind('no', copied(['start']))).toBe(null)
    expect(lines(list).length).toBe(before)
  })

  it('tells what cannot be pasted, and changes nothing for viewers', () => {
    expect(listOf().deeds.pasteBehind('no', 'good morning')).toBe('strange')
    expect(listOf(false).deeds.pasteBehind('no', copied(['yes']))).toBe('viewer')
  })
})
