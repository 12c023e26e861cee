import { describe, expect, it } from 'vitest'
import * as Y from 'yjs'
import { fromDefinition } from '#lib/builder/document/write.ts'
import { longTexts } from '#lib/builder/document/long-texts.ts'
import { gistOf } from '#lib/builder/preview/gist.ts'
import type { BriefStep } from '#lib/builder/preview/messages.ts'
import { Results } from '#lib/builder/preview/results.svelte.ts'
import { Editor } from '#lib/builder/state/editor.svelte.ts'
import { NodeId, portsOf, registry, type Data, type NodeDefinition } from '#lib/engine/index.ts'
import { execution, step } from '../app/executions-source.ts'
import { draw, type Drawn } from '../engine/bench.ts'

const PIPELINE = { id: 'p1', name: 'Leads' }

const came = (to: Partial<BriefStep>): BriefStep => ({
  ...{ node: NodeId.parse('step'), status: 'succeeded', port: 'out', input: null, output: null },
  ...{ error: null, assumed: false, isPart: false, ...to },
})

function nodeOf(drawn: Drawn): NodeDefinition {
  const [node] = draw({ step: drawn }, []).nodes
  if (!node) throw new Error('nothing was drawn')
  return node
}

function line(drawn: Drawn, to: Partial<BriefStep>): string | null {
  const node = nodeOf(drawn)
  const type = registry.get(node.type)
  if (!type) throw new Error(`There is no ${node.type}.`)
  const { outputs } = portsOf(type, node.config, node.onError)
  const gist = gistOf(came(to), { node, type, outputs, named: [PIPELINE] })
  return gist && `${gist.kind}: ${gist.words}`
}

const acts = (type: string, input: Data): string | null => line({ type }, { input })

describe('the line that tells what a step comes to', () => {
  it('shows what a step that computes gives, shortened', () => {
    const output = { name: 'Ann', items: ['a'], text: 'x'.repeat(5_000) }
    const words = line({ type: 'data.set_variables' }, { output })
    expect(words).toContain('gives: name: Ann, items: …')
    expect(words?.length).toBeLessThan(110)
  })

  it('shows of a webhook what was sent', () => {
    const output = { method: 'POST', body: { name: 'Ann' }, headers: { accept: '*' } }
    expect(line({ type: 'trigger.webhook' }, { output })).toBe('gives: name: Ann')
  })

  it('names the way that a step with several takes, and the rounds of a loop', () => {
    expect(line({ type: 'logic.condition' }, { port: 'true', output: {} })).toBe('takes: True')
    expect(line({ type: 'logic.for_each' }, { input: { items: [1, 2, 3] } })).toBe(
      'takes: 3 times, once for each item',
    )
  })

  it('says what a step that acts would do', () => {
    expect(acts('mail.send', { to: ['ann@example.org'] })).toBe(
      'would: Would e-mail ann@example.org',
    )
    expect(acts('http.request', { method: 'POST', url: 'https://a.example/b/c?key=1' })).toBe(
      'would: Would call POST a.example/b/c',
    )
    expect(acts('records.create', { pipeline: 'p1' })).toBe('would: Would create a record in Leads')
    expect(acts('records.update', { changes: { stage: 'won', owner: 'Ann' } })).toBe(
      'would: Would change stage, owner',
    )
    expect(acts('logic.delay', { mode: 'for', duration: { amount: 5, unit: 'minutes' } })).toBe(
      'would: Would wait 5 minutes',
    )
    expect(acts('logic.approval', { title: 'Discount' })).toBe('would: Would ask: Discount')
  })

  it('has words for every step that acts', () => {
    for (const { type, effect } of registry.all) {
      if (effect !== 'pure' && effect !== 'control')
        expect(acts(type, {})).toMatch(/^would: Would /)
    }
  })

  it('tells of failing once, where it fails, and is silent behind it and where a step is off', () => {
    const type = 'data.set_variables'
    const error = {
      ...{ code: 'x', title: 'A text is not a number', detail: '', hint: '' },
      ...{ node: null, field: null, retryable: false },
    } as unknown as NonNullable<BriefStep['error']>
    expect(line({ type }, { status: 'failed', error })).toBe(
      'fails: Would fail: A text is not a number',
    )
    expect(line({ type }, { status: 'unreached' })).toBe(null)
    expect(line({ type }, { status: 'skipped' })).toBe('passed: Not with this sample')
    expect(line({ type, disabled: true }, { output: { a: 1 } })).toBe(null)
  })

  it('shows what is pinned, which stands in for what it would give', () => {
    expect(line({ type: 'mail.send', pinned: { ok: true } }, { output: null })).toBe(
      'gives: ok: yes',
    )
  })
})

describe('results on cards and rows', () => {
  const problem = { code: 'test', title: 'The greeting failed', detail: '', retryable: false }

  function scene(hasSample = true) {
    const doc = new Y.Doc()
    fromDefinition(doc, draw({ a: 'data.set_variables' }, []), longTexts)
    const editor = new Editor({ doc, registry, canEdit: () => true })
    const [node] = editor.definition.nodes
    if (!node) throw new Error('nothing was drawn')
    const kept = new Map<string, string>()
    const drawer = {
      getItem: (key: string): string | null => kept.get(key) ?? null,
      setItem: (key: string, value: string): void => void kept.set(key, value),
    }
    const preview = came({ output: { greeting: 'Hello' } })
    const place = {
      editor,
      host: { pipelines: [], workflows: [] },
      preview: { step: () => preview },
      samples: { outputs: new Map<string, Data>(hasSample ? [['start', {}]] : []) },
    }
    return { editor, node, make: () => new Results(place, drawer) }
  }

  it('are there when there is a sample, and the same thing until the preview changes', () => {
    const { node, make } = scene()
    const results = make()
    expect(results.of(node)?.words).toBe('greeting: Hello')
    expect(results.of(node)).toBe(results.of(node))
  })

  it('are not there without one: made-up data would mislead', () => {
    const { node, make } = scene(false)
    expect(make().of(node)).toBe(null)
  })

  it('tell what really came of it while an execution is looked at', () => {
    const { editor, node, make } = scene()
    const results = make()
    editor.run.execution = execution(1)
    expect(results.of(node)).toBe(null)
    editor.run.steps = [step(node.id, 1, { output: { greeting: 'Good evening' } })]
    expect(results.of(node)).toEqual({ kind: 'gives', words: 'greeting: Good evening', ran: true })
    editor.run.steps = [step(node.id, 1, { status: 'failed', error: problem })]
    expect(results.of(node)?.words).toBe('The greeting failed')
    // What several items came to has no room on one line.
    editor.run.steps = [0, 1].map((n) => step(node.id, n, { path: `each:${n}` }))
    expect(results.of(node)).toBe(null)
    editor.run.execution = null
    expect(results.of(node)?.words).toBe('greeting: Hello')
  })

  it('can be switched off, which is remembered', () => {
    const { node, make } = scene()
    make().shown = false
    expect(make().of(node)).toBe(null)
    make().shown = true
    expect(make().of(node)).not.toBe(null)
  })
})
