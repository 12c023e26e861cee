import fc from 'fast-check'
import type { WorkflowDefinition } from '#lib/engine/index.ts'
import { draw, type Drawn } from './bench.ts'
import { create, each, repeat, set, when } from './test-nodes.ts'

/** What a random step may be; loops get a body of their own. */
const KINDS = [
  'set',
  'when',
  'call',
  'create',
  'wait',
  'merge',
  'off',
  'broken',
  'loop',
  'repeat',
] as const
type Kind = (typeof KINDS)[number]

interface Sketch {
  kind: Kind
  /** Which earlier steps it follows, as numbers that are taken modulo how many there are. */
  after: number[]
  truth: boolean
  body: Kind[]
  concurrency: number
  items: number
  /** The loop is stopped by its second item. */
  stops: boolean
}

const sketch = fc.record({
  kind: fc.constantFrom(...KINDS),
  after: fc.array(fc.nat(), { minLength: 1, maxLength: 3 }),
  truth: fc.boolean(),
  body: fc.array(fc.constantFrom<Kind>('set', 'when', 'call', 'create', 'wait', 'broken'), {
    minLength: 1,
    maxLength: 3,
  }),
  concurrency: fc.integer({ min: 1, max: 3 }),
  items: fc.integer({ min: 0, max: 3 }),
  stops: fc.boolean(),
})

function stepOf(kind: Kind, { truth, concurrency, items, stops }: Sketch): Drawn {
  switch (kind) {
    case 'set':
      return set('{{ trigger.name }}')
    case 'when':
      return when(truth ? 1 : 2, 'equals', 1)
    case 'call':
      return { type: 'test.call' }
    case 'create':
      return create('{{ trigger.name }}')
    case 'wait':
      return { type: 'logic.delay', config: { duration: { amount: truth ? 2 : 5, unit: 'hours' } } }
    case 'merge':
      return { type: 'logic.merge' }
    case 'off':
      return { ...set(1), disabled: true }
    case 'broken':
      return { ...set('{{ trigger.nothing }}'), onError: truth ? 'continue' : 'port' }
    case 'loop':
      return each(`{{ trigger.lists[${items}] }}`, {
        // Beside an item that stops the loop, how far others come is a matter of luck.
        concurrency: stops ? 1 : concurrency,
        onItemError: 'continue',
      })
    case 'repeat':
      return repeat('{{ loop.number }}', 'greater_or_equal', items, {
        most: concurrency,
        atLimit: 'continue',
      })
  }
}

/** The port by which a step of this kind is left in a random drawing. */
const portOf = (kind: Kind, { truth }: Sketch): string =>
  kind === 'when'
    ? truth
      ? 'true'
      : 'false'
    : kind === 'loop' || kind === 'repeat'
      ? 'done'
      : 'out'

/** A sound workflow of any shape: branches, joins, dead paths, loops, every effect class. */
function drawn(sketches: Sketch[]): WorkflowDefinition {
  const steps: Record<string, Drawn | string> = { start: 'trigger.manual' }
  const edges = new Set<string>()
  const exits = ['start:out']
  sketches.forEach((entry, index) => {
    const key = `s${index}_${entry.kind}`
    steps[key] = stepOf(entry.kind, entry)
    for (const from of entry.after) edges.add(`${exits[from % exits.length]} -> ${key}`)
    exits.push(`${key}:${portOf(entry.kind, entry)}`)
    // The way that isn't taken leads on, too.
    if (entry.kind === 'when') exits.push(`${key}:${entry.truth ? 'false' : 'true'}`)
    if (entry.kind === 'broken' && !entry.truth) exits.push(`${key}:error`)
    if (entry.kind !== 'loop' && entry.kind !== 'repeat') return
    let before = `${key}:each`
    entry.body.forEach((kind, place) => {
      const inner = `${key}_b${place}_${kind}`
      steps[inner] = stepOf(kind, entry)
      edges.add(`${before} -> ${inner}`)
      before = `${inner}:${portOf(kind, entry)}`
    })
    if (!entry.stops) return
    steps[`${key}_second`] = when('{{ index }}', 'equals', 1)
    steps[`${key}_stop`] = 'logic.break'
    edges.add(`${before} -> ${key}_second`)
    edges.add(`${key}_second:true -> ${key}_stop`)
  })
  return draw(steps, [...edges])
}

/** What random workflows are started with. */
export const TRIGGER = { name: 'Ada', lists: [[], [0], [0, 1], [0, 1, 2]] }

/** Random workflows; what fails shrinks to the smallest drawing that fails. */
export const workflows = (maxLength: number): fc.Arbitrary<WorkflowDefinition> =>
  fc.array(sketch, { minLength: 1, maxLength }).map(drawn)
