import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import * as Y from 'yjs'
import { isSameWorkflow } from '#lib/builder/bar/same.ts'
import { WorkflowDocument } from '#lib/builder/document.ts'
import { readClipping } from '#lib/builder/document/clipboard.ts'
import {
  colourGroup,
  groupThings,
  nameGroup,
  putIntoGroup,
  ungroup,
} from '#lib/builder/document/groups.ts'
import { addNote, colourNotes, resizeNote, writeNote } from '#lib/builder/document/notes.ts'
import { toDefinition } from '#lib/builder/document/read.ts'
import { groupsOf, nodeMap, notesOf } from '#lib/builder/document/shape.ts'
import { fromDefinition } from '#lib/builder/document/write.ts'
import { workflowDefinition } from '#lib/engine/definition/schema.ts'

const longTexts = (): string[] => []

function open(doc = new Y.Doc()): WorkflowDocument {
  let count = 0
  return new WorkflowDocument(doc, { longTexts, makeId: () => `n${doc.clientID}_${(count += 1)}` })
}

const add = (draft: WorkflowDocument, title: string): string =>
  draft.addNode({ type: 'data.set', version: 1, title, position: { x: 0, y: 0 }, config: {} })

/** The ids of what was pasted; the test ends when nothing was. */
function pasted(draft: WorkflowDocument, text: string): string[] {
  const ids = draft.paste(text, { x: 500, y: 0 })
  if (typeof ids === 'string') throw new Error(ids)
  return ids
}

function sync(a: Y.Doc, b: Y.Doc): void {
  const forB = Y.encodeStateAsUpdate(a, Y.encodeStateVector(b))
  const forA = Y.encodeStateAsUpdate(b, Y.encodeStateVector(a))
  Y.applyUpdate(b, forB, 'network')
  Y.applyUpdate(a, forA, 'network')
}

const frame = { title: 'Intake', colour: 'blue' } as const

describe('notes and groups', () => {
  it('are part of a version like positions are, and come back with it', () => {
    const draft = open()
    const [a, b] = [add(draft, 'A'), add(draft, 'B')]
    const note = addNote(draft, { x: 5, y: 6 }, '# Mind the gap')
    colourNotes(draft, [note], 'green')
    resizeNote(draft, note, { x: 1, y: 2, width: 300.4, height: 90 })
    const group = groupThings(draft, [a, b, note], frame)
    const definition = draft.toDefinition()
    expect(definition.groups).toEqual([{ id: group, ...frame }])
    expect(definition.notes).toMatchObject([
      { text: '# Mind the gap', colour: 'green', position: { x: 1, y: 2 }, group },
    ])
    expect(definition.nodes.map((node) => node.group)).toEqual([group, group])
    const copy = new Y.Doc()
    fromDefinition(copy, workflowDefinition.parse(definition), longTexts)
    expect(toDefinition(copy)).toEqual(definition)
  })

  it('change nothing of what a workflow does: there is nothing to publish', () => {
    const draft = open()
    const node = add(draft, 'A')
    const before = draft.toDefinition()
    addNote(draft, { x: 0, y: 0 }, 'Hello')
    groupThings(draft, [node], frame)
    expect(isSameWorkflow(before, draft.toDefinition())).toBe(true)
  })

  it('a frame that nothing stands in any more goes, and comes back with what stood in it', () => {
    const draft = open()
    const [a, b] = [add(draft, 'A'), add(draft, 'B')]
    const group = groupThings(draft, [a], frame)
    const other = groupThings(draft, [a, b], { ...frame, title: 'Other' })
    expect(draft.toDefinition().groups?.map(({ id }) => id)).toEqual([other])
    draft.undo()
    expect(draft.toDefinition().groups?.map(({ id }) => id)).toEqual([group])
    draft.remove({ nodes: [a] })
    expect(draft.toDefinition().groups).toBeUndefined()
    draft.undo()
    expect(draft.toDefinition().groups).toHaveLength(1)
    putIntoGroup(draft, [a], undefined)
    expect(draft.toDefinition().groups).toBeUndefined()
  })

  it('taking a frame away leaves what stood in it, and undoes as one', () => {
    const draft = open()
    const [a, b] = [add(draft, 'A'), add(draft, 'B')]
    const group = groupThings(draft, [a, b], frame)
    const before = draft.toDefinition()
    ungroup(draft, group)
    expect(draft.toDefinition()).toMatchObject({ nodes: [{ title: 'A' }, { title: 'B' }] })
    expect(draft.toDefinition().groups).toBeUndefined()
    draft.undo()
    expect(draft.toDefinition()).toEqual(before)
  })

  it('letters that two people write into one note at once are all kept; undo takes one’s own', () => {
    const [ana, ben] = [open(), open()]
    const note = addNote(ana, { x: 0, y: 0 }, 'tea')
    sync(ana.doc, ben.doc)
    writeNote(ana, note, 'green tea')
    writeNote(ben, note, 'tea time')
    sync(ana.doc, ben.doc)
    expect(ana.toDefinition().notes?.[0]?.text).toBe('green tea time')
    ben.undo()
    expect(ben.toDefinition().notes?.[0]?.text).toBe('green tea')
  })

  it('a step that one moves into a frame while another takes the frame away stands in none', () => {
    const [ana, ben] = [open(), open()]
    const [a, b] = [add(ana, 'A'), add(ana, 'B')]
    const group = groupThings(ana, [a], frame)
    sync(ana.doc, ben.doc)
    ungroup(ana, group)
    putIntoGroup(ben, [b], group)
    sync(ana.doc, ben.doc)
    expect(ana.toDefinition()).toEqual(ben.toDefinition())
    expect(ana.toDefinition().groups).toBeUndefined()
    expect(ana.toDefinition().nodes.every((node) => node.group === undefined)).toBe(true)
  })

  it('what was placed by hand is remembered until it is laid out', () => {
    const draft = open()
    const id = add(draft, 'A')
    draft.moveNodes(new Map([[id, { x: 9, y: 9 }]]), 'hand')
    expect(nodeMap(draft.doc, id)?.get('placed')).toBe(true)
    draft.moveNodes(new Map([[id, { x: 0, y: 0 }]]))
    expect(nodeMap(draft.doc, id)?.has('placed')).toBe(false)
  })
})

