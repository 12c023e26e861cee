import { describe, expect, it } from 'vitest'
import { brief } from '#lib/builder/preview/brief.ts'
import { Computing } from '#lib/builder/preview/computing.ts'
import type { Heard, Told } from '#lib/builder/preview/messages.ts'
import { PreviewState } from '#lib/builder/preview/preview-state.svelte.ts'
import { registry, type Data, type NodeDefinition } from '#lib/engine/index.ts'
import { draw } from '../engine/bench.ts'
import { set, when } from '../engine/test-nodes.ts'

const PLACE = {
  workspace: { id: '00000000-0000-4000-8000-000000000001', name: 'Acme', timeZone: 'UTC' },
  workflow: { id: '00000000-0000-4000-8000-000000000002', name: 'Test' },
}

const exampleOf = (node: NodeDefinition): Data =>
  (registry.get(node.type)?.sample as Data | undefined) ?? null // samples are data

/** A page and its worker, which talk to each other and do their work when the test says. */
function pair() {
  const work: (() => void)[] = []
  const told: Told[] = []
  const heard: Heard[] = []
  let computing: Computing | undefined
  const state = new PreviewState((hear) => {
    computing = new Computing({
      registry,
      say: (news) => {
        heard.push(news)
        hear(news)
      },
      now: () => Date.parse('2026-11-23T09:00:00Z'),
      later: (some) => work.push(some),
    })
    return {
      tell(message) {
        // As it crosses over to a worker.
        const copy = structuredClone(message)
        told.push(copy)
        computing?.hear(copy)
      },
      stop: () => undefined,
    }
  }, exampleOf)
  state.place(PLACE.workspace, PLACE.workflow)
  return {
    ...{ state, told, heard },
    settle() {
      for (const some of work.splice(0)) some()
    },
  }
}

const drawing = draw(
  {
    start: 'trigger.manual',
    hello: set('Hello {{ trigger.name }}'),
    check: when('{{ steps.hello.value }}', 'contains', 'Ada'),
  },
  ['start -> hello -> check'],
)

const sampled = (name: string) => ({ triggers: { start: { name } }, outputs: {}, ports: {} })

describe('the preview beside the page', () => {
  it('says what each step comes to on the sample', () => {
    const { state, settle } = pair()
    state.draw(drawing)
    state.sample(sampled('Ada'))
    settle()
    expect(state.step('hello')).toMatchObject({ output: { value: 'Hello Ada' }, isPart: false })
    expect(state.step('check')).toMatchObject({ port: 'true' })
    state.sample(sampled('Bob'))
    settle()
    expect(state.step('check')).toMatchObject({ port: 'false' })
  })

  it('is told only of steps that changed, and tells only of those', async () => {
    const { state, told, heard, settle } = pair()
    state.draw(drawing)
    state.sample(sampled('Ada'))
    settle()
    const [start, hello, check] = drawing.nodes
    if (!start || !hello || !check) throw new Error('the drawing has three steps')
    const other = { ...check, config: when('{{ steps.hello.value }}', 'contains', 'Eve').config }
    state.draw({ ...drawing, nodes: [start, hello, other] })
    await expect.poll(() => told.filter(({ kind }) => kind === 'draft').length).toBe(2)
    settle()
    const last = told.findLast((message) => message.kind === 'draft')
    expect(last?.kind === 'draft' && last.draft.changed.map(({ node }) => node.key)).toEqual([
      'check',
    ])
    const news = heard.at(-1)
    expect(news?.kind === 'steps' && news.changed.map(({ node }) => node)).toEqual(['check'])
  })

  it('answers what forms ask, again when the answer changes, and not after they are closed', () => {
    const { state, settle } = pair()
    const answers: unknown[] = []
    state.draw(drawing)
    state.sample(sampled('Ada'))
    const stop = state.watch(
      {
        kind: 'fill',
        node: 'hello',
        templates: ['{{ trigger.name | upcase }}', '{{ trigger.nope }}'],
      },
      (answer) => answers.push(answer),
    )
    settle()
    expect(answers).toMatchObject([
      { filled: [{ value: 'ADA' }, { problem: { code: 'template.unknown_variable' } }] },
    ])
    state.sample(sampled('Ada'))
    settle()
    expect(answers).toHaveLength(1)
    state.sample(sampled('Bob'))
    settle()
    expect(answers).toHaveLength(2)
    stop()
    state.sample(sampled('Eve'))
    settle()
    expect(answers).toHaveLength(2)
  })

  it('judges rules with every rule’s own verdict', () => {
    const { state, settle } = pair()
    const answers: unknown[] = []
    state.draw(drawing)
    state.sample(sampled('Ada'))
    const tree = { all: [{ left: '{{ trigger.name }}', op: 'equals' as const, right: 'Ada' }] }
    state.watch({ kind: 'judge', node: 'hello', tree }, (answer) => answers.push(answer))
    settle()
    expect(answers).toMatchObject([{ judged: { verdict: true, members: [{ left: 'Ada' }] } }])
  })

  it('hands over large values in part, and computes with the whole', () => {
    const { state, settle } = pair()
    const list = Array.from({ length: 20_000 }, (_, n) => ({ n, text: 'x'.repeat(80) }))
    const definition = draw(
      {
        start: 'trigger.manual',
        count: set('{{ trigger.list | size }}'),
        all: set('{{ trigger.list }}'),
      },
      ['start -> count -> all'],
    )
    state.draw(definition)
    state.sample({ triggers: { start: { list } }, outputs: {}, ports: {} })
    settle()
    expect(state.step('count')?.output).toEqual({ value: 20_000 })
    expect(state.step('all')?.isPart).toBe(true)
    expect(JSON.stringify(state.step('all')?.output).length).toBeLessThan(100_000)
  })

  it('says when the drawing cannot be looked at', () => {
    const { state, settle } = pair()
    state.draw(
      draw({ start: 'trigger.manual', a: set(1), b: set(2) }, ['start -> a -> b', 'b -> a']),
    )
    settle()
    expect(state.canRun).toBe(false)
  })
})

it('a large text is cut, a small value stays as it is', () => {
  expect(brief({ a: [1, 'b', null] })).toEqual({ value: { a: [1, 'b', null] }, isPart: false })
  const { value, isPart } = brief('x'.repeat(5000))
  expect(isPart).toBe(true)
  expect(String(value)).toHaveLength(2001)
})
