import { expect, it } from 'vitest'
import {
  createPreview,
  NodeId,
  preview,
  registry,
  WorkflowId,
  WorkspaceId,
  type PreviewSample,
} from '#lib/engine/index.ts'
import { draw } from './bench.ts'
import { each, set, when } from './test-nodes.ts'

const sample: PreviewSample = {
  trigger: NodeId.parse('start'),
  triggerData: { name: 'Ada', list: [{ n: 1 }, { n: 2 }] },
  workspace: {
    id: WorkspaceId.parse('00000000-0000-4000-8000-000000000001'),
    name: 'Test',
    timeZone: 'UTC',
  },
  workflow: { id: WorkflowId.parse('00000000-0000-4000-8000-000000000002'), name: 'Test' },
  now: Date.parse('2026-11-23T09:00:00Z'),
}

it('computes what can be computed, and assumes the rest', () => {
  const steps = preview(
    draw(
      {
        start: 'trigger.manual',
        get: { type: 'http.request', config: { url: 'https://example.org' } },
        hello: set('Hello {{ trigger.name }}, {{ steps.get.body.name }}'),
        check: when('{{ steps.get.status }}', 'equals', 200),
        yes: set(1),
        no: set(2),
        wait: 'logic.delay',
      },
      ['start -> get -> hello -> check', 'check:true -> yes -> wait', 'check:false -> no'],
    ),
    registry,
    sample,
  )
  expect(steps['get']).toMatchObject({ status: 'succeeded', assumed: true })
  expect(steps['hello']).toMatchObject({
    status: 'succeeded',
    assumed: false,
    output: { value: 'Hello Ada, Ada Lovelace' },
  })
  expect(steps['check']).toMatchObject({ port: 'true' })
  expect(steps['no']).toMatchObject({ status: 'skipped' })
  expect(steps['wait']).toMatchObject({ assumed: true })
})

it('prefers outputs of an earlier execution', () => {
  const definition = draw(
    {
      start: 'trigger.manual',
      get: { type: 'http.request', config: { url: 'https://example.org' } },
      a: set('{{ steps.get.body }}'),
    },
    ['start -> get -> a'],
  )
  const steps = preview(definition, registry, {
    ...sample,
    outputs: { get: { status: 200, headers: {}, body: 'real' } },
  })
  expect(steps['a']?.output).toEqual({ value: 'real' })
})

it('shows the problem where it is, and says of what follows that nothing leads there', () => {
  const steps = preview(
    draw({ start: 'trigger.manual', bad: set('{{ trigger.nmae }}'), after: set(1) }, [
      'start -> bad -> after',
    ]),
    registry,
    sample,
  )
  expect(steps['bad']).toMatchObject({
    status: 'failed',
    error: { code: 'template.unknown_variable' },
  })
  expect(steps['after']).toMatchObject({ status: 'unreached', output: { value: 1 } })
})

it('lets the first item stand for all in a loop', () => {
  const definition = draw(
    { start: 'trigger.manual', loop: each('{{ trigger.list }}'), a: set('{{ item.n }}') },
    ['start -> loop', 'loop:each -> a'],
  )
  const steps = preview(definition, registry, sample)
  expect(steps['a']?.output).toEqual({ value: 1 })
  expect(steps['loop']).toMatchObject({ status: 'succeeded' })
})

it('of a drawing that cannot run is empty', () => {
  const circle = draw({ start: 'trigger.manual', a: set(1), b: set(2) }, [
    'start -> a -> b',
    'b -> a',
  ])
  expect(preview(circle, registry, sample)).toEqual({})
})

it('shows what a branch that is not taken would give, so that it can be set up', () => {
  const definition = draw(
    {
      start: 'trigger.manual',
      check: when('{{ trigger.name }}', 'equals', 'Ada'),
      no: set('No, {{ trigger.name }}'),
      after: set('{{ steps.no.value }}!'),
    },
    ['start -> check', 'check:false -> no -> after'],
  )
  const steps = preview(definition, registry, sample)
  expect(steps['no']).toMatchObject({ status: 'skipped', output: { value: 'No, Ada' } })
  expect(steps['after']).toMatchObject({ status: 'skipped', output: { value: 'No, Ada!' } })
})

