import fc from 'fast-check'
import type { Data } from '#lib/engine/data.ts'
import { parseDefinition, type NodeDefinition, type WorkflowDefinition } from '#lib/engine/index.ts'

const KEYS = ['a', 'b', 'c', 'd', 'e', 'f'] as const
const TYPES = [
  'trigger.webhook',
  'trigger.manual',
  'data.set_variables',
  'logic.condition',
  'logic.merge',
  'logic.for_each',
  'logic.repeat',
  'logic.break',
  'no.such_type',
] as const

const key = fc.constantFrom(...KEYS)
const expression = fc.oneof(
  key.map((step) => `steps.${step}.value`),
  key.map((step) => `steps.${step}.error.title`),
  key.map((name) => `vars.${name}`),
  fc.constantFrom('trigger.body.x', 'trigger.nothing', 'item', 'loop.count', 'now', 'nobody.knows'),
)
const text = fc.oneof(
  expression.map((one) => `{{ ${one} }}`),
  expression.map((one) => `{{ ${one} | default: 1 }}`),
  fc.constantFrom('', 'plain', '{{ broken', '{% if %}'),
)

function configOf(type: string, name: string, value: string): Record<string, Data> {
  switch (type) {
    case 'data.set_variables':
      return { variables: [{ name, type: 'auto', value }] }
    case 'logic.condition':
      return { rules: { all: [{ left: value, op: 'equals', right: 1 }] } }
    case 'logic.for_each':
      return { items: value }
    case 'logic.repeat':
      return { until: { all: [{ left: value, op: 'equals', right: 1 }] } }
    default:
      return {}
  }
}

const node = fc
  .record({
    ...{ id: key, key, type: fc.constantFrom(...TYPES), name: key, value: text },
    onError: fc.constantFrom('stop', 'continue', 'port'),
    disabled: fc.boolean(),
    version: fc.constantFrom(1, 1, 1, 99),
  })
  .map(({ name, value, ...rest }) => ({
    ...{ title: rest.key, position: { x: 0, y: 0 }, ...rest },
    config: configOf(rest.type, name, value),
  }))
const edge = fc.record({
  ...{ source: key, target: key, targetPort: fc.constant('in') },
  sourcePort: fc.constantFrom('out', 'out', 'each', 'done', 'true', 'error'),
})
const parts = { nodes: fc.array(node, { maxLength: 7 }), edges: fc.array(edge, { maxLength: 10 }) }

type Sketch = { nodes: unknown[]; edges: object[] }

const definitionOf = ({ nodes, edges }: Sketch): WorkflowDefinition =>
  parseDefinition({
    schema: 1,
    nodes,
    edges: edges.map((line, n) => ({ id: `line_${n}`, ...line })),
    settings: {},
  })

/**
 * A draft and what comes of it while people change it: anything may be wrong with it, and a step that isn't changed
 * stays the same object, as in the builder.
 */
export const randomDrafts = fc
  .tuple(fc.record(parts), fc.array(fc.record(parts), { maxLength: 6 }))
  .map(([first, changes]) => {
    const drafts = [definitionOf(first)]
    for (const change of changes) {
      const before = drafts.at(-1)
      if (before === undefined) break
      const changed = definitionOf({ nodes: change.nodes.slice(0, 2), edges: change.edges })
      const others = before.nodes.filter(({ id }) => !changed.nodes.some((one) => one.id === id))
      const nodes: NodeDefinition[] = [...others, ...changed.nodes]
      const edges = change.edges.length > 4 ? changed.edges : before.edges
      drafts.push({ ...before, nodes, edges })
    }
    return drafts
  })
