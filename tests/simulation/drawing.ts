import { parseDefinition, type DataObject, type WorkflowDefinition } from '#lib/engine/index.ts'
import { PIPELINE } from './nodes.ts'
import type { Random } from './random.ts'

/** A step of a random drawing: what it does, and the ports by which it can be left. */
interface Kind {
  type: string
  config: DataObject
  ports: string[]
  settings?: DataObject
  /** The output has a number or text at this path, for later steps to use. */
  yields?: string
}

/** Where the next step may follow. */
interface Exit {
  node: string
  port: string
  yields: string | undefined
}

interface Drawing {
  nodes: DataObject[]
  edges: DataObject[]
  random: Random
  /** Workflows that steps of this one may call. */
  callable: readonly string[]
}

/** How deep in loops a step is. */
type Depth = 0 | 1 | 2

/** A place in words: which execution, which step, which items. */
function placeText(key: string, depth: Depth): string {
  const items = ['', '{{ index }}', '{{ loop.parent.index }}.{{ index }}'][depth]
  return `{{ trigger.name }} ${key}@${items}`
}

const retry = (random: Random): DataObject => ({
  attempts: 5,
  backoff: random.pick(['fixed', 'exponential']),
  delaySeconds: random.pick([0, 1, 30]),
})

/** Something that an earlier step brought; where that step didn't run, something else. */
const datum = (random: Random, { node, yields }: Exit): string =>
  yields === undefined
    ? String(random.int(0, 99))
    : `{{ steps.${node}.${yields} | default: 'none' }}`

/** What another service is asked; how it behaves is in the address. */
function request(random: Random, from: Exit): Kind {
  const unsure = random.chance(0.4)
  const script = random.pick([
    'ok',
    'ok',
    '503-ok',
    '429-ok',
    'refused-ok',
    'lost-ok',
    'hangs-ok',
    '503-lost-ok',
    '404',
  ])
  return {
    type: 'http.request',
    config: {
      method: random.pick(['POST', 'PUT', 'GET']),
      url: `https://partner.example/${script}`,
      body: 'fields',
      fields: [{ name: 'given', type: 'auto', value: datum(random, from) }],
      ifUnclear: unsure ? 'fail' : 'retry',
    },
    ports: ['out'],
    yields: 'body.number',
    settings: { retry: retry(random), timeoutSeconds: 60 },
  }
}

function letter(random: Random): Kind {
  const script = random.pick(['ok', 'ok', 'refused-ok', 'lost-ok'])
  return {
    type: 'mail.send',
    config: {
      to: `${script}@example.org`,
      subject: 'Hello {{ trigger.name }}',
      body: 'A letter.',
      ifUnclear: random.pick(['retry', 'fail']),
    },
    ports: ['out'],
    yields: 'message_id',
    settings: { retry: retry(random) },
  }
}

type Maker = (drawing: Drawing, key: string, depth: Depth, from: Exit) => Kind

const MAKERS: Record<string, Maker> = {
  compute: ({ random }, _key, _depth, from) => ({
    type: 'data.set_variables',
    config: {
      variables: [
        { name: 'value', type: 'auto', value: `${datum(random, from)}+${random.int(0, 9)}` },
      ],
    },
    ports: ['out'],
    yields: 'value',
  }),
  decide: ({ random }) => ({
    type: 'logic.condition',
    config: {
      rules: { all: [{ left: '{{ trigger.truth }}', op: 'equals', right: random.chance(0.5) }] },
    },
    ports: ['true', 'false'],
  }),
  choose: ({ random }) => ({
    type: 'logic.switch',
    config: {
      cases: [0, 1].map((at) => ({
        name: `Case ${at}`,
        port: `case_${at}`,
        when: {
          all: [{ left: '{{ trigger.number }}', op: 'equals', right: at + random.int(0, 1) }],
        },
      })),
    },
    ports: ['case_0', 'case_1', 'default'],
  }),
  merge: ({ random }) => ({
    type: 'logic.merge',
    config: { strategy: random.pick(['by_step', 'fields', 'list', 'first']) },
    ports: ['out'],
  }),
  request: ({ random }, _key, _depth, from) => request(random, from),
  letter: ({ random }) => letter(random),
  record: (_drawing, key, depth, from) => ({
    type: 'records.create',
    config: {
      pipeline: PIPELINE,
      values: { place: placeText(key, depth), given: datum(_drawing.random, from) },
    },
    ports: ['out'],
    yields: 'record.data.given',
  }),
  flaky: ({ random }, key, depth) => ({
    type: 'sim.flaky',
    config: { fails: random.int(0, 2), place: placeText(key, depth) },
    ports: ['out'],
    yields: 'tries',
    settings: { retry: retry(random) },
  }),
  delay: ({ random }) => ({
    type: 'logic.delay',
    config: random.chance(0.8)
      ? { duration: { amount: random.pick([0, 1, 40, 7200]), unit: 'seconds' } }
      : { mode: 'until', until: random.pick(['2020-01-01', '2026-11-24 08:00']) },
    ports: ['out'],
  }),
  wait: ({ random }) => ({
    type: 'sim.wait',
    config: {
      times: random.int(1, 3),
      together: random.chance(0.5),
      hours: random.pick([0, 0, 1]),
    },
    ports: ['out'],
    yields: "heard['thing 0']",
  }),
  ask: (_drawing, key, depth) => ({
    type: 'sim.ask',
    config: { place: placeText(key, depth) },
    ports: ['out'],
  }),
  call: ({ random, callable: [first, ...others] }, key, depth, from) =>
    first === undefined
      ? request(random, from)
      : {
          type: 'logic.call_workflow',
          config: {
            workflow: random.pick([first, ...others]),
            wait: random.chance(0.7),
            inputs: [
              { name: 'name', type: 'text', value: placeText(key, depth) },
              ...['truth', 'number', 'lists'].map((name) => ({
                name,
                type: 'auto',
                value: `{{ trigger.${name} }}`,
              })),
            ],
          },
          ports: ['out'],
          yields: 'status',
        },
  broken: () => ({
    type: 'data.set_variables',
    config: { variables: [{ name: 'value', type: 'auto', value: '{{ trigger.nothing }}' }] },
    ports: ['out'],
  }),
  stop: () => ({ type: 'logic.stop', config: { message: 'Enough' }, ports: [] }),
}

