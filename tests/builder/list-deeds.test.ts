import fc from 'fast-check'
import { beforeEach, describe, expect, it } from 'vitest'
import * as Y from 'yjs'
import { fromDefinition } from '#lib/builder/document/write.ts'
import { longTexts } from '#lib/builder/document/long-texts.ts'
import { Deeds } from '#lib/builder/list/deeds.ts'
import type { Place } from '#lib/builder/list/places.ts'
import { Editor } from '#lib/builder/state/editor.svelte.ts'
import { readGraph } from '#lib/engine/plan/graph.ts'
import {
  registry,
  workflowDefinition,
  type NodeType,
  type WorkflowDefinition,
} from '#lib/engine/index.ts'
import { draw, type Drawn } from '../engine/bench.ts'
import { workflows } from '../engine/random-workflow.ts'

const type = (name: string): NodeType => {
  const found = registry.get(name)
  if (!found) throw new Error(name)
  return found
}

/** One person at the list of a draft. */
class Person {
  readonly editor: Editor
  readonly deeds: Deeds

  constructor(doc: Y.Doc) {
    this.editor = new Editor({ doc, registry, canEdit: () => true })
    this.deeds = new Deeds(this.editor)
  }

  /** Lines as `a:port>b`, sorted. */
  get lines(): string[] {
    return this.editor.definition.edges
      .map(({ source, sourcePort, target }) =>
        sourcePort === 'out' ? `${source}>${target}` : `${source}:${sourcePort}>${target}`,
      )
      .toSorted()
  }

  get order(): string[] {
    return this.deeds.reading.outline.order.map(({ id }) => id)
  }
}

/** What the document tells reaches the list a moment later. */
const settled = () => new Promise((resolve) => setTimeout(resolve, 0))

const docOf = (definition: WorkflowDefinition): Y.Doc => {
  const doc = new Y.Doc()
  fromDefinition(doc, definition, longTexts)
  return doc
}

const set = 'data.set_variables'
const check: Drawn = { type: 'logic.condition' }
let ann: Person

/** Two ways that come together, and a step behind. */
const parted = (): WorkflowDefinition =>
  draw({ start: 'trigger.manual', a: set, check, yes: set, no: set, join: set, last: set }, [
    'start -> a -> check:true -> yes -> join -> last',
    'check:false -> no -> join',
  ])

beforeEach(() => {
  ann = new Person(docOf(parted()))
})

async function add(name: string, place: Place): Promise<string> {
  const id = ann.deeds.add(type(name), place)
  if (id === null) throw new Error('nothing was added')
  await settled()
  return id
}

describe('adding a step at a place of the list', () => {
  it('after a step it stands between that one and the next', async () => {
    const id = await add('mail.send', { kind: 'after', node: 'a', port: 'out' })
    expect(ann.lines).toEqual(expect.arrayContaining([`a>${id}`, `${id}>check`]))
    expect(ann.lines).not.toContain('a>check')
    expect(ann.editor.inspected?.id).toBe(id)
    expect(ann.editor.isFresh(id)).toBe(true)
  })

  it('before a join all ways come together at it first', async () => {
    const id = await add('mail.send', { kind: 'before', node: 'join' })
    expect(ann.lines).toEqual(
      expect.arrayContaining([`no>${id}`, `yes>${id}`, `${id}>join`, 'join>last']),
    )
    expect(ann.lines).toHaveLength(8)
  })

  it('beside what follows a step it starts at the same time', async () => {
    const id = await add('mail.send', { kind: 'beside', node: 'a', port: 'out' })
    expect(ann.lines).toEqual(expect.arrayContaining([`a>${id}`, 'a>check']))
  })

  it('behind a step whose ways end, all of them come together at it', async () => {
    ann = new Person(
      docOf(draw({ start: 'trigger.manual', check, yes: set }, ['start -> check:true -> yes'])),
    )
    const id = await add('mail.send', { kind: 'behind', node: 'check' })
    expect(ann.lines).toEqual(expect.arrayContaining([`check:false>${id}`, `yes>${id}`]))
    expect(ann.order).toEqual(['start', 'check', 'yes', id])
  })

  it('without a way out it ends the way; what followed is shown as not connected', async () => {
    const id = await add('logic.stop', { kind: 'after', node: 'join', port: 'out' })
    expect(ann.lines).toContain(`join>${id}`)
    expect(ann.deeds.reading.outline.loose.map((item) => item.id)).toEqual(['last'])
  })

  it('is one change: undone at once', async () => {
    const before = ann.editor.definition
    await add('mail.send', { kind: 'before', node: 'join' })
    ann.editor.undo()
    await settled()
    expect(ann.editor.definition).toEqual(before)
  })
})