describe('the clipboard’s text', () => {
  it('says in words what it holds, and brings notes, frames and lines into another workflow', () => {
    const [here, there] = [open(), open()]
    const [a, b] = [add(here, 'Ask'), add(here, 'Answer')]
    here.connect({ source: a, sourcePort: 'yes', target: b, targetPort: 'in' })
    const note = addNote(here, { x: 0, y: 90 }, 'Why')
    groupThings(here, [a, note], frame)
    const text = here.copy(new Set([a, b, note]))
    expect(text).toContain('- Ask → Answer (yes) [Intake]')
    expect(text).toContain('```json')
    const ids = pasted(there, `Look at this:\n\n${text}\nThanks!`)
    const definition = there.toDefinition()
    expect(ids).toHaveLength(3)
    expect(definition.edges).toHaveLength(1)
    expect(definition.groups).toMatchObject([frame])
    expect(definition.nodes.map((node) => node.group !== undefined)).toContain(true)
    expect(definition.notes?.[0]?.group).toBe(definition.groups?.[0]?.id)
    there.undo()
    expect(there.toDefinition().nodes).toEqual([])
    expect(there.toDefinition().notes).toBeUndefined()
  })

  it('pastes out of a quoted message, and what an older Weft copied', () => {
    const draft = open()
    const text = draft.copy(new Set([add(draft, 'A')]))
    expect(pasted(draft, text.replace(/^/gm, '> '))).toHaveLength(1)
    const { nodes, edges } = draft.toDefinition()
    expect(pasted(draft, JSON.stringify({ weft: 1, nodes, edges }))).toHaveLength(2)
  })

  it('tells what is wrong with what can’t be pasted', () => {
    const draft = open()
    const text = draft.copy(new Set([add(draft, 'A')]))
    expect(readClipping('')).toBe('empty')
    expect(readClipping('{"nodes": []}')).toBe('empty')
    expect(readClipping('good morning')).toBe('strange')
    expect(readClipping('{"a": 1}')).toBe('strange')
    expect(readClipping(text.slice(0, -60))).toBe('broken')
    expect(readClipping(text.replace('"nodes": [', '"nodes": [7,'))).toBe('broken')
    expect(readClipping('{"weft": 9, "things": []}')).toBe('newer')
  })

  it('never fails on any text', () => {
    const text = fc.oneof(
      fc.string(),
      fc.json(),
      fc.json().map((data) => `{"weft":2,"nodes":${data}}`),
    )
    fc.assert(
      fc.property(text, (garbage) => {
        readClipping(garbage)
      }),
    )
  })
})

