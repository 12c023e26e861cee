import { describe, expect, it } from 'vitest'
import {
  addressOf,
  broughtBy,
  firstComparison,
  readComparison,
  writeComparison,
} from '#lib/builder/versions/address.ts'
import { readFile, writeFile, fileNameOf } from '#lib/builder/versions/file.ts'
import { fingerprintOf } from '#lib/builder/versions/fingerprint.ts'
import { differenceOf } from '#lib/builder/versions/difference.ts'
import { mergedDrawing } from '#lib/builder/versions/merged.ts'
import { reportOn } from '#lib/builder/versions/report.ts'
import type { Names } from '#lib/builder/versions/values.ts'
import {
  createRegistry,
  defineNode,
  field,
  parseDefinition,
  registry,
  SINGLE,
} from '#lib/engine/index.ts'
import { z } from 'zod'

const names: Names = {
  pipelines: [{ id: 'p1', name: 'People', fields: [{ key: 'name', title: 'Full name' }] }],
  workflows: [{ id: '6f9619ff-8b86-4d01-b42d-00cf4fc964ff', name: 'Alarm' }],
  connections: new Map([['c1', 'Our mail']]),
}

const secretive = createRegistry([
  defineNode({
    type: 'test.secretive',
    version: 1,
    category: 'logic',
    title: 'Secretive',
    description: 'Keeps something.',
    icon: 'key',
    effect: 'pure',
    ports: () => SINGLE,
    config: z.object({ token: field.secret({ label: 'Token' }) }),
    output: z.object({}),
    sample: {},
    run: () => ({}),
  }),
])

const step = (id: string, type: string, config: object, more: object = {}) => ({
  ...{ id, key: id, type, version: 1, title: id, position: { x: 0, y: 0 }, config },
  ...more,
})
const drawn = (nodes: object[], edges: object[] = [], settings: object = {}) =>
  parseDefinition({ schema: 1, nodes, edges, settings })
const line = (source: string, target: string, sourcePort = 'out') => ({
  ...{ id: `${source}-${target}`, source, sourcePort, target, targetPort: 'in' },
})
const report = (before: object[], after: object[]) =>
  reportOn(drawn(before), drawn(after), { registry, names })

describe('what differs, in words', () => {
  it('is one sentence, and says so when only the drawing differs', () => {
    const before = [step('a', 'data.set_variables', {}), step('b', 'logic.delay', {})]
    const after = [
      step('a', 'data.set_variables', {}, { disabled: true }),
      step('c', 'logic.stop', {}),
    ]
    expect(report(before, after).summary).toBe('1 step added, 1 removed, and 1 changed.')
    const moved = before.map((node) => ({ ...node, position: { x: 9, y: 9 } }))
    expect(report(before, moved).summary).toBe(
      'The workflow does the same. Only its drawing differs.',
    )
    expect(report(before, moved).drawn).toEqual(['2 steps moved'])
    expect(report(before, before).summary).toBe('Nothing differs.')
  })

  it('names fields, choices and what ids stand for as the form does', () => {
    const values = (name: string) => ({ pipeline: 'p1', values: { name } })
    const [changed] = report(
      [step('make', 'records.create', values('{{ trigger.name }}'))],
      [step('make', 'records.create', values('Ana'))],
    ).steps
    expect(changed?.fields).toMatchObject([
      { before: 'Full name: {{ trigger.name }}', after: 'Full name: Ana' },
    ])
    const [added] = report([], [step('make', 'records.create', values('Ana'))]).steps
    expect(added?.fields).toContainEqual(expect.objectContaining({ after: 'People' }))
  })

  it('tells rules as sentences and schedules as people say them', () => {
    const rule = { left: '{{ trigger.total }}', op: 'greater_than', right: '5' }
    const [condition] = report(
      [],
      [step('is', 'logic.condition', { rules: { all: [rule] } })],
    ).steps
    expect(condition?.fields[0]?.after).toBe(
      'All of these are true:\n    {{ trigger.total }} is greater than 5',
    )
    const clock = (cron: string) => step('clock', 'trigger.schedule', { cron, timeZone: 'UTC' })
    const [schedule] = report([clock('0 9 * * *')], [clock('30 8 * * 1,3')]).steps
    expect(schedule?.fields[0]).toMatchObject({
      before: 'Every day at 09:00',
      after: 'Every Monday and Wednesday at 08:30',
    })
  })

  it('tells tries, time-outs and what happens after a failure', () => {
    const retry = { attempts: 3, backoff: 'exponential', delaySeconds: 60 }
    const [changed] = report(
      [step('ask', 'http.request', {})],
      [step('ask', 'http.request', {}, { retry, timeoutSeconds: 120, onError: 'continue' })],
    ).steps
    expect(changed?.fields.map(({ before, after }) => [before, after])).toEqual([
      ['No', '3 tries in all, 1 minute apart, twice as long each time'],
      ['', '2 minutes'],
      ['The workflow stops', 'The workflow goes on'],
    ])
  })

  it('says that a secret changed, and never what it is', () => {
    const before = drawn([step('s', 'test.secretive', { token: 'old-token' })])
    const after = drawn([step('s', 'test.secretive', { token: 'new-token' })])
    const { steps } = reportOn(before, after, { registry: secretive, names })
    expect(steps[0]?.fields).toEqual([{ label: 'Token', before: '', after: '', isSecret: true }])
    const text = writeFile({ name: 'Orders', definition: after }, secretive)
    expect(text).not.toContain('new-token')
  })
})

