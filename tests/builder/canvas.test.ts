import fc from 'fast-check'
import { beforeEach, describe, expect, it } from 'vitest'
import * as Y from 'yjs'
import { aligned, around, distributed } from '#lib/builder/canvas/align.ts'
import { framesOf, regrouped } from '#lib/builder/canvas/groups/frames.ts'
import { inline, parseMarkdown } from '#lib/builder/canvas/notes/markdown.ts'
import { tidyLayout } from '#lib/builder/canvas/tidy.ts'
import { groupThings } from '#lib/builder/document/groups.ts'
import { cardOf, CARD } from '#lib/builder/state/card.ts'
import { Editor } from '#lib/builder/state/editor.svelte.ts'
import { insertIntoEdge, isLoose, linesFor } from '#lib/builder/state/rewiring.ts'
import { registry, type NodeType } from '#lib/engine/index.ts'

const box = (id: string, x: number, y: number, width = 200, height = 60) => ({
  ...{ id, x, y, width, height },
})

describe('lining up', () => {
  const boxes = [box('a', 0, 0), box('b', 300, 100, 100), box('c', 900, 40)]

  it('puts edges or middles at those of all of them together', () => {
    expect(aligned(boxes, 'left').get('c')).toEqual({ x: 0, y: 40 })
    expect(aligned(boxes, 'right').get('b')).toEqual({ x: 1000, y: 100 })
    expect(aligned(boxes, 'bottom').get('a')).toEqual({ x: 0, y: 100 })
    expect(aligned(boxes, 'middle').get('b')).toEqual({ x: 300, y: 50 })
  })

  it('makes gaps the same, and leaves the outermost where they are', () => {
    const places = distributed(boxes, 'across')
    expect([places.get('a')?.x, places.get('b')?.x, places.get('c')?.x]).toEqual([0, 500, 900])
    expect(distributed(boxes.slice(0, 2), 'across').size).toBe(0)
  })
})

describe('tidying up round what was placed by hand', () => {
  const chain = ['a', 'b', 'c', 'd']
  const edges = [1, 2, 3].map((index) => ({
    source: chain[index - 1] ?? '',
    target: chain[index] ?? '',
  }))

  it('leaves that where it is, and puts the others where they belong beside it', () => {
    const nodes = [box('a', 0, 0), box('b', 2000, 900), box('c', 50, 60), box('d', 10, 10)]
    const places = tidyLayout(nodes, edges, new Set(['b']))
    expect(places.has('b')).toBe(false)
    expect(places.get('a')?.x).toBeLessThan(2000)
    expect(places.get('c')?.x).toBeGreaterThan(2200)
    expect(places.get('d')?.x).toBeGreaterThan(places.get('c')?.x ?? Infinity)
  })

  it('keeps what stands in one frame together, and never fails', () => {
    const nodes = fc.array(fc.record({ group: fc.constantFrom(undefined, 'g', 'h') }), {
      minLength: 1,
      maxLength: 14,
    })
    const links = fc.array(fc.tuple(fc.nat(13), fc.nat(13)), { maxLength: 25 })
    fc.assert(
      fc.property(nodes, links, (things, lines) => {
        const all = things.map(({ group }, index) => ({ ...box(`n${index}`, 0, 0), group }))
        const known = lines.map(([from, to]) => ({ source: `n${from}`, target: `n${to}` }))
        const places = tidyLayout(all, known)
        expect(places.size).toBe(all.length)
        for (const { x, y } of places.values()) expect(Number.isFinite(x + y)).toBe(true)
      }),
      { numRuns: 60 },
    )
  })
})

describe('notes in Markdown', () => {
  it('know titles, lists, boxes to tick, quotes, code and lines', () => {
    const kinds = parseMarkdown(
      '# A\ntext\nmore\n\n- [x] one\n- two\n\n1. a\n> q\n\n```\nx\n```\n---',
    )
    expect(kinds.map(({ kind }) => kind)).toEqual([
      ...['heading', 'paragraph', 'list', 'list', 'quote', 'code', 'line'],
    ])
    expect(kinds[2]).toMatchObject({ ordered: false, items: [{ done: true }, {}] })
  })

  it('know marks within lines, also inside of each other', () => {
    expect(inline('a **b _c_** `d`')).toEqual([
      { kind: 'text', text: 'a ' },
      {
        kind: 'strong',
        parts: [
          { kind: 'text', text: 'b ' },
          { kind: 'emphasis', parts: [{ kind: 'text', text: 'c' }] },
        ],
      },
      { kind: 'text', text: ' ' },
      { kind: 'code', text: 'd' },
    ])
  })

  it('link only to pages and mailboxes; HTML stays text', () => {
    expect(inline('[x](javascript:alert(1))').some(({ kind }) => kind === 'link')).toBe(false)
    expect(inline('[x](https://example.com)')).toMatchObject([{ href: 'https://example.com/' }])
    expect(inline('see https://example.com.')).toMatchObject([
      { text: 'see ' },
      { href: 'https://example.com/' },
      { text: '.' },
    ])
    expect(inline('<b>x</b>')).toEqual([{ kind: 'text', text: '<b>x</b>' }])
  })

  it('read any text, however strange or long, at once', () => {
    fc.assert(fc.property(fc.string(), (text) => void parseMarkdown(text)))
    const start = performance.now()
    parseMarkdown('**'.repeat(10_000))
    parseMarkdown(Array.from({ length: 200 }, () => '*a _b [c]('.repeat(10)).join('\n'))
    expect(performance.now() - start).toBeLessThan(2000)
  })
})