describe('moving a step', () => {
  it('closes the place it leaves and opens the one it goes to', async () => {
    expect(ann.deeds.move('a', { kind: 'after', node: 'check', port: 'false' })).toBe(true)
    await settled()
    expect(ann.order).toEqual(['start', 'check', 'yes', 'a', 'no', 'join', 'last'])
    expect(ann.lines).toEqual(
      [
        'start>check',
        'check:true>yes',
        'yes>join',
        'check:false>a',
        'a>no',
        'no>join',
        'join>last',
      ].toSorted(),
    )
  })

  it('takes along what is indented below it', async () => {
    expect(ann.deeds.move('check', { kind: 'after', node: 'join', port: 'out' })).toBe(true)
    await settled()
    expect(ann.order).toEqual(['start', 'a', 'join', 'check', 'yes', 'no', 'last'])
    expect(ann.lines).toEqual(
      [
        'start>a',
        'a>join',
        'join>check',
        'check:true>yes',
        'check:false>no',
        'yes>last',
        'no>last',
      ].toSorted(),
    )
  })

  it('goes one place down or up at a time, through all ways, and says where it is', async () => {
    const seen: string[] = []
    while (ann.deeds.step('a', 1)) {
      await settled()
      seen.push(ann.order.join(' '))
    }
    expect(seen).toEqual([
      'start check a yes no join last', // in the first way
      'start check yes a no join last', // at its end
      'start check yes a no join last', // in the second way
      'start check yes no a join last', // at its end
      'start check yes no a join last', // behind both
      'start check yes no join a last',
      'start check yes no join last a',
    ])
    expect(ann.editor.announcement).toBe('It can’t go further down.')
    while (ann.deeds.step('a', -1)) await settled()
    expect(ann.order).toEqual(['start', 'a', 'check', 'yes', 'no', 'join', 'last'])
    expect(ann.lines).toEqual(new Person(docOf(parted())).lines)
  })

  it('never goes into its own ways', () => {
    expect(ann.deeds.move('check', { kind: 'after', node: 'yes', port: 'out' })).toBe(false)
  })

  it('a trigger changes places with the next one', async () => {
    ann = new Person(
      docOf(
        draw({ one: 'trigger.manual', two: 'trigger.webhook', a: set }, ['one -> a', 'two -> a']),
      ),
    )
    const [first] = ann.order
    expect(ann.deeds.step(first ?? '', 1)).toBe(true)
    await settled()
    expect(ann.order[1]).toBe(first)
  })
})

describe('deleting, duplicating and connecting', () => {
  it('deleting lets what was before lead on to what was behind', async () => {
    expect(ann.deeds.remove('a')).toMatchObject({ count: 1 })
    await settled()
    expect(ann.lines).toContain('start>check')
  })

  it('deleting a step with ways deletes what is in them, and undoes as one', async () => {
    const before = ann.lines
    expect(ann.deeds.remove('check')).toMatchObject({ count: 3 })
    await settled()
    expect(ann.lines).toEqual(['a>join', 'join>last', 'start>a'])
    ann.editor.undo()
    await settled()
    expect(ann.lines).toEqual(before)
  })

  it('deleting the step only leaves what its ways led to, not connected', async () => {
    ann.deeds.removeOnly('check')
    await settled()
    expect(ann.deeds.reading.outline.main.map(({ id }) => id)).toEqual(['start', 'a'])
    expect(ann.order.slice(2).toSorted()).toEqual(['join', 'last', 'no', 'yes'])
  })

  it('a copy stands behind its original with its ways', async () => {
    const head = ann.deeds.duplicate('check') ?? ''
    await settled()
    const { outline } = ann.deeds.reading
    expect(outline.main.map(({ id }) => id)).toEqual(['start', 'a', 'check', head, 'join', 'last'])
    expect(ann.lines).toEqual(expect.arrayContaining([`yes>${head}`, `no>${head}`]))
    const { loose } = outline
    expect(loose).toEqual([])
  })

  it('a way goes on at a later step, or elsewhere than before, but never in a circle', async () => {
    expect(ann.deeds.targetsFor('yes', 'out').map(({ id }) => id)).toEqual(['no', 'last'])
    const link = ann.editor.definition.edges.find(({ source }) => source === 'yes')
    ann.deeds.continueAt('yes', 'out', 'last', link?.id)
    await settled()
    expect(ann.lines).toEqual(expect.arrayContaining(['yes>last']))
    expect(ann.lines).not.toContain('yes>join')
    ann.deeds.continueAt('last', 'out', 'a')
    await settled()
    expect(ann.lines).not.toContain('last>a')
  })
})

