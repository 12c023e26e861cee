import { describe, expect, it } from 'vitest'
import { leftOut } from '#lib/builder/document/left-out.ts'
import { toDefinition } from '#lib/builder/document/read.ts'
import { workflowDefinition, type WorkflowDefinition } from '#lib/engine/definition/schema.ts'
import { Crowd, dice, reaches } from './crowd.ts'

/** WEFT_SEED=123 runs one seed again and prints what happened in it. */
const only = Number(process.env['WEFT_SEED'] ?? Number.NaN)
const SEEDS = Number.isNaN(only) ? Array.from({ length: 1000 }, (_, seed) => seed) : [only]
const STEPS = 45

/** What is wrong with a definition, whatever the steps in it are. */
function flaws(definition: WorkflowDefinition): string[] {
  const { nodes, edges, notes = [], groups = [] } = definition
  const ids = [...nodes, ...edges, ...notes, ...groups].map(({ id }) => id as string)
  const known = new Set<string>(nodes.map(({ id }) => id))
  const frames = new Set(groups.map(({ id }) => id))
  const found = (what: string, is: boolean): string[] => (is ? [what] : [])
  return [
    ...found('it can’t be read', !workflowDefinition.safeParse(definition).success),
    ...found('two things have one id', new Set(ids).size !== ids.length),
    ...found('two steps have one key', new Set(nodes.map(({ key }) => key)).size !== nodes.length),
    ...edges.flatMap(({ id, source, target }) => [
      ...found(`line ${id} leads nowhere`, !known.has(source) || !known.has(target)),
      ...found(`line ${id} is part of a circle`, reaches(definition, target, source)),
    ]),
    ...[...nodes, ...notes].flatMap(({ id, group }) =>
      found(`${id} stands in a group that is gone`, group !== undefined && !frames.has(group)),
    ),
  ]
}

function run(seed: number): Crowd {
  const random = dice(seed)
  const crowd = new Crowd()
  crowd.begin()
  for (let step = 0; step < STEPS; step += 1) crowd.step(random)
  crowd.settle()
  return crowd
}

/** The failing seed and how to see it again. */
const told = (seed: number, crowd: Crowd, what: string): string =>
  `seed ${seed}: ${what}\nrun it again: WEFT_SEED=${seed} vitest run tests/sync/interleavings.test.ts\n${crowd.log.join('\n')}`

