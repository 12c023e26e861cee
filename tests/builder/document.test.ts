import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import * as Y from 'yjs'
import { WorkflowDocument } from '#lib/builder/document.ts'
import { keyRepairs, toDefinition } from '#lib/builder/document/read.ts'
import { edgesOf, nodesOf } from '#lib/builder/document/shape.ts'
import { fromDefinition } from '#lib/builder/document/write.ts'
import { DraftView } from '#lib/builder/state/draft-view.ts'
import { workflowDefinition } from '#lib/engine/definition/schema.ts'

const longTexts = (type: string): string[] => (type === 'messages.email' ? ['body'] : [])

function open(doc = new Y.Doc()): WorkflowDocument {
  let count = 0
  return new WorkflowDocument(doc, { longTexts, makeId: () => `n${doc.clientID}_${(count += 1)}` })
}

function add(draft: WorkflowDocument, title: string, type = 'data.set'): string {
  return draft.addNode({ type, version: 1, title, position: { x: 0, y: 0 }, config: {} })
}

/** Two documents tell each other everything. */
function sync(a: Y.Doc, b: Y.Doc): void {
  const forB = Y.encodeStateAsUpdate(a, Y.encodeStateVector(b))
  const forA = Y.encodeStateAsUpdate(b, Y.encodeStateVector(a))
  Y.applyUpdate(b, forB, 'network')
  Y.applyUpdate(a, forA, 'network')
}

const line = (source: string, target: string) => ({
  source,
  sourcePort: 'out',
  target,
  targetPort: 'in',
})

describe('a draft', () => {
  it('gives each new step a title and a key of its own', () => {
    const draft = open()
    add(draft, 'Create a record')
    add(draft, 'Create a record')
    const nodes = draft.toDefinition().nodes
    expect(nodes.map((node) => node.key).sort()).toEqual(['create_record', 'create_record_2'])
    expect(nodes.map((node) => node.title).sort()).toEqual(['Create a record', 'Create a record 2'])
  })

  it('survives the way through a definition unchanged', () => {
    const draft = open()
    const mail = add(draft, 'Send', 'messages.email')
    const set = add(draft, 'Set')
    draft.connect(line(set, mail))
    draft.setConfig(mail, 'body', 'Dear {{ trigger.name }}')
    draft.setConfig(set, 'values', [{ name: 'a', type: 'text', value: '1' }])
    draft.setOption(set, 'retry', { attempts: 3, backoff: 'fixed', delaySeconds: 5 })
    draft.setOption(set, 'onError', 'port')
    draft.setNote(mail, 'Ask Ana first')
    const definition = draft.toDefinition()
    const copy = new Y.Doc()
    fromDefinition(copy, definition, longTexts)
    expect(toDefinition(copy)).toEqual(definition)
    expect(workflowDefinition.parse(definition)).toEqual(definition)
  })

  it('inserts a step into an edge in one stroke that undoes as one', () => {
    const draft = open()
    const [a, b] = [add(draft, 'A'), add(draft, 'B')]
    draft.connect(line(a, b))
    const before = draft.toDefinition()
    const edge = before.edges[0]
    draft.addNode({
      type: 'data.set',
      version: 1,
      title: 'Between',
      position: { x: 0, y: 0 },
      config: {},
      from: { node: a, port: 'out' },
      to: { node: b, port: 'in' },
      replacing: edge?.id ?? '',
      inPort: 'in',
      outPort: 'out',
    })
    expect(draft.toDefinition().edges).toHaveLength(2)
    draft.undo()
    expect(draft.toDefinition()).toEqual(before)
    draft.redo()
    expect(draft.toDefinition().nodes).toHaveLength(3)
  })

  it('deletes the edges at a deleted step, and brings them back with it', () => {
    const draft = open()
    const [a, b] = [add(draft, 'A'), add(draft, 'B')]
    draft.connect(line(a, b))
    const before = draft.toDefinition()
    draft.remove({ nodes: [b] })
    expect(draft.toDefinition().edges).toEqual([])
    draft.undo()
    expect(draft.toDefinition()).toEqual(before)
  })

  it('pastes steps with their edges, and what they say of each other follows their new names', () => {
    const draft = open()
    const [a, b] = [add(draft, 'First'), add(draft, 'Second')]
    draft.connect(line(a, b))
    draft.setConfig(b, 'text', 'Hello {{ steps.first.name }} and {{ steps.elsewhere.name }}')
    const ids = draft.paste(draft.copy(new Set([a, b])), { x: 500, y: 500 })
    const pasted = draft.toDefinition().nodes.filter(({ id }) => ids.includes(id))
    expect(pasted.map((node) => node.key).sort()).toEqual(['first_2', 'second_2'])
    expect(pasted.find((node) => node.key === 'second_2')?.config['text']).toBe(
      'Hello {{ steps.first_2.name }} and {{ steps.elsewhere.name }}',
    )
    expect(draft.toDefinition().edges).toHaveLength(2)
  })

  it('pastes nothing from a text that holds no steps', () => {
    const draft = open()
    expect(draft.paste('good morning')).toBe('strange')
    expect(draft.paste('{"a": 1}')).toBe('strange')
    expect(draft.paste('{ broken')).toBe('strange')
  })

  it('undoes typing in one go, and a later change by itself', () => {
    const draft = open()
    const node = add(draft, 'A')
    for (const text of ['H', 'He', 'Hey']) draft.setConfig(node, 'text', text)
    draft.rename(node, 'B')
    draft.undo()
    expect(draft.toDefinition().nodes[0]).toMatchObject({ title: 'A', config: { text: 'Hey' } })
    draft.undo()
    expect(draft.toDefinition().nodes[0]?.config).toEqual({})
  })
})