const act = fc.record({
  who: fc.nat(1),
  what: fc.constantFrom(
    ...(['step', 'note', 'group', 'into', 'out', 'ungroup', 'write', 'name'] as const),
    ...(['colour', 'remove', 'copy', 'undo', 'redo', 'sync'] as const),
  ),
  a: fc.nat(30),
  b: fc.nat(30),
})

type Act = typeof act extends fc.Arbitrary<infer Value> ? Value : never

function perform([ana, ben]: [WorkflowDocument, WorkflowDocument], { who, what, a, b }: Act): void {
  const me = who === 0 ? ana : ben
  const { nodes, notes = [], groups = [] } = me.toDefinition()
  const ids = [...nodes, ...notes].map(({ id }): string => id)
  const first = ids[a % (ids.length || 1)] ?? 'nobody'
  const second = ids[b % (ids.length || 1)] ?? 'nobody'
  const note = notes[a % (notes.length || 1)]?.id ?? 'nobody'
  const group = groups[b % (groups.length || 1)]?.id ?? 'nobody'
  const acts: Record<Act['what'], () => unknown> = {
    step: () => add(me, 'Step'),
    note: () => addNote(me, { x: a, y: b }, 'Hello'),
    group: () => groupThings(me, [first, second], frame),
    into: () => putIntoGroup(me, [first], group),
    out: () => putIntoGroup(me, [first], undefined),
    ungroup: () => ungroup(me, group),
    write: () => writeNote(me, note, `text ${b}`),
    name: () => nameGroup(me, group, `name ${a}`),
    colour: () => colourGroup(me, group, 'red'),
    remove: () => me.remove({ nodes: [first], notes: [first] }),
    copy: () => me.duplicate(new Set([first, second])),
    undo: () => me.undo(),
    redo: () => me.redo(),
    sync: () => sync(ana.doc, ben.doc),
  }
  acts[what]()
}

describe('whatever two people do to notes and groups at once', () => {
  it('both end with the same valid drawing, and nothing stands in a frame that isn’t there', () => {
    fc.assert(
      fc.property(fc.array(act, { minLength: 1, maxLength: 50 }), (acts) => {
        const people: [WorkflowDocument, WorkflowDocument] = [open(), open()]
        for (const one of acts) {
          perform(people, one)
          for (const { doc } of people) workflowDefinition.parse(toDefinition(doc))
        }
        sync(people[0].doc, people[1].doc)
        const draft = people[0].toDefinition()
        expect(people[1].toDefinition()).toEqual(draft)
        const groups = new Set(draft.groups?.map(({ id }) => id))
        const inside = [...draft.nodes, ...(draft.notes ?? [])].flatMap(({ group }) => group ?? [])
        expect(new Set(inside)).toEqual(groups)
      }),
      { numRuns: 150 },
    )
  })

  it('rubbish that a strange client writes never breaks the definition', () => {
    const names = fc.constantFrom('text', 'x', 'width', 'colour', 'group', 'title')
    const rubbish = fc.oneof(fc.string(), fc.double(), fc.boolean(), fc.constant(null), fc.object())
    fc.assert(
      fc.property(fc.array(fc.tuple(fc.string(), names, rubbish)), rubbish, (writes, thing) => {
        const doc = new Y.Doc()
        for (const [id, name, value] of writes) {
          notesOf(doc).set(id, new Y.Map([[name, value]]))
          groupsOf(doc).set(id, new Y.Map([[name, value]]))
        }
        notesOf(doc).set('note', thing)
        groupsOf(doc).set('group', thing)
        workflowDefinition.parse(toDefinition(doc))
      }),
    )
  })
})
