import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { outlineOf, type Branch, type Item } from '#lib/builder/list/outline.ts'
import { registry, type WorkflowDefinition } from '#lib/engine/index.ts'
import { draw, type Drawn } from '../engine/bench.ts'
import { workflows } from '../engine/random-workflow.ts'

const outline = (definition: WorkflowDefinition) => outlineOf(definition, registry)

/** A list as people read it: a line a step, indented, with what its ways are called and where they go on. */
function written(items: readonly Item[], indent = ''): string[] {
  return items.flatMap((item) => [
    `${indent}${item.number} ${item.id}`,
    ...item.branches.flatMap((branch) => writtenBranch(branch, `${indent}  `)),
    ...item.links.map(({ target, isBack }) => `${indent}  ${isBack ? '^' : '>'} ${target}`),
  ])
}

function writtenBranch(branch: Branch, indent: string): string[] {
  const name = branch.side ? `side ${branch.side.number}` : branch.port
  return [
    `${indent}[${name}]`,
    ...branch.sides.flatMap((side) => writtenBranch(side, `${indent}  `)),
    ...written(branch.items, `${indent}  `),
    ...branch.links.map(({ target, isBack }) => `${indent}  ${isBack ? '^' : '>'} ${target}`),
  ]
}

const check: Drawn = { type: 'logic.condition' }
const set: Drawn = { type: 'data.set_variables' }
const main = (steps: Record<string, Drawn | string>, edges: string[]): string[] =>
  written(outline(draw(steps, edges)).main)

describe('a workflow as a list', () => {
  it('reads a chain from top to bottom', () => {
    expect(main({ start: 'trigger.manual', a: set, b: set }, ['start -> a -> b'])).toEqual([
      '1 start',
      '2 a',
      '3 b',
    ])
  })

  it('indents ways, and puts a join once, behind the step at which they parted', () => {
    const lines = main({ start: 'trigger.manual', check, yes: set, no: set, after: set }, [
      'start -> check:true -> yes -> after',
      'check:false -> no -> after',
    ])
    expect(lines).toEqual([
      '1 start',
      '2 check',
      '  [true]',
      '    3 yes',
      '      > after',
      '  [false]',
      '    4 no',
      '      > after',
      '5 after',
    ])
  })

  it('keeps a join inside of the way that all its lines come from', () => {
    const lines = main(
      { start: 'trigger.manual', each: 'logic.for_each', a: set, b: set, j: set },
      ['start -> each:each -> a -> j', 'each:each -> b -> j'],
    )
    expect(lines).toEqual([
      '1 start',
      '2 each',
      '  [each]',
      '    [side 1]',
      '      3 a',
      '        > j',
      '    [side 2]',
      '      4 b',
      '        > j',
      '    5 j',
    ])
  })

  it('goes on at the same level behind a loop, and behind a step with a way for failing', () => {
    const lines = main(
      {
        start: 'trigger.manual',
        each: 'logic.for_each',
        inside: { ...set, onError: 'port' },
        sorry: set,
        next: set,
        after: set,
      },
      ['start -> each:each -> inside -> next', 'inside:error -> sorry', 'each:done -> after'],
    )
    expect(lines).toEqual([
      '1 start',
      '2 each',
      '  [each]',
      '    3 inside',
      '      [error]',
      '        4 sorry',
      '    5 next',
      '6 after',
    ])
  })

  it('puts what several triggers lead to behind all of them', () => {
    const lines = main({ one: 'trigger.manual', two: 'trigger.webhook', a: set, b: set }, [
      'one -> a -> b',
      'two -> b',
    ])
    expect(lines).toEqual(['1 one', '2 a', '    > b'.slice(2), '3 two', '4 b'])
  })

  it('has a part of its own for steps that no trigger leads to, circles among them', () => {
    const read = outline(
      draw({ start: 'trigger.manual', a: set, b: set, c: set, d: set }, [
        'start -> a',
        'b -> a',
        'c -> d -> c',
      ]),
    )
    expect(written(read.main)).toEqual(['1 start', '2 a'])
    expect(written(read.loose)).toEqual(['3 b', '  > a', '4 c', '5 d', '  ^ c'])
  })

  it('shows steps of a kind that nobody knows, and lines at ports that are gone', () => {
    const lines = main({ start: 'trigger.manual', odd: 'no.such', check, a: set }, [
      'start -> odd -> check:old -> a',
    ])
    expect(lines).toEqual([
      '1 start',
      '2 odd',
      '3 check',
      '  [true]',
      '  [false]',
      '  [old]',
      '    4 a',
    ])
  })
})

