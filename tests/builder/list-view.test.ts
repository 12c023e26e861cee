import { describe, expect, it } from 'vitest'
import * as Y from 'yjs'
import { fromDefinition } from '#lib/builder/document/write.ts'
import { longTexts } from '#lib/builder/document/long-texts.ts'
import { ListState } from '#lib/builder/list/list-state.svelte.ts'
import { movePicks } from '#lib/builder/list/move-picks.ts'
import { menuFor } from '#lib/builder/list/row-menu.ts'
import { ViewChoice } from '#lib/builder/list/view-choice.svelte.ts'
import { Editor } from '#lib/builder/state/editor.svelte.ts'
import { registry } from '#lib/engine/index.ts'
import { draw } from '../engine/bench.ts'

const drawer = () => {
  const kept = new Map<string, string>()
  return {
    getItem: (key: string): string | null => kept.get(key) ?? null,
    setItem: (key: string, value: string): void => void kept.set(key, value),
  }
}

describe('the choice between drawing and list', () => {
  it('is remembered for each person', () => {
    const storage = drawer()
    new ViewChoice(storage, 'ann', () => false).view = 'both'
    expect(new ViewChoice(storage, 'ann', () => false).view).toBe('both')
    expect(new ViewChoice(storage, 'ben', () => false).view).toBe('canvas')
  })

  it('is the list on a phone until somebody chooses, and both never fit there', () => {
    const storage = drawer()
    new ViewChoice(storage, 'ann', () => false).view = 'both'
    const phone = new ViewChoice(storage, 'ann', () => true)
    expect(phone.view).toBe('list')
    expect(phone.offered).toEqual(['canvas', 'list'])
    phone.view = 'canvas'
    expect(new ViewChoice(storage, 'ann', () => true).view).toBe('canvas')
    expect(new ViewChoice(storage, 'ann', () => false).view).toBe('both')
  })
})

function listOf(canEdit = true): ListState {
  const doc = new Y.Doc()
  const definition = draw(
    {
      start: 'trigger.manual',
      check: 'logic.condition',
      yes: 'data.set_variables',
      no: 'data.set_variables',
      join: 'data.set_variables',
    },
    ['start -> check:true -> yes -> join', 'check:false -> no -> join'],
  )
  fromDefinition(doc, definition, longTexts)
  return new ListState(new Editor({ doc, registry, canEdit: () => canEdit }))
}

describe('moving a step by its menu', () => {
  it('offers every place in words, numbered as the list is, and says where it is now', () => {
    const { picks, at } = movePicks(listOf(), 'yes')
    expect(picks.map(({ label }) => label)).toEqual([
      'After 1. start',
      'At the same time as what follows 1. start',
      'First in “True” of 2. check',
      'First in “False” of 2. check',
      'After 4. no',
      'At the same time as what follows 4. no',
      'Before 5. join, where the ways come together',
      'After 5. join',
      'On its own, connected to nothing',
    ])
    expect(picks[at]).toMatchObject({ label: 'First in “True” of 2. check', note: 'Here now' })
  })

  it('has no places for a trigger', () => {
    expect(movePicks(listOf(), 'start').picks).toEqual([])
  })
})

const labels = (list: ListState, stop: string): string[] =>
  menuFor(list, stop, { open: () => undefined, run: () => undefined, test: null }).flatMap(
    (entry) => ('label' in entry ? [entry.label] : []),
  )

describe('the menu of a row', () => {
  it('offers to delete a step with or without what is in its ways', () => {
    expect(labels(listOf(), 'step check')).toEqual(
      expect.arrayContaining(['Delete with the 2 steps in its ways', 'Delete this step only']),
    )
    expect(labels(listOf(), 'step yes')).toContain('Delete')
  })

  it('lets a way that continues elsewhere be changed', () => {
    const list = listOf()
    const edge = list.editor.definition.edges.find(({ source }) => source === 'yes')
    expect(labels(list, `link ${edge?.id}`)).toEqual([
      'Go there',
      'Add a step before it continues…',
      'Continue elsewhere…',
      'Don’t continue there',
    ])
  })

  it('offers only to look, to copy and to run to those who may not change anything', () => {
    expect(labels(listOf(false), 'step check')).toEqual([
      'Open',
      'Run the workflow…',
      'Hide the steps in its ways',
      'Hide “True”',
      'Hide “False”',
      'Copy',
    ])
  })
})
