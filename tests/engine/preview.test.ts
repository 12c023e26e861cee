import { expect, it } from 'vitest'
import {
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

it('shows the problem where it is, and goes no further there', () => {
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
  expect(steps['after']).toBeUndefined()
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