/** Any lines at all between steps of any kind: what a merge of several people's changes may leave behind. */
const wild = fc
  .record({
    kinds: fc.array(
      fc.constantFrom(
        ...[
          'trigger.manual',
          'data.set_variables',
          'logic.condition',
          'logic.for_each',
          'logic.merge',
        ],
        ...['logic.stop', 'no.such'],
      ),
      { minLength: 1, maxLength: 14 },
    ),
    lines: fc.array(
      fc.record({
        from: fc.nat(),
        to: fc.nat(),
        port: fc.constantFrom('out', 'true', 'false', 'each', 'done', 'error'),
      }),
      { maxLength: 30 },
    ),
    places: fc.array(fc.integer({ min: -500, max: 500 }), { minLength: 14, maxLength: 14 }),
  })
  .map(({ kinds, lines, places }): WorkflowDefinition => {
    const name = (index: number): string => `n${index % kinds.length}`
    const edges = lines.map(({ from, to, port }) => `${name(from)}:${port} -> ${name(to)}`)
    const drawn = draw(Object.fromEntries(kinds.map((type, index) => [`n${index}`, { type }])), [
      ...new Set(edges),
    ])
    return {
      ...drawn,
      nodes: drawn.nodes.map((node, index) => ({
        ...node,
        position: { x: 0, y: places[index] ?? 0 },
      })),
    }
  })

function rowsOf(items: readonly Item[]): string[] {
  const of = (branch: Branch): string[] => [...branch.sides.flatMap(of), ...rowsOf(branch.items)]
  return items.flatMap((item) => [item.id, ...item.branches.flatMap(of)])
}

/** Lines that the list tells of: by where a step stands, or by a link. */
function toldLines({ main, loose }: ReturnType<typeof outline>): Set<string> {
  const told = new Set<string>()
  const tell = (node: string, port: string, target: string): unknown =>
    told.add(`${node}:${port}>${target}`)
  const branch = (one: Branch): void => {
    for (const { edge } of one.links) tell(edge.source, edge.sourcePort, edge.target)
    if (one.edge) tell(one.edge.source, one.edge.sourcePort, one.edge.target)
    const [first] = one.items
    if (first && one.kind !== 'side') tell(one.node, one.port, first.id)
    one.sides.forEach(branch)
    list(one.items)
  }
  const list = (items: readonly Item[]): void =>
    items.forEach((item, index) => {
      const below = items[index + 1]
      if (item.leadsOn && item.main && below) tell(item.id, item.main.port, below.id)
      for (const { edge } of item.links) tell(edge.source, edge.sourcePort, edge.target)
      item.branches.forEach(branch)
    })
  list(main)
  list(loose)
  return told
}

describe('whatever is drawn', () => {
  it('every step stands in the list exactly once, numbered from top to bottom', () => {
    fc.assert(
      fc.property(fc.oneof(workflows(12), wild), (definition) => {
        const read = outline(definition)
        const rows = [...rowsOf(read.main), ...rowsOf(read.loose)]
        expect(rows.toSorted()).toEqual(definition.nodes.map(({ id }) => id).toSorted())
        expect(read.order.map(({ id }) => id)).toEqual(rows)
        expect(read.order.map(({ number }) => number)).toEqual(rows.map((_, index) => index + 1))
      }),
    )
  })

  it('every line is told of: by the step that stands there, or by a link', () => {
    fc.assert(
      fc.property(fc.oneof(workflows(12), wild), (definition) => {
        const told = toldLines(outline(definition))
        for (const { source, sourcePort, target } of definition.edges)
          expect(told).toContain(`${source}:${sourcePort}>${target}`)
      }),
    )
  })

  it('the order depends on what is drawn only, not on who stored it first', () => {
    fc.assert(
      fc.property(fc.oneof(workflows(8), wild), fc.infiniteStream(fc.nat()), (definition, keys) => {
        const shuffled = <T>(list: readonly T[]): T[] =>
          list
            .map((one) => ({ one, key: keys.next().value as number })) // the stream never ends
            .sort((a, b) => a.key - b.key)
            .map(({ one }) => one)
        const other = {
          ...definition,
          nodes: shuffled(definition.nodes),
          edges: shuffled(definition.edges),
        }
        expect(rowsOf(outline(other).main)).toEqual(rowsOf(outline(definition).main))
        expect(rowsOf(outline(other).loose)).toEqual(rowsOf(outline(definition).loose))
      }),
    )
  })

  it('two thousand steps are read at once', () => {
    const steps: Record<string, Drawn | string> = { start: 'trigger.manual' }
    for (let index = 0; index < 1999; index += 1) steps[`s${index}`] = set
    const edges = Array.from({ length: 1998 }, (_, index) => `s${index} -> s${index + 1}`)
    const definition = draw(steps, ['start -> s0', ...edges])
    const before = performance.now()
    expect(outline(definition).order).toHaveLength(2000)
    expect(performance.now() - before).toBeLessThan(500)
  })
})