it('goes the way that an assumed step went in the earlier execution', () => {
  const ask = { type: 'logic.approval', config: { title: 'May we?' } }
  const definition = draw({ start: 'trigger.manual', ask, no: set(2) }, [
    'start -> ask',
    'ask:rejected -> no',
  ])
  const outputs = { ask: { decision: 'rejected' } }
  const steps = preview(definition, registry, { ...sample, outputs, ports: { ask: 'rejected' } })
  expect(steps['ask']).toMatchObject({ port: 'rejected', assumed: true })
  expect(steps['no']).toMatchObject({ status: 'succeeded' })
})

it('shows what a step that acts would do, without its secrets, and does not do it', () => {
  const config = {
    url: 'https://example.org/{{ trigger.name }}',
    method: 'POST',
    bodyKind: 'text',
    auth: 'bearer',
    token: 'secret-token',
  }
  const definition = draw({ start: 'trigger.manual', get: { type: 'http.request', config } }, [
    'start -> get',
  ])
  const { input } = preview(definition, registry, sample)['get'] ?? {}
  expect(input).toMatchObject({ url: 'https://example.org/Ada', method: 'POST' })
  expect(JSON.stringify(input)).not.toContain('secret-token')
})

it('says so when a loop is given something that is no list', () => {
  const definition = draw(
    { start: 'trigger.manual', loop: each('{{ trigger.name }}'), a: set('{{ item }}') },
    ['start -> loop', 'loop:each -> a'],
  )
  const steps = preview(definition, registry, sample)
  expect(steps['loop']).toMatchObject({ status: 'failed' })
  expect(steps['a']).toMatchObject({ status: 'unreached', output: null })
})

it('knows the item of a loop on a way that the sample does not take', () => {
  const definition = draw(
    {
      start: 'trigger.manual',
      check: when('{{ trigger.name }}', 'equals', 'Bob'),
      loop: each('{{ trigger.list }}'),
      a: set('{{ item.n }}'),
    },
    ['start -> check', 'check:true -> loop', 'loop:each -> a'],
  )
  const steps = preview(definition, registry, sample)
  expect(steps['a']).toMatchObject({ status: 'unreached', output: { value: 1 } })
})

it('fills in templates while they are typed, with everything that the step can see', () => {
  const definition = draw(
    {
      start: 'trigger.manual',
      vars: {
        type: 'data.set_variables',
        config: { variables: [{ name: 'who', type: 'auto', value: 'Eve' }] },
      },
      loop: each('{{ trigger.list }}'),
      a: set(1),
    },
    ['start -> vars -> loop', 'loop:each -> a'],
  )
  const looked = createPreview(definition, registry, sample)
  const a = NodeId.parse('a')
  expect(looked?.evaluate(a, '{{ item.n }}')).toEqual({ value: 1 })
  expect(looked?.evaluate(a, '{{ vars.who | upcase }} {{ loop.number }}')).toEqual({
    value: 'EVE 1',
  })
  expect(looked?.evaluate(a, '{{ trigger.nmae }}')).toMatchObject({
    problem: { code: 'template.unknown_variable' },
  })
  expect(looked?.evaluate(a, '{{ trigger.name | add_days: 1 }}')).toHaveProperty('problem')
  expect(looked?.evaluate(NodeId.parse('elsewhere'), 'x')).toBeNull()
})

it('gives each rule its own verdict, and says at the rule what is wrong with it', () => {
  const definition = draw({ start: 'trigger.manual', a: set(1) }, ['start -> a'])
  const looked = createPreview(definition, registry, sample)
  const judged = looked?.judge(NodeId.parse('a'), {
    any: [
      { left: '{{ trigger.name }}', op: 'equals', right: 'ada' },
      { left: '{{ trigger.name }}', op: 'greater_than', right: 5 },
      { left: '{{ trigger.gone }}', op: 'equals', right: 1 },
      { none: [{ left: '{{ trigger.gone }}', op: 'exists' }] },
    ],
  })
  expect(judged).toMatchObject({ join: 'any', verdict: true, fails: true })
  expect(judged?.members).toMatchObject([
    { verdict: true, left: 'Ada', right: 'ada', reason: null, fails: false },
    { verdict: false, reason: expect.stringContaining('is not a number') },
    { verdict: false, reason: expect.stringContaining('gone'), fails: true },
    { verdict: true, fails: false },
  ])
})
