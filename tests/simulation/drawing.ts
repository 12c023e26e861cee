import { parseDefinition, type DataObject, type WorkflowDefinition } from '#lib/engine/index.ts'
import { letter, MAKERS, type Depth, type Drawing, type Exit, type Kind } from './kinds.ts'
import type { Random } from './random.ts'

/** How often each kind is drawn. */
const KINDS = Object.entries({
  ...{ compute: 4, decide: 2, choose: 1, merge: 2, request: 5, letter: 1, record: 3, flaky: 1 },
  ...{ delay: 2, wait: 2, ask: 1, call: 3, broken: 1, stop: 0.2, loop: 3 },
})
const WEIGHT = KINDS.reduce((sum, [, weight]) => sum + weight, 0)

function drawnKind(random: Random, depth: Depth): string {
  let at = random.next() * WEIGHT
  const [kind] = KINDS.find(([, weight]) => (at -= weight) < 0) ?? ['compute']
  return kind === 'loop' && depth === 2 ? 'compute' : kind
}

/** One of the ways out that there are; rather the last one, so that drawings aren't all breadth. */
function oneOf(random: Random, exits: readonly [Exit, ...Exit[]]): Exit {
  return random.chance(0.4) ? (exits.at(-1) ?? exits[0]) : random.pick(exits)
}

/** Adds some steps that follow given exits. `isCalm`: none of them makes everything around it fail. */
function grow(drawing: Drawing, exits: Exit[], count: number, depth: Depth, isCalm = false): void {
  const { random } = drawing
  for (let index = 0; index < count; index++) {
    const [first, ...others] = exits
    if (first === undefined) return
    const from = oneOf(random, [first, ...others])
    const drawn = drawnKind(random, depth)
    const kind = isCalm && (drawn === 'stop' || drawn === 'loop') ? 'request' : drawn
    if (kind === 'loop') {
      exits.push(growLoop(drawing, from, depth))
      continue
    }
    const key = `s${drawing.nodes.length}`
    const made = MAKERS[kind]?.(drawing, key, depth, from) ?? letter(random)
    const settings = settingsOf(random, kind, made)
    if (isCalm && settings['onError'] === 'stop') settings['onError'] = 'continue'
    if (depth === 0 && settings['onError'] === 'stop') mayBeBroken(random, made)
    place(drawing, key, made, settings)
    link(drawing, from, key)
    if (random.chance(kind === 'merge' ? 0.8 : 0.15))
      link(drawing, random.pick([first, ...others]), key)
    const goesOnFromError = settings['onError'] === 'port' && random.chance(0.4)
    const ports = goesOnFromError ? [...made.ports, 'error'] : made.ports
    exits.push(...ports.map((port) => ({ node: key, port, yields: made.yields })))
  }
}

/**
 * What fails everything, until somebody has put it right and has the execution retried. Only where nothing else deals
 * with the failure: what of it is kept would depend on how far the rest had come.
 */
function mayBeBroken(random: Random, { type, config }: Kind): void {
  if (type === 'http.request' && random.chance(0.5)) {
    config['url'] = 'https://partner.example/broken'
  }
}

/** Adds a loop with its body: over a list, over a list until something breaks it off, or again and again. */
function growLoop(drawing: Drawing, from: Exit, depth: Depth): Exit {
  const { random } = drawing
  const key = `s${drawing.nodes.length}`
  const kind = random.pick(['list', 'list', 'list', 'broken off', 'again'])
  const made = kind === 'again' ? again(random) : overList(random, kind)
  place(drawing, key, made, { onError: random.pick(['continue', 'stop']) })
  link(drawing, from, key)
  const body: Exit[] = [{ node: key, port: 'each', yields: undefined }]
  const inner = depth === 0 ? 1 : 2
  grow(drawing, body, random.int(1, 3), inner, kind === 'broken off')
  if (kind === 'broken off') breakOff(drawing, body, inner)
  return { node: key, port: 'done', yields: 'count' }
}