/** How often each kind is drawn. */
const KINDS = Object.entries({
  ...{ compute: 4, decide: 2, choose: 1, merge: 2, request: 5, letter: 1, record: 3, flaky: 1 },
  ...{ delay: 2, wait: 2, ask: 1, call: 2, broken: 1, stop: 0.3, loop: 2 },
})
const WEIGHT = KINDS.reduce((sum, [, weight]) => sum + weight, 0)

function drawnKind(random: Random, depth: Depth): string {
  let at = random.next() * WEIGHT
  const [kind] = KINDS.find(([, weight]) => (at -= weight) < 0) ?? ['compute']
  return kind === 'loop' && depth === 2 ? 'compute' : kind
}

/** Adds some steps that follow given exits. A loop's body is a drawing of its own. */
function grow(drawing: Drawing, exits: Exit[], count: number, depth: Depth): void {
  const { random } = drawing
  for (let index = 0; index < count; index++) {
    const [first, ...others] = exits
    if (first === undefined) return
    const from = random.pick([first, ...others])
    const key = `s${drawing.nodes.length}`
    const kind = drawnKind(random, depth)
    const made =
      kind === 'loop' ? loop(random) : (MAKERS[kind]?.(drawing, key, depth, from) ?? loop(random))
    const settings = settingsOf(random, kind, made)
    place(drawing, key, made, settings)
    link(drawing, from, key)
    if (random.chance(kind === 'merge' ? 0.8 : 0.15))
      link(drawing, random.pick([first, ...others]), key)
    const ports = settings['onError'] === 'port' ? [...made.ports, 'error'] : made.ports
    exits.push(...ports.map((port) => ({ node: key, port, yields: made.yields })))
    if (kind !== 'loop') continue
    const body: Exit[] = [{ node: key, port: 'each', yields: undefined }]
    grow(drawing, body, random.int(1, 3), depth === 0 ? 1 : 2)
  }
}

function loop(random: Random): Kind {
  return {
    type: 'logic.for_each',
    config: {
      items: `{{ trigger.lists[${random.int(0, 3)}] }}`,
      concurrency: random.int(1, 3),
      onItemError: random.pick(['continue', 'continue', 'stop']),
    },
    ports: ['done'],
    yields: 'count',
  }
}

/** Mostly a failure is dealt with: then everything has to end as in a world without faults. */
function settingsOf(random: Random, kind: string, { settings = {} }: Kind): DataObject {
  const onError = random.pick(['continue', 'port', 'port', 'port', 'stop'])
  return {
    ...settings,
    ...(kind === 'stop' ? {} : { onError }),
    ...(kind !== 'loop' && kind !== 'stop' && random.chance(0.06) ? { disabled: true } : {}),
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
  const exits: Exit[] = triggers.map((type) => {
    const key = `t${drawing.nodes.length}`
    place(drawing, key, { type, config: {}, ports: ['out'] }, {})
    return { node: key, port: 'out', yields: 'name' }
  })
  grow(drawing, exits, random.int(2, 9), 0)
  const settings: DataObject = {
    ...(random.chance(0.1) ? { timeoutSeconds: 100 * 86_400 } : {}),
    ...(errorWorkflow === null ? {} : { errorWorkflow }),
  }
  return parseDefinition({ schema: 1, nodes: drawing.nodes, edges: drawing.edges, settings })
}

/** What runs when an execution has failed: it makes one record of it. */
export function drawErrorWorkflow(): WorkflowDefinition {
  const values = { place: '{{ trigger.trigger.name }} failed s1@' }
  return parseDefinition({
    schema: 1,
    nodes: [
      { id: 't0', key: 't0', type: 'trigger.failure', config: {} },
      { id: 's1', key: 's1', type: 'records.create', config: { pipeline: PIPELINE, values } },
    ].map((node) => ({ version: 1, title: node.key, position: { x: 0, y: 0 }, ...node })),
    edges: [{ id: 'e', source: 't0', sourcePort: 'out', target: 's1', targetPort: 'in' }],
    settings: {},
  })
}

/** What an execution is started with. */
export const payload = (random: Random, name: string): DataObject => ({
  name,
  truth: random.chance(0.5),
  number: random.int(0, 2),
  lists: [[], [0], [0, 1], [0, 1, 2]],
})
