import type { DataObject } from '#lib/engine/index.ts'
import { PIPELINE } from './nodes.ts'
import type { Random } from './random.ts'

/** A step of a random drawing: what it does, and the ports by which it can be left. */
export interface Kind {
  type: string
  config: DataObject
  ports: string[]
  settings?: DataObject
  /** The output has a number or text at this path, for later steps to use. */
  yields?: string
}

/** Where the next step may follow. */
export interface Exit {
  node: string
  port: string
  yields: string | undefined
}

/** A workflow while it's being drawn. */
export interface Drawing {
  nodes: DataObject[]
  edges: DataObject[]
  random: Random
  /** Workflows that steps of this one may call. */
  callable: readonly string[]
}

/** How deep in loops a step is. */
export type Depth = 0 | 1 | 2

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
      ifUnclear: random.pick(['retry', 'retry', 'fail', 'ask']),
    },
    ports: ['out'],
    yields: 'body.number',
    settings: { retry: retry(random), timeoutSeconds: 60 },
  }
}

/** An e-mail. */
export function letter(random: Random): Kind {
  const script = random.pick(['ok', 'ok', 'refused-ok', 'lost-ok'])
  return {
    type: 'mail.send',
    config: {
      to: `${script}@example.org`,
      subject: 'Hello {{ trigger.name }}',
      body: 'A letter.',
      ifUnclear: random.pick(['retry', 'fail', 'ask']),
    },
    ports: ['out'],
    yields: 'message_id',
    settings: { retry: retry(random) },
  }
}

/** What steps that make and change records yield. */
const RECORD = 'record.data.given'

type Maker = (drawing: Drawing, key: string, depth: Depth, from: Exit) => Kind

/** Steps that aren't loops, by kind. */
export const MAKERS: Record<string, Maker> = {
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
  record: ({ random }, key, depth, from) => ({
    ...(from.yields === RECORD && random.chance(0.5)
      ? {
          type: 'records.update',
          config: {
            pipeline: PIPELINE,
            record: `{{ steps.${from.node}.record | default: '' }}`,
            changes: { given: `${datum(random, from)}!` },
          },
        }
      : {
          type: 'records.create',
          config: {
            pipeline: PIPELINE,
            values: { place: placeText(key, depth), given: datum(random, from) },
          },
        }),
    ports: ['out'],
    yields: RECORD,
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
      ? { duration: { amount: random.pick([0, 1, 40, 7200, 3 * 86_400]), unit: 'seconds' } }
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
