import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import * as Y from 'yjs'
import { isSameWorkflow } from '#lib/builder/bar/same.ts'
import { WorkflowDocument } from '#lib/builder/document.ts'
import { longTexts } from '#lib/builder/document/long-texts.ts'
import { toDefinition } from '#lib/builder/document/read.ts'
import { fromDefinition } from '#lib/builder/document/write.ts'
import { differenceOf, doesTheSame, isEmpty } from '#lib/builder/versions/difference.ts'
import { restoreInto } from '#lib/builder/versions/restore.ts'
import { folded, textDifference } from '#lib/builder/versions/text-difference.ts'
import type { WorkflowDefinition } from '#lib/engine/definition/schema.ts'
import { workflowDefinition } from '#lib/engine/definition/schema.ts'

const TYPES = ['data.set_variables', 'mail.send', 'http.request', 'logic.delay']

/** Definitions of a workflow as people may have left it at two moments: some steps are in both. */
const someDefinition: fc.Arbitrary<WorkflowDefinition> = fc
  .record({
    nodes: fc.uniqueArray(
      fc.record({
        id: fc.constantFrom('a', 'b', 'c', 'd', 'e', 'f'),
        type: fc.constantFrom(...TYPES),
        title: fc.constantFrom('One', 'Two', ''),
        x: fc.constantFrom(0, 240),
        body: fc.option(fc.constantFrom('', 'Dear Ana', 'Dear Ana\nHow are you?'), {
          nil: undefined,
        }),
        list: fc.option(fc.array(fc.constantFrom('x', 'y'), { maxLength: 2 }), { nil: undefined }),
        disabled: fc.boolean(),
        note: fc.option(fc.constantFrom('Ask first', 'Done'), { nil: undefined }),
        group: fc.option(fc.constantFrom('g1', 'g2'), { nil: undefined }),
      }),
      { selector: ({ id }) => id, maxLength: 6 },
    ),
    lines: fc.uniqueArray(fc.tuple(fc.nat(5), fc.nat(5)), {
      selector: String,
      maxLength: 8,
    }),
    most: fc.option(fc.constantFrom(1, 5), { nil: undefined }),
    notes: fc.uniqueArray(
      fc.record({ id: fc.constantFrom('n1', 'n2'), text: fc.constantFrom('Hello', 'Good bye') }),
      { selector: ({ id }) => id },
    ),
  })
  .map(({ nodes, lines, most, notes }) => {
    const drawn = {
      schema: 1,
      nodes: nodes.map(({ id, type, title, x, body, list, disabled, note, group }) => ({
        ...{ id, key: `k_${id}`, type, version: 1, title, position: { x, y: 0 }, disabled },
        config: {
          ...(body === undefined ? {} : { body }),
          ...(list === undefined ? {} : { list }),
        },
        onError: 'stop',
        ...(note === undefined ? {} : { note }),
        ...(group === undefined ? {} : { group }),
      })),
      edges: lines.flatMap(([from, to]) => {
        const [source, target] = [nodes[from]?.id, nodes[to]?.id]
        return source === undefined || target === undefined
          ? []
          : [{ id: `${source}-${target}`, source, sourcePort: 'out', target, targetPort: 'in' }]
      }),
      settings: most === undefined ? {} : { maxConcurrency: most },
      notes: notes.map((one) => ({
        ...{ ...one, position: { x: 0, y: 0 }, size: { width: 200, height: 100 } },
        colour: 'yellow',
      })),
      groups: ['g1', 'g2'].map((id) => ({ id, title: id, colour: 'grey' })),
    }
    // Through a draft, as every definition that is published has come.
    const doc = new Y.Doc()
    fromDefinition(doc, workflowDefinition.parse(drawn), longTexts)
    return toDefinition(doc)
  })

const open = (definition: WorkflowDefinition): WorkflowDocument => {
  const doc = new Y.Doc()
  fromDefinition(doc, definition, longTexts)
  return new WorkflowDocument(doc, { longTexts })
}