describe('three people who change one draft in any order, with delays, offline and reloads', () => {
  it(`end with the same valid definition (${SEEDS.length} seeds)`, () => {
    const met = { circles: 0, notes: 0, groups: 0, pins: 0 }
    for (const seed of SEEDS) {
      const crowd = run(seed)
      const definition = toDefinition(crowd.server)
      const wrong = flaws(definition)
      if (wrong.length > 0) expect.fail(told(seed, crowd, wrong.join(', ')))
      const text = JSON.stringify(definition)
      const hidden = leftOut(crowd.server, definition)
      const hiddenText = JSON.stringify(hidden)
      for (const { source, target, id } of hidden) {
        // Each of them was left out for a reason that still holds.
        if (!reaches(definition, target, source)) {
          expect.fail(told(seed, crowd, `line ${id} is left out and closes no circle`))
        }
      }
      for (const { name, draft } of crowd.people) {
        const theirs = draft.toDefinition()
        if (JSON.stringify(theirs) !== text) {
          expect.fail(told(seed, crowd, `${name} sees something else than the server`))
        }
        if (JSON.stringify(leftOut(draft.doc, theirs)) !== hiddenText) {
          expect.fail(told(seed, crowd, `${name} is told of other lines that are left out`))
        }
      }
      met.circles += hidden.length > 0 ? 1 : 0
      met.notes += definition.notes ? 1 : 0
      met.groups += definition.groups ? 1 : 0
      met.pins += definition.nodes.some(({ pinned }) => pinned !== undefined) ? 1 : 0
      if (!Number.isNaN(only)) console.info(crowd.log.join('\n'))
    }
    // Chance brings together all that is promised here, often.
    if (Number.isNaN(only)) {
      for (const [what, count] of Object.entries(met)) expect(count, what).toBeGreaterThan(15)
    }
  }, 60_000)

  it('one who takes back all of their own changes takes back nobody else’s', () => {
    for (let seed = 0; seed < 60; seed += 1) {
      const random = dice(seed)
      const crowd = new Crowd()
      const [first, ...others] = crowd.people
      if (!first) throw new Error('nobody is there')
      const added = others.flatMap(({ draft }) =>
        [1, 2, 3].map((number) =>
          draft.addNode({
            ...{ type: 'messages.email', version: 1, title: `Step ${number}`, config: {} },
            position: { x: number, y: 0 },
          }),
        ),
      )
      crowd.settle()
      for (let step = 0; step < 30; step += 1) {
        first.act(random, false)
        const [other] = others
        other?.draft.setConfig(added[random.below(3)] ?? '', 'name', step)
        if (random.below(2) === 0) crowd.people.forEach((someone) => crowd.deliver(someone))
      }
      crowd.settle()
      while (first.draft.undoManager.canUndo()) first.draft.undo()
      crowd.settle()
      const left = toDefinition(crowd.server).nodes.map(({ id }) => id as string)
      expect([...left].sort(), `seed ${seed}`).toEqual([...added].sort())
    }
  }, 60_000)

  it('two who connect the same steps in opposite directions don’t make a circle, and lose no line for good', () => {
    const crowd = new Crowd()
    const [ann, ben] = crowd.people
    if (!ann || !ben) throw new Error('nobody is there')
    const step = { type: 'data.set', version: 1, position: { x: 0, y: 0 }, config: {} }
    const [one, two] = [
      ann.draft.addNode({ ...step, title: '1' }),
      ann.draft.addNode({ ...step, title: '2' }),
    ]
    crowd.settle()
    const ports = { sourcePort: 'out', targetPort: 'in' }
    ann.draft.connect({ source: one, target: two, ...ports })
    ben.draft.connect({ source: two, target: one, ...ports })
    crowd.settle()
    for (const { draft } of crowd.people) {
      const told = leftOut(draft.doc, draft.toDefinition())
      expect(told.map(({ source }) => source as string)).toEqual([two])
    }
    const [kept, ...more] = toDefinition(crowd.server).edges
    expect(more).toEqual([])
    expect(crowd.lines).toBe(2)
    ann.draft.remove({ edges: [kept?.id ?? ''] })
    crowd.settle()
    expect(toDefinition(crowd.server).edges.map(({ source }) => source as string)).toEqual([two])
  })

  it('two who move steps behind each other’s end with the same way, and undo is each one’s own', () => {
    const crowd = new Crowd()
    const [ann, ben] = crowd.people
    if (!ann || !ben) throw new Error('nobody is there')
    const step = { type: 'data.set', version: 1, position: { x: 0, y: 0 }, config: {} }
    const [start, one, two] = ['0', '1', '2'].map((title) => ann.draft.addNode({ ...step, title }))
    const line = (source = '', target = '') => ({
      ...{ source, sourcePort: 'out', target, targetPort: 'in' },
    })
    ann.draft.connect(line(start, one))
    ann.draft.connect(line(start, two))
    crowd.settle()
    const move = (who: typeof ann, moved = '', after = ''): void =>
      who.draft.together(() => {
        const { edges } = who.draft.toDefinition()
        who.draft.remove({ edges: edges.flatMap((e) => (e.target === moved ? e.id : [])) })
        who.draft.connect(line(after, moved))
      })
    move(ann, one, two)
    move(ben, two, one)
    crowd.settle()
    const seen = () => crowd.people.map(({ draft }) => draft.toDefinition())
    for (const definition of seen()) {
      expect(flaws(definition)).toEqual([])
      expect(definition.edges).toHaveLength(1)
    }
    // One takes back their move: the other's is there, and nothing is left out any more.
    ann.draft.undo()
    crowd.settle()
    for (const definition of seen()) {
      expect(definition.edges.map(({ source, target }) => [source, target])).toEqual([
        [start, one],
        [one, two],
      ])
    }
    expect(leftOut(ann.doc, ann.draft.toDefinition())).toEqual([])
    ann.draft.redo()
    ben.draft.undo()
    crowd.settle()
    for (const definition of seen()) {
      expect(flaws(definition)).toEqual([])
      expect(definition.edges).toHaveLength(2)
    }
  })
})