/** At the second item, at the latest. */
function breakOff(drawing: Drawing, body: Exit[], depth: Depth): void {
  const { random } = drawing
  const [first, ...others] = body
  if (first === undefined) return
  const test = `s${drawing.nodes.length}`
  const rules = { all: [{ left: '{{ index }}', op: 'equals', right: random.int(0, 1) }] }
  const ports = ['true', 'false']
  place(drawing, test, { type: 'logic.condition', config: { rules }, ports }, {})
  link(drawing, oneOf(random, [first, ...others]), test)
  const end = `s${drawing.nodes.length}`
  place(drawing, end, { type: 'logic.break', config: {}, ports: [] }, {})
  link(drawing, { node: test, port: 'true', yields: undefined }, end)
  grow(drawing, [{ node: test, port: 'false', yields: undefined }], 1, depth, true)
}

const overList = (random: Random, kind: string): Kind => ({
  type: 'logic.for_each',
  config: {
    items: `{{ trigger.lists[${random.pick([0, 1, 2, 2, 3, 3])}] }}`,
    // Of several items that are worked on together, chance decides how far the others come before one breaks it off.
    concurrency: kind === 'broken off' ? 1 : random.int(1, 3),
    onItemError: random.pick(['continue', 'continue', 'stop']),
  },
  ports: ['done'],
})

const again = (random: Random): Kind => ({
  type: 'logic.repeat',
  config: {
    until: { all: [{ left: '{{ index }}', op: 'greater_or_equal', right: random.int(0, 3) }] },
    most: random.int(1, 3),
    atLimit: random.pick(['fail', 'continue']),
  },
  ports: ['done'],
})

/** Mostly a failure is dealt with: then everything has to end as in a world without faults. */
function settingsOf(random: Random, kind: string, { settings = {} }: Kind): DataObject {
  const onError = random.pick(['continue', 'port', 'port', 'port', 'stop'])
  return {
    ...settings,
    ...(kind === 'stop' ? {} : { onError }),
    ...(kind !== 'stop' && random.chance(0.06) ? { disabled: true } : {}),
  }
}

function place(
  { nodes }: Drawing,
  key: string,
  { type, config }: Kind,
  settings: DataObject,
): void {
  const position = { x: 0, y: 0 }
  nodes.push({ id: key, key, type, version: 1, title: key, position, config, ...settings })
}

function link({ edges }: Drawing, { node, port }: Exit, target: string): void {
  const id = `${node}:${port}->${target}`
  if (edges.some((edge) => edge['id'] === id)) return
  edges.push({ id, source: node, sourcePort: port, target, targetPort: 'in' })
}

/** A random workflow: sound, but of any shape. Starts at any of its triggers. */
export function drawWorkflow(
  random: Random,
  callable: readonly string[],
  triggers: readonly string[],
  errorWorkflow: string | null,
): WorkflowDefinition {
  const drawing: Drawing = { nodes: [], edges: [], random, callable }
  const [start, ...others] = triggers.map((type): Exit => {
    const key = `t${drawing.nodes.length}`
    place(drawing, key, { type, config: {}, ports: ['out'] }, {})
    return { node: key, port: 'out', yields: 'name' }
  })
  if (start === undefined) throw new Error('a workflow has a trigger')
  const exits = random.chance(0.5) ? [start] : [start, ...others]
  grow(drawing, exits, random.int(4, 14), 0)
  const [first] = drawing.edges
  // Most of what is drawn happens whichever way it starts.
  for (const { node, port } of random.chance(0.7) ? others : []) {
    link(drawing, { node, port, yields: undefined }, String(first?.['target']))
  }
  const settings: DataObject = {
    // Waits last whole hours: nothing ends within half an hour of this.
    ...(random.chance(0.15) ? { timeoutSeconds: 24.5 * 3600 } : {}),
    ...(errorWorkflow === null ? {} : { errorWorkflow }),
  }
  return parseDefinition({ schema: 1, nodes: drawing.nodes, edges: drawing.edges, settings })
}

/** What an execution is started with. */
export const payload = (random: Random, name: string): DataObject => ({
  name,
  truth: random.chance(0.5),
  number: random.int(0, 2),
  lists: [[], [0], [0, 1], [0, 1, 2]],
})