describe('several people in one draft', () => {
  it('undo takes back one’s own change and leaves the other’s', () => {
    const [ana, ben] = [open(), open()]
    const node = add(ana, 'A')
    sync(ana.doc, ben.doc)
    ben.rename(node, 'Renamed by Ben')
    ana.moveNodes(new Map([[node, { x: 9, y: 9 }]]))
    sync(ana.doc, ben.doc)
    ana.undo()
    expect(ana.toDefinition().nodes[0]).toMatchObject({
      title: 'Renamed by Ben',
      position: { x: 0, y: 0 },
    })
  })

  it('two people typing into one long text keep every letter', () => {
    const [ana, ben] = [open(), open()]
    const node = add(ana, 'Mail', 'messages.email')
    sync(ana.doc, ben.doc)
    ana.setConfig(node, 'body', 'Dear Ana')
    ben.setConfig(node, 'body', 'Regards, Ben')
    sync(ana.doc, ben.doc)
    const body = ana.toDefinition().nodes[0]?.config['body']
    expect(body).toContain('Dear Ana')
    expect(body).toContain('Regards, Ben')
    expect(ben.toDefinition()).toEqual(ana.toDefinition())
  })

  it('an edge to a step that the other deleted is left out, and returns when the deletion is undone', () => {
    const [ana, ben] = [open(), open()]
    const [a, b] = [add(ana, 'A'), add(ana, 'B')]
    sync(ana.doc, ben.doc)
    ana.remove({ nodes: [b] })
    ben.connect(line(a, b))
    sync(ana.doc, ben.doc)
    expect(ben.toDefinition().edges).toEqual([])
    ana.undo()
    sync(ana.doc, ben.doc)
    expect(ben.toDefinition().edges).toHaveLength(1)
  })

  it('the same key given twice at once is made two, the same everywhere', () => {
    const [ana, ben] = [open(), open()]
    add(ana, 'Mail')
    add(ben, 'Mail')
    sync(ana.doc, ben.doc)
    expect(new Set(ana.toDefinition().nodes.map(({ key }) => key))).toEqual(
      new Set(['mail', 'mail_2']),
    )
    expect(keyRepairs(ana.doc)).toEqual(keyRepairs(ben.doc))
    expect(keyRepairs(ana.doc).size).toBe(1)
  })

  it('the same line drawn by two people at once is one line', () => {
    const [ana, ben] = [open(), open()]
    const [a, b] = [add(ana, 'A'), add(ana, 'B')]
    sync(ana.doc, ben.doc)
    ana.connect(line(a, b))
    ben.connect(line(a, b))
    sync(ana.doc, ben.doc)
    expect(ana.toDefinition().edges).toHaveLength(1)
  })
})

/** One thing that one of the people does; numbers are turned into whatever exists at that moment. */
const act = fc.record({
  who: fc.nat(2),
  what: fc.constantFrom(
    'add',
    'move',
    'rename',
    'config',
    'type',
    'option',
    'connect',
    'insert',
    'remove',
    'cut',
    'duplicate',
    'paste',
    'undo',
    'redo',
    'sync',
  ),
  a: fc.nat(50),
  b: fc.nat(50),
  text: fc.string({ maxLength: 12 }),
})

type Act = typeof act extends fc.Arbitrary<infer Value> ? Value : never

