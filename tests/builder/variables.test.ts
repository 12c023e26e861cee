import { describe, expect, it } from 'vitest'
import { labelOf } from '#lib/builder/variables/labels.ts'
import { previewOf, rowsOf } from '#lib/builder/variables/rows.ts'
import { loopsAround, sourcesFor, upstreamOf, valueOf } from '#lib/builder/variables/sources.ts'
import { readReference } from '#lib/builder/template/parts.ts'
import { workflowDefinition, type WorkflowDefinition } from '#lib/engine/definition/schema.ts'
import { registry } from '#lib/engine/nodes/registry.ts'

const PIPELINE = crypto.randomUUID()

const node = (id: string, type: string, config: object = {}, more: object = {}) => ({
  ...{ id, key: id, type, version: 1, title: id.toUpperCase(), position: { x: 0, y: 0 }, config },
  ...more,
})
const edge = (source: string, target: string, sourcePort = 'out') => ({
  ...{ id: `${source}-${target}`, source, sourcePort, target, targetPort: 'in' },
})

/** hook -> create -> loop -each-> mail; loop -done-> after; other stands alone. */
const definition: WorkflowDefinition = workflowDefinition.parse({
  schema: 1,
  settings: {},
  nodes: [
    node('hook', 'trigger.webhook'),
    node('create', 'records.create', { pipeline: PIPELINE }),
    node('loop', 'logic.for_each', { items: '{{ steps.create.record.data.tags }}' }),
    node('mail', 'mail.send'),
    node('after', 'data.set_variables', {
      variables: [{ name: 'total', type: 'number', value: 3 }],
    }),
    node('other', 'mail.send'),
  ],
  edges: [
    edge('hook', 'create'),
    edge('create', 'loop'),
    edge('loop', 'mail', 'each'),
    edge('loop', 'after', 'done'),
  ],
})

const around = {
  definition,
  registry,
  outputs: new Map(),
  pipelines: [
    {
      id: PIPELINE,
      name: 'Contacts',
      fields: [
        { key: 'full_name', title: 'Name', type: 'text' as const, options: [], required: true },
        {
          key: 'size',
          title: 'Size',
          type: 'select' as const,
          options: ['Large'],
          required: false,
        },
      ],
    },
  ],
  workflow: { id: 'w', name: 'Flow' },
  workspace: { id: 's', name: 'Space' },
  now: '2026-11-23T09:00:00.000Z',
}

describe('what a step may use', () => {
  it('is what comes before it, nearest first, and nothing beside or after it', () => {
    expect(upstreamOf(definition, 'mail')).toEqual(['loop', 'create', 'hook'])
    expect(sourcesFor('other', around).map(({ title }) => title)).toEqual(['This workflow'])
    expect(sourcesFor('create', around).map(({ base }) => base)).toEqual(['trigger', ''])
  })

  it('a circle in the drawing does not go round for ever', () => {
    const circle = { ...definition, edges: [...definition.edges, edge('after', 'create')] }
    expect(upstreamOf(workflowDefinition.parse(circle), 'create')).toContain('after')
  })

  it('inside a loop there is the item, and after the loop there is not', () => {
    expect(loopsAround(definition, registry, 'mail').map(({ id }) => id)).toEqual(['loop'])
    expect(loopsAround(definition, registry, 'after')).toEqual([])
    const around2 = {
      ...around,
      outputs: new Map([['create', { record: { data: { tags: ['a', 'b'] } } }]]),
    }
    expect(sourcesFor('mail', around2)[0]?.value).toEqual({ item: 'a', index: 0 })
  })

  it('shows a pinned value rather than a real one, and a real one rather than a sample', () => {
    const sourceOf = (changed: WorkflowDefinition, outputs: Map<string, string>) =>
      sourcesFor('loop', { ...around, definition: changed, outputs })[0]
    const pinned = {
      ...definition,
      nodes: definition.nodes.map((one) => (one.id === 'create' ? { ...one, pinned: 'p' } : one)),
    }
    expect(sourceOf(pinned, new Map([['create', 'real']]))).toMatchObject({
      origin: 'pinned',
      value: 'p',
    })
    expect(sourceOf(definition, new Map([['create', 'real']]))).toMatchObject({
      origin: 'execution',
    })
    expect(sourceOf(definition, new Map())).toMatchObject({
      origin: 'sample',
      value: { record: { data: { full_name: 'Some text', size: 'Large' } } },
    })
  })

  it('a step that sets variables offers the names it sets', () => {
    const next = { ...definition, edges: [...definition.edges, edge('after', 'other')] }
    const [first] = sourcesFor('other', { ...around, definition: workflowDefinition.parse(next) })
    expect(first?.fields.map(({ name }) => name)).toEqual(['total'])
  })
})

describe('the picker', () => {
  const sources = sourcesFor('loop', around)

  it('lists top values, and unfolds what has parts', () => {
    const closed = rowsOf(sources, '', new Set())
    expect(closed.map(({ name }) => name).slice(0, 2)).toEqual(['record', 'method'])
    const open = rowsOf(sources, '', new Set(['0/record', '0/record/record.data']))
    expect(open.map(({ name }) => name)).toContain('full_name')
  })

  it('finds values at any depth, by any of the words on the way to them', () => {
    const rows = rowsOf(sources, 'create name', new Set())
    expect(rows.map(({ template }) => template)).toEqual([
      '{{ steps.create.record.data.full_name }}',
    ])
    expect(valueOf('{{ steps.create.record.data.full_name }}', sources)).toBe('Some text')
  })

  it('puts what begins with the typed words before what merely contains them', () => {
    const inLoop = sourcesFor('mail', {
      ...around,
      outputs: new Map([['create', { record: { data: { tags: [{ email: 'a', id: 1 }] } } }]]),
    })
    expect(rowsOf(inLoop, 'item em', new Set())[0]?.template).toBe('{{ item.email }}')
  })

  it('says what a value is in a few words', () => {
    expect([null, '', true, [1], [1, 2], { a: 1 }, 4].map(previewOf)).toEqual([
      ...['empty', 'empty', 'yes', '1 entry', '2 entries', '1 field', '4'],
    ])
  })
})

describe('a pill', () => {
  const label = (expression: string) => {
    const reference = readReference(expression)
    return reference && labelOf(reference, definition, registry)
  }

  it('goes by the title of its step', () => {
    expect(label('steps.create.record.data.full_name | upcase')).toMatchObject({
      ...{ from: 'CREATE', what: 'record › data › full_name (Capital letters)', isKnown: true },
    })
    expect(label('trigger.body[0].name')).toMatchObject({ from: 'HOOK', what: 'body › #1 › name' })
  })

  it('says when its step is gone', () => {
    expect(label('steps.gone.x')).toMatchObject({ isKnown: false })
  })
})