describe('the difference of two definitions', () => {
  it('is empty between a definition and itself', () => {
    fc.assert(
      fc.property(someDefinition, (one) => {
        expect(isEmpty(differenceOf(one, structuredClone(one)))).toBe(true)
      }),
    )
  })

  it('is there exactly when the bar says that something is unpublished, whichever way one looks', () => {
    fc.assert(
      fc.property(someDefinition, someDefinition, (before, after) => {
        const isOne = doesTheSame(differenceOf(before, after))
        expect(isSameWorkflow(before, after)).toBe(isOne)
        expect(isSameWorkflow(after, before)).toBe(isOne)
      }),
    )
  })

  it('counts: what was there, less what went, and what came, is what is there', () => {
    fc.assert(
      fc.property(someDefinition, someDefinition, (before, after) => {
        const { added, removed, changed, lines } = differenceOf(before, after)
        expect(before.nodes.length - removed.length + added.length).toBe(after.nodes.length)
        expect(before.edges.length - lines.removed.length + lines.added.length).toBe(
          after.edges.length,
        )
        for (const step of changed) expect(step.before.id).toBe(step.after.id)
      }),
    )
  })

  it('read backwards, added is removed and before is after', () => {
    fc.assert(
      fc.property(someDefinition, someDefinition, (before, after) => {
        const [there, back] = [differenceOf(before, after), differenceOf(after, before)]
        expect(back.added).toEqual(there.removed)
        expect(back.lines.removed).toEqual(there.lines.added)
        const turned = back.changed.map(({ after: old, fields }) => ({
          id: old.id,
          fields: fields.map((one) => [one.name, one.after, one.before]),
        }))
        expect(turned).toHaveLength(there.changed.length)
        expect(turned).toEqual(
          expect.arrayContaining(
            there.changed.map(({ before: old, fields }) => ({
              id: old.id,
              fields: fields.map((one) => [one.name, one.before, one.after]),
            })),
          ),
        )
      }),
    )
  })

  it('a step that was only moved makes no difference to what the workflow does', () => {
    fc.assert(
      fc.property(someDefinition, (one) => {
        const nodes = one.nodes.map((node) => ({ ...node, position: { x: 7, y: 9 } }))
        const difference = differenceOf(one, { ...one, nodes })
        expect(doesTheSame(difference)).toBe(true)
        expect(difference.drawing.moved).toHaveLength(nodes.length)
      }),
    )
  })
})

describe('restoring a version', () => {
  it('leaves exactly that version in the draft, and undo brings back what was there', () => {
    fc.assert(
      fc.property(someDefinition, someDefinition, (version, before) => {
        const draft = open(before)
        restoreInto(draft, version)
        expect(isEmpty(differenceOf(version, draft.toDefinition()))).toBe(true)
        draft.undo()
        expect(isEmpty(differenceOf(before, draft.toDefinition()))).toBe(true)
        draft.redo()
        expect(isEmpty(differenceOf(version, draft.toDefinition()))).toBe(true)
      }),
    )
  })

  it('merges with what others change at that moment, into one valid workflow for all', () => {
    fc.assert(
      fc.property(
        someDefinition,
        someDefinition,
        fc.array(fc.tuple(fc.constantFrom('type', 'remove', 'add', 'line'), fc.nat(5), fc.nat(5))),
        (version, before, deeds) => {
          const mine = open(before)
          const theirs = new WorkflowDocument(new Y.Doc(), { longTexts })
          Y.applyUpdate(theirs.doc, Y.encodeStateAsUpdate(mine.doc))
          restoreInto(mine, version)
          const ids = before.nodes.map(({ id }) => id)
          for (const [deed, at, to] of deeds) act(theirs, deed, ids[at], ids[to])
          const [a, b] = [Y.encodeStateAsUpdate(mine.doc), Y.encodeStateAsUpdate(theirs.doc)]
          Y.applyUpdate(mine.doc, b, 'network')
          Y.applyUpdate(theirs.doc, a, 'network')
          expect(mine.toDefinition()).toEqual(theirs.toDefinition())
          expect(workflowDefinition.safeParse(mine.toDefinition()).success).toBe(true)
          // What is mine to undo is mine alone: what the others added stays.
          const added = theirs.toDefinition().nodes.filter(({ title }) => title === 'Theirs')
          mine.undo()
          const left = mine.toDefinition().nodes.filter(({ title }) => title === 'Theirs')
          expect(left).toHaveLength(added.length)
        },
      ),
    )
  })

  it('keeps the letters that others type into a text that the version has as well', () => {
    const drawn = (body: string): WorkflowDefinition =>
      workflowDefinition.parse({
        schema: 1,
        nodes: [
          {
            ...{ id: 'mail', key: 'mail', type: 'mail.send', version: 1, title: 'Mail' },
            ...{ position: { x: 0, y: 0 }, config: { body, subject: 'New' } },
          },
        ],
        edges: [],
        settings: {},
      })
    const mine = open(drawn('Dear Ana, see you on Friday.'))
    const theirs = new WorkflowDocument(new Y.Doc(), { longTexts })
    Y.applyUpdate(theirs.doc, Y.encodeStateAsUpdate(mine.doc))
    restoreInto(mine, drawn('Dear Ana, see you on Monday.'))
    theirs.text('mail', 'body')?.insert(28, ' Bring cake!')
    Y.applyUpdate(mine.doc, Y.encodeStateAsUpdate(theirs.doc), 'network')
    expect(mine.toDefinition().nodes[0]?.config['body']).toBe(
      'Dear Ana, see you on Monday. Bring cake!',
    )
  })
})