function perform(people: WorkflowDocument[], { who, what, a, b, text }: Act): void {
  const me = people[who % people.length]
  const other = people[(who + 1 + a) % people.length]
  if (!me || !other) return
  const { nodes, edges } = me.toDefinition()
  const first = nodes[a % (nodes.length || 1)]?.id
  const second = nodes[b % (nodes.length || 1)]?.id
  const edge = edges[a % (edges.length || 1)]
  if (what === 'sync') return sync(me.doc, other.doc)
  if (what === 'undo') return me.undo()
  if (what === 'redo') return me.redo()
  if (what === 'add') return void add(me, 'Step', a % 2 ? 'messages.email' : 'data.set')
  if (!first || !second) return
  const acts: Partial<Record<Act['what'], () => unknown>> = {
    move: () => me.moveNodes(new Map([[first, { x: a, y: b }]])),
    rename: () => me.rename(first, text),
    config: () => me.setConfig(first, `field${b % 3}`, b % 4 ? [text, { a }] : undefined),
    type: () => me.setConfig(first, 'body', text),
    option: () => me.setOption(first, 'onError', b % 2 ? 'port' : 'continue'),
    connect: () => me.connect(line(first, second)),
    insert: () =>
      edge &&
      me.addNode({
        type: 'data.set',
        version: 1,
        title: 'Between',
        position: { x: a, y: b },
        config: {},
        from: { node: edge.source, port: edge.sourcePort },
        to: { node: edge.target, port: edge.targetPort },
        replacing: edge.id,
        inPort: 'in',
        outPort: 'out',
      }),
    remove: () => me.remove({ nodes: [first] }),
    cut: () => edge && me.remove({ edges: [edge.id] }),
    duplicate: () => me.duplicate(new Set([first, second])),
    paste: () =>
      me.paste(
        other.copy(
          new Set(
            other
              .toDefinition()
              .nodes.map(({ id }) => id)
              .slice(0, 3),
          ),
        ),
      ),
  }
  acts[what]?.()
}

describe('whatever people do at once', () => {
  it('everybody ends with the same draft, and it is a definition', () => {
    fc.assert(
      fc.property(fc.array(act, { minLength: 1, maxLength: 60 }), (acts) => {
        const people = [open(), open(), open()]
        for (const one of acts) {
          perform(people, one)
          for (const person of people) workflowDefinition.parse(person.toDefinition())
        }
        const [ana, ben, cleo] = people
        if (!ana || !ben || !cleo) throw new Error('three people')
        for (let round = 0; round < 2; round += 1) {
          sync(ana.doc, ben.doc)
          sync(ben.doc, cleo.doc)
          sync(cleo.doc, ana.doc)
        }
        const draft = ana.toDefinition()
        expect(ben.toDefinition()).toEqual(draft)
        expect(cleo.toDefinition()).toEqual(draft)
        expect(workflowDefinition.parse(draft)).toEqual(draft)
        const ids = new Set(draft.nodes.map(({ id }) => id))
        expect(new Set(draft.nodes.map(({ key }) => key)).size).toBe(ids.size)
        for (const { source, target } of draft.edges) {
          expect(ids.has(source) && ids.has(target)).toBe(true)
        }
      }),
      { numRuns: 150 },
    )
  })

  it('what follows a draft change by change has what reading all of it gives', async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(act, { minLength: 1, maxLength: 40 }), async (acts) => {
        const people = [open(), open(), open()]
        const views = people.map(({ doc }) => new DraftView(doc, () => undefined))
        for (const one of acts) {
          perform(people, one)
          // A change is taken over at the end of its task.
          await Promise.resolve()
          for (const [n, view] of views.entries()) {
            expect(view.definition).toEqual(people[n]?.toDefinition())
          }
        }
      }),
      { numRuns: 60 },
    )
  })

  it('rubbish that a strange client writes never breaks the definition', () => {
    const rubbish = fc.oneof(
      fc
        .anything({
          withBigInt: false,
          withDate: false,
          withMap: false,
          withSet: false,
          withTypedArray: false,
          withSparseArray: false,
          withNullPrototype: false,
        })
        .filter(
          (value) =>
            typeof value !== 'symbol' && typeof value !== 'function' && value !== undefined,
        ),
      fc.constant(new Uint8Array([1, 2])),
    )
    fc.assert(
      fc.property(
        fc.array(
          fc.tuple(
            fc.string(),
            fc.constantFrom(
              'type',
              'key',
              'title',
              'x',
              'config',
              'retry',
              'pinned',
              'note',
              'onError',
              'disabled',
              'version',
            ),
            rubbish,
          ),
          { maxLength: 20 },
        ),
        rubbish,
        (writes, edge) => {
          const doc = new Y.Doc()
          for (const [id, name, value] of writes) {
            let node = nodesOf(doc).get(id)
            if (!(node instanceof Y.Map)) {
              node = new Y.Map([['type', 'data.set']])
              nodesOf(doc).set(id, node)
            }
            ;(node as Y.Map<unknown>).set(name, value) // made one just above
            nodesOf(doc).set(`${id}!`, value)
          }
          edgesOf(doc).set('edge', edge)
          workflowDefinition.parse(toDefinition(doc))
        },
      ),
    )
  })
})