describe('the drawing of a difference', () => {
  it('holds what is there and what is gone, and lets nothing cover anything', () => {
    const before = drawn(
      [step('a', 'data.set_variables', {}), step('b', 'logic.delay', {})],
      [line('a', 'b')],
    )
    const after = drawn(
      [step('a', 'data.set_variables', {}), step('c', 'logic.delay', {})],
      [line('a', 'c')],
    )
    const merged = mergedDrawing(before, after, differenceOf(before, after))
    expect(merged.definition.nodes.map(({ id }) => id)).toEqual(['a', 'c', 'b'])
    expect(merged.definition.nodes.at(-1)?.position.y).toBeGreaterThan(60)
    expect([...merged.lines.values()].sort()).toEqual(['added', 'removed'])
    expect(merged.steps).toEqual(
      new Map([
        ['c', 'added'],
        ['b', 'removed'],
      ]),
    )
  })
})

describe('the address of a comparison', () => {
  it('is read as it was written, and anything else is nothing', () => {
    const comparison = { before: 3, after: 'draft' } as const
    expect(readComparison(writeComparison(comparison))).toEqual(comparison)
    for (const text of ['', '3', 'a..b', '1..2..3', '-1..2', '0..1']) {
      expect(readComparison(text)).toBeNull()
    }
  })

  it('keeps the rest of the page’s address', () => {
    const page = new URL('https://weft.example/w/1/workflows/2?view=list')
    const there = addressOf(page, { before: 1, after: 2 })
    expect(there).toBe('/w/1/workflows/2?view=list&compare=1..2')
    expect(addressOf(new URL(there, page), null)).toBe('/w/1/workflows/2?view=list')
  })

  it('shows first what is not published, or else what the newest version brought', () => {
    const versions = [
      { number: 2, is_live: false },
      { number: 1, is_live: true },
    ]
    expect(firstComparison(versions, true)).toEqual({ before: 1, after: 'draft' })
    expect(firstComparison(versions, false)).toEqual({ before: 1, after: 2 })
    expect(firstComparison([], true)).toEqual({ before: 'start', after: 'draft' })
    expect(broughtBy(1)).toEqual({ before: 'start', after: 1 })
  })
})

describe('what was looked at', () => {
  it('is known again wherever steps stand, and not when what they do differs', () => {
    const one = drawn([step('a', 'data.set_variables', { x: '1', y: '2' })])
    const moved = drawn([
      step('a', 'data.set_variables', { y: '2', x: '1' }, { position: { x: 5, y: 5 } }),
    ])
    const other = drawn([step('a', 'data.set_variables', { x: '1', y: '3' })])
    expect(fingerprintOf(moved)).toBe(fingerprintOf(one))
    expect(fingerprintOf(other)).not.toBe(fingerprintOf(one))
  })
})

describe('a workflow as a file', () => {
  const definition = drawn([
    step('a', 'data.set_variables', { x: '1' }, { pinned: { iban: 'AT61' } }),
  ])

  it('is read as it was written, without data of real people', () => {
    const text = writeFile({ name: 'Orders', definition }, registry)
    expect(text).not.toContain('AT61')
    const { pinned: _data, ...node } = definition.nodes[0] ?? {}
    expect(readFile(text)).toEqual({ name: 'Orders', definition: { ...definition, nodes: [node] } })
  })

  it('says of anything else that it is none, and of a newer one that it is newer', () => {
    expect(readFile('Dear Ana')).toBe('strange')
    expect(readFile('{"weftWorkflow": 1, "definition": {"nodes": 3}}')).toBe('strange')
    expect(readFile('{"weftWorkflow": 2, "definition": {}}')).toBe('newer')
    expect(readFile('{"weftWorkflow": 1, "definition": {"schema": 99}}')).toBe('newer')
  })

  it('has a name that every disk takes', () => {
    expect(fileNameOf('Größe: “A/B” bestellen', 3)).toBe('groe-ab-bestellen-version-3.json')
    expect(fileNameOf('注文', null)).toBe('workflow-draft.json')
  })
})