const deed = fc.record({
  what: fc.constantFrom(
    'add',
    'addStop',
    'move',
    'up',
    'down',
    'remove',
    'only',
    'duplicate',
    'join',
  ),
  step: fc.nat(),
  place: fc.nat(),
})
type Deed = typeof deed extends fc.Arbitrary<infer Value> ? Value : never

/** Does something that the list offers. */
function act({ deeds }: Person, { what, step, place }: Deed): void {
  const { order } = deeds.reading.outline
  const item = order[step % order.length]
  if (!item) return
  if (what === 'move' || what === 'add' || what === 'addStop') {
    const slots = deeds.placesFor(item.id)?.slots ?? []
    const slot = slots[place % slots.length]
    if (slot && what === 'move') deeds.move(item.id, slot.place)
    if (slot && what === 'add') deeds.add(type('logic.condition'), slot.place)
    if (slot && what === 'addStop') deeds.add(type('logic.stop'), slot.place)
  } else if (what === 'up' || what === 'down') deeds.step(item.id, what === 'up' ? -1 : 1)
  else if (what === 'remove') deeds.remove(item.id)
  else if (what === 'only') deeds.removeOnly(item.id)
  else if (what === 'duplicate') deeds.duplicate(item.id)
  else {
    const way = item.step.ways[place % (item.step.ways.length || 1)]
    const targets = way ? deeds.targetsFor(item.id, way.port) : []
    const target = targets[place % targets.length]
    if (way && target) deeds.continueAt(item.id, way.port, target.id)
  }
}

const isSound = ({ editor, order }: Person): void => {
  expect(workflowDefinition.safeParse(editor.definition).success).toBe(true)
  expect(order.toSorted()).toEqual(editor.definition.nodes.map(({ id }) => id).toSorted())
}

describe('whatever is done in the list', () => {
  it('a drawing without circles stays without, and moving neither loses nor disconnects a step', async () => {
    await fc.assert(
      fc.asyncProperty(workflows(6), fc.array(deed, { maxLength: 8 }), async (definition, all) => {
        const person = new Person(docOf(definition))
        for (const one of all) {
          const before = person.deeds.reading.outline
          act(person, one)
          await settled()
          isSound(person)
          const graph = readGraph(person.editor.definition, registry)
          expect(graph.cyclic).toEqual([])
          const { outline } = person.deeds.reading
          if (!['move', 'up', 'down'].includes(one.what)) continue
          expect(outline.order).toHaveLength(before.order.length)
          if (before.loose.length === 0) expect(outline.loose).toEqual([])
        }
        person.editor.destroy()
      }),
      { numRuns: 60 },
    )
  }, 20_000)

  it('two people’s deeds at once come to the same sound drawing', async () => {
    await fc.assert(
      fc.asyncProperty(
        workflows(6),
        fc.array(deed, { minLength: 1, maxLength: 5 }),
        fc.array(deed, { minLength: 1, maxLength: 5 }),
        async (definition, hers, his) => {
          const [one, other] = [docOf(definition), new Y.Doc()]
          Y.applyUpdate(other, Y.encodeStateAsUpdate(one))
          const [eve, bob] = [new Person(one), new Person(other)]
          for (const each of hers) {
            act(eve, each)
            await settled()
          }
          for (const each of his) {
            act(bob, each)
            await settled()
          }
          Y.applyUpdate(other, Y.encodeStateAsUpdate(one))
          Y.applyUpdate(one, Y.encodeStateAsUpdate(other))
          await settled()
          expect(eve.editor.definition).toEqual(bob.editor.definition)
          expect(eve.order).toEqual(bob.order)
          isSound(eve)
          eve.editor.destroy()
          bob.editor.destroy()
        },
      ),
      { numRuns: 60 },
    )
  }, 20_000)
})
