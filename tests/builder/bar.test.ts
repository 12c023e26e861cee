import { describe, expect, it } from 'vitest'
import { isSameWorkflow } from '#lib/builder/bar/same.ts'
import {
  asFields,
  editablePart,
  exampleFor,
  fromFields,
  readText,
  wholeData,
} from '#lib/builder/bar/test-data.ts'
import { curlExample } from '#lib/builder/inspector/webhook.ts'
import { outputsOf } from '#lib/builder/samples/execution-data.ts'
import { registry, workflowDefinition } from '#lib/engine/index.ts'
import type { Step } from '#lib/executions/rows.ts'

const definition = workflowDefinition.parse({
  schema: 1,
  nodes: [
    {
      id: 'hook',
      key: 'hook',
      type: 'trigger.webhook',
      version: 1,
      title: '',
      position: { x: 0, y: 0 },
      config: { methods: 'PUT', a: { x: 1, y: 2 } },
    },
    {
      id: 'mail',
      key: 'mail',
      type: 'mail.send',
      version: 1,
      title: '',
      position: { x: 9, y: 9 },
      config: {},
    },
  ],
  edges: [{ id: 'e', source: 'hook', sourcePort: 'out', target: 'mail' }],
  settings: {},
})
const [hook, mail] = definition.nodes
if (!hook || !mail) throw new Error('two nodes')

describe('unpublished changes', () => {
  it('are changes of what it does, not of where it is drawn or in which order it was stored', () => {
    const moved = {
      ...definition,
      nodes: [
        { ...mail, position: { x: 5, y: 5 } },
        { ...hook, config: { a: { y: 2, x: 1 }, methods: 'PUT' } },
      ],
      edges: definition.edges.map((edge) => ({ ...edge, id: 'other' })),
    }
    expect(isSameWorkflow(definition, moved)).toBe(true)
    expect(isSameWorkflow(definition, { ...definition, edges: [] })).toBe(false)
    expect(
      isSameWorkflow(definition, { ...definition, nodes: [hook, { ...mail, disabled: true }] }),
    ).toBe(false)
  })
})

describe('test data', () => {
  it('is asked for as fields where it fits, and keeps numbers and yes or no', () => {
    const data = { name: 'Ada', age: 36, vip: true, code: '007' }
    expect(fromFields(asFields(data) ?? [])).toEqual(data)
    expect(asFields({ nested: { a: 1 } })).toBeNull()
    expect(asFields([1])).toBeNull()
    expect(fromFields([{ name: ' ', value: 'x' }])).toEqual({})
  })

  it('of a webhook is its body, with a request around it as the node expects it', () => {
    const type = registry.get('trigger.webhook')
    if (!type) throw new Error('no webhook')
    const example = exampleFor(hook, type)
    expect(example).toMatchObject({ method: 'PUT', body: { name: 'Ada Lovelace' } })
    expect(editablePart(hook, example)).toMatchObject({ name: 'Ada Lovelace' })
    expect(wholeData(hook, example, { x: 1 })).toMatchObject({ method: 'PUT', body: { x: 1 } })
  })

  it('as text says when it can’t be read', () => {
    expect(readText('{"a": 1}')).toEqual({ data: { a: 1 } })
    expect(readText('{a: 1}')).toBeNull()
  })
})

describe('the example for the terminal', () => {
  it('sends what the node asks for', () => {
    expect(curlExample('https://x/y', { methods: 'GET' })).toBe("curl 'https://x/y?name=Ada'")
    expect(curlExample('https://x/y', { methods: 'any' })).toContain('-X POST')
    expect(curlExample('https://x/y', { verify: 'token', header: 'X-Key' })).toContain(
      'X-Key: <the secret>',
    )
    expect(curlExample('https://x/y', { verify: 'hmac' })).toContain('openssl dgst -sha256 -hmac')
    expect(curlExample('https://x/y', { verify: 'basic', userName: 'ann' })).toContain(
      "-u 'ann:<the secret>'",
    )
    expect(curlExample('https://x/y', { verify: 'github' })).toContain('X-Hub-Signature-256')
    expect(curlExample('https://x/y', { verify: 'stripe' })).toContain('Stripe-Signature: t=$t')
    expect(curlExample('https://x/y', { verify: 'standard' })).toContain('webhook-signature: v1,$s')
  })
})

describe('real samples', () => {
  it('are the outputs of steps that worked, and none that are too large to be at hand', () => {
    const step = (node: string, values: object): Step =>
      ({ node_id: node, status: 'succeeded', superseded: false, output: null, ...values }) as Step // the parts that count
    const outputs = outputsOf([
      step('a', { output: 1 }),
      step('a', { output: 2 }),
      step('b', { status: 'failed', output: 3 }),
      step('c', { superseded: true, output: 4 }),
      step('d', { output: { 'weft:left_out': true } }),
    ])
    expect([...outputs]).toEqual([['a', 2]])
  })
})