function act(
  draft: WorkflowDocument,
  deed: string,
  id: string | undefined,
  other: string | undefined,
): void {
  if (deed === 'add') {
    const step = { type: 'data.set_variables', version: 1, title: 'Theirs', config: {} }
    draft.addNode({ ...step, position: { x: 0, y: 0 } })
  }
  if (id === undefined) return
  if (deed === 'type') draft.setConfig(id, 'body', 'They type')
  if (deed === 'remove') draft.remove({ nodes: [id] })
  if (deed === 'line' && other !== undefined) {
    draft.connect({ source: id, sourcePort: 'out', target: other, targetPort: 'in' })
  }
}

describe('the difference of two texts', () => {
  const text = fc.array(fc.constantFrom('a', 'b', 'c', ''), { maxLength: 12 })

  it('holds both texts whole, line by line', () => {
    fc.assert(
      fc.property(text, text, (old, now) => {
        const lines = textDifference(old.join('\n'), now.join('\n'))
        const only = (left: string) => lines.filter(({ kind }) => kind !== left)
        const joined = (left: string) =>
          only(left)
            .map((line) => line.text)
            .join('\n')
        expect(joined('added')).toBe(old.join('\n'))
        expect(joined('removed')).toBe(now.join('\n'))
      }),
    )
  })

  it('tells only the lines that changed', () => {
    expect(textDifference('one\ntwo\nthree', 'one\n2\nthree\nfour')).toEqual([
      { kind: 'same', text: 'one' },
      { kind: 'removed', text: 'two' },
      { kind: 'added', text: '2' },
      { kind: 'same', text: 'three' },
      { kind: 'added', text: 'four' },
    ])
  })

  it('marks the words that differ in a line that is much the same', () => {
    const [old, now] = textDifference(
      'We send it tomorrow, {{ trigger.name }}.',
      'We send it on Monday, {{ trigger.name }}.',
    )
    const marked = [old, now].map((line) => line?.text.slice(line.mark?.from, line.mark?.to))
    expect(marked).toEqual(['tomorrow', 'on Monday'])
    expect(textDifference('one', 'other')[0]?.mark).toBeUndefined()
  })

  it('folds what stayed, but for two lines around each change', () => {
    const long = Array.from({ length: 20 }, (_, at) => `line ${at}`)
    const parts = folded(textDifference(long.join('\n'), long.with(10, 'other').join('\n')))
    expect(parts.map(({ kind, lines }) => [kind, lines.length])).toEqual([
      ['skipped', 8],
      ['lines', 6],
      ['skipped', 7],
    ])
  })

  it('is quick with texts that have nothing in common', () => {
    const lines = (word: string) => Array.from({ length: 5000 }, (_, at) => word + at).join('\n')
    expect(textDifference(lines('a'), lines('b'))).toHaveLength(10_000)
  })
})