describe('a step’s card', () => {
  it('has its ports where lines begin and end, and grows with them', () => {
    const single = cardOf(
      { inputs: [{ name: 'in', label: '' }], outputs: [{ name: 'out', label: '' }] },
      false,
    )
    expect(single.height).toBe(CARD.head + 2)
    expect(single.handles?.map(({ y, height = 0 }) => y + height / 2)).toEqual([33, 33])
    const two = { name: 'true', label: 'True' }
    const branching = cardOf({ inputs: [], outputs: [two, { ...two, name: 'false' }] }, true)
    expect(branching.handles).toHaveLength(2)
    expect(branching.height).toBe(CARD.head + 2 + 9 + 2 * CARD.port + CARD.note)
  })
})

const type = (name: string): NodeType => {
  const found = registry.get(name)
  if (!found) throw new Error(name)
  return found
}

let editor: Editor
const settled = () => new Promise((resolve) => setTimeout(resolve, 0))

async function add(name: string, where: Parameters<Editor['addStep']>[1]): Promise<string> {
  const id = editor.addStep(type(name), where)
  if (id === null) throw new Error('nothing was added')
  await settled()
  return id
}

beforeEach(() => {
  editor = new Editor({ doc: new Y.Doc(), registry, canEdit: () => true })
})

const pairs = (): string[] =>
  editor.definition.edges.map(({ source, target }) => `${source}>${target}`).toSorted()

describe('moving a step into a line', () => {
  it('joins what was around it, and undoes as one', async () => {
    const hook = await add('trigger.webhook', { at: { x: 0, y: 0 } })
    const a = await add('mail.send', { from: { node: hook, port: 'out' } })
    const b = await add('mail.send', { from: { node: a, port: 'out' } })
    const c = await add('mail.send', { from: { node: b, port: 'out' } })
    const before = pairs()
    const edge = editor.definition.edges.find(({ source }) => source === b)
    if (!edge) throw new Error('no edge')
    expect(isLoose(editor, a)).toBe(false)
    insertIntoEdge(editor, a, edge)
    await settled()
    expect(pairs()).toEqual([`${hook}>${b}`, `${b}>${a}`, `${a}>${c}`].toSorted())
    editor.undo()
    await settled()
    expect(pairs()).toEqual(before)
  })

  it('never makes a circle, and a trigger fits into no line', async () => {
    const hook = await add('trigger.webhook', { at: { x: 0, y: 0 } })
    const branch = await add('logic.condition', { from: { node: hook, port: 'out' } })
    const last = await add('mail.send', { from: { node: branch, port: 'false' } })
    const end = await add('mail.send', { from: { node: last, port: 'out' } })
    const other = await add('mail.send', { from: { node: branch, port: 'true' } })
    const edge = editor.definition.edges.find(({ target }) => target === end)
    if (!edge) throw new Error('no edge')
    expect(linesFor(editor, hook)).toEqual([])
    insertIntoEdge(editor, branch, edge)
    await settled()
    expect(pairs()).toEqual(
      [`${hook}>${last}`, `${last}>${branch}`, `${branch}>${end}`, `${branch}>${other}`].toSorted(),
    )
    const again = editor.definition.edges.find(({ source }) => source === hook)
    if (!again) throw new Error('no edge')
    insertIntoEdge(editor, end, again)
    await settled()
    insertIntoEdge(
      editor,
      last,
      editor.definition.edges.find(({ source }) => source === end) ?? again,
    )
    await settled()
    expect(editor.problems.errors.filter(({ code }) => code.includes('cycle'))).toEqual([])
  })
})

describe('frames', () => {
  it('surround what stands in them; what is dragged out leaves, what is dragged in joins', async () => {
    const a = await add('mail.send', { at: { x: 0, y: 0 } })
    const b = await add('mail.send', { at: { x: 400, y: 0 } })
    const c = await add('mail.send', { at: { x: 2000, y: 0 } })
    const group = groupThings(editor.document, [a, b], { title: 'G', colour: 'red' })
    await settled()
    const groups = editor.definition.groups ?? []
    const drawn = (moved: Record<string, number>) =>
      editor.canvas.nodes.map((node) =>
        node.id in moved
          ? { ...node, dragging: true, position: { x: moved[node.id] ?? 0, y: 0 } }
          : node,
      )
    const whole = around(editor.canvas.boxes().filter(({ id }) => id !== c))
    const [frame] = framesOf(groups, editor.canvas.nodes)
    expect(frame?.x).toBeLessThan(whole?.x ?? 0)
    expect(frame?.width).toBeGreaterThan(whole?.width ?? 0)
    const out = drawn({ [b]: 3000 })
    const dropped = (things: typeof out) => things.filter(({ dragging }) => dragging)
    expect(regrouped(dropped(out), framesOf(groups, out))).toEqual([{ id: b, group: undefined }])
    const into = drawn({ [c]: 40 })
    expect(regrouped(dropped(into), framesOf(groups, into))).toEqual([{ id: c, group }])
    const together = drawn({ [a]: 500, [b]: 900 })
    expect(regrouped(dropped(together), framesOf(groups, together))).toEqual([])
  })
})
