import type { Data, DataObject } from '#lib/engine/data.ts'
import type { NodeDefinition, WorkflowDefinition } from '#lib/engine/definition/schema.ts'
import type { NodeType } from '#lib/engine/nodes/define-node.ts'
import { fieldsOf, type OutputField } from '#lib/engine/nodes/output-fields.ts'
import { isTrigger, type Registry } from '#lib/engine/nodes/registry.ts'
import { readReference } from '../template/parts.ts'
import { sampleOf, type PipelineFields } from './samples.ts'

/** Where a sample value comes from; people trust a real one more. */
export type Origin = 'pinned' | 'execution' | 'computed' | 'sample'

/** Something whose values a step may use: an earlier step, the item of a loop, the workflow itself. */
export interface Source {
  /** What its references begin with, e.g. `steps.create_record`. */
  base: string
  title: string
  /** The step it is; nothing for the workflow's own values. */
  node: NodeDefinition | null
  icon: string
  origin: Origin
  value: Data
  fields: OutputField[]
}

export interface Surroundings {
  definition: WorkflowDefinition
  registry: Registry
  /** Outputs of the execution that is looked at, by node id. */
  outputs: ReadonlyMap<string, Data>
  /** What steps that only compute come to on the sample, by node id. */
  computed?: ReadonlyMap<string, Data>
  pipelines: readonly PipelineFields[]
  workflow: { id: string; name: string }
  workspace: { id: string; name: string }
  /** ISO 8601. */
  now: string
}

/** The nodes from which a node can be reached, nearest first. */
export function upstreamOf(definition: WorkflowDefinition, id: string): string[] {
  const found = new Set<string>()
  let level = [id]
  while (level.length > 0) {
    const next: string[] = []
    for (const { source, target } of definition.edges) {
      if (!level.includes(target) || found.has(source) || source === id) continue
      found.add(source)
      next.push(source)
    }
    level = next
  }
  return [...found]
}

/** The loops in whose body a node is, the innermost first. */
export function loopsAround(
  definition: WorkflowDefinition,
  registry: Registry,
  id: string,
): NodeDefinition[] {
  const before = new Set([...upstreamOf(definition, id), id])
  return upstreamOf(definition, id).flatMap((candidate) => {
    const node = definition.nodes.find((one) => one.id === candidate)
    if (!node || registry.get(node.type)?.effect !== 'control') return []
    const entersBody = definition.edges.some(
      (edge) => edge.source === candidate && edge.sourcePort === 'each' && before.has(edge.target),
    )
    return entersBody ? [node] : []
  })
}

/** The nodes that a loop repeats: whatever its body leads to. */
function bodyOf(definition: WorkflowDefinition, id: string): string[] {
  const entries = definition.edges.filter(
    ({ source, sourcePort }) => source === id && sourcePort === 'each',
  )
  const found = new Set(entries.map(({ target }) => target))
  for (const inside of found) {
    for (const { source, target } of definition.edges) if (source === inside) found.add(target)
  }
  return [...found]
}

/** The body of a loop that repeats until a rule is true: that rule is about it. */
function ownBody({ definition, registry }: Surroundings, id: string): string[] {
  const node = definition.nodes.find((one) => one.id === id)
  const type = node && registry.get(node.type)
  return type?.effect === 'control' && type.control === 'repeat' ? bodyOf(definition, id) : []
}

/** Everything that a node's templates may refer to, the nearest step first. */
export function sourcesFor(id: string, around: Surroundings): Source[] {
  const before = [...ownBody(around, id), ...upstreamOf(around.definition, id)]
  const steps = before.flatMap((found) => {
    const node = around.definition.nodes.find((one) => one.id === found)
    return node ? (stepSource(node, around) ?? []) : []
  })
  const loops = loopsAround(around.definition, around.registry, id)
  const items = loops.slice(0, 1).map((loop) => itemSource(loop, steps))
  return [...items, ...steps, generalSource(around)]
}

function stepSource(node: NodeDefinition, around: Surroundings): Source | null {
  const type = around.registry.get(node.type)
  if (!type) return null
  const { origin, value } = bestOf(node, type, around)
  return {
    base: isTrigger(type) ? 'trigger' : `steps.${node.key}`,
    title: node.title || type.title,
    node,
    icon: type.icon,
    origin,
    value,
    fields: fieldsIn(value),
  }
}

/** The best that is known of what a step gives out. What it computes now is truer than what it did last time. */
function bestOf(
  node: NodeDefinition,
  type: NodeType,
  { computed, outputs, pipelines }: Surroundings,
): { origin: Origin; value: Data } {
  if (node.pinned !== undefined) return { origin: 'pinned', value: node.pinned }
  const now = type.effect === 'pure' && !isTrigger(type) ? computed?.get(node.id) : undefined
  if (now !== undefined) return { origin: 'computed', value: now }
  const real = outputs.get(node.id)
  if (real !== undefined) return { origin: 'execution', value: real }
  return { origin: 'sample', value: sampleOf(node, type, pipelines) }
}

const known = new WeakMap<object, OutputField[]>()

/** The fields of a value. Large ones are gone through once, not with every key that is pressed. */
function fieldsIn(value: Data): OutputField[] {
  if (typeof value !== 'object' || value === null) return fieldsOf(value, '', 0)
  const fields = known.get(value) ?? fieldsOf(value, '', 0)
  known.set(value, fields)
  return fields
}

function itemSource(loop: NodeDefinition, steps: readonly Source[]): Source {
  const list = loop.config['items']
  const found = typeof list === 'string' ? valueOf(list, steps) : list
  const item: Data = Array.isArray(found) ? (found[0] ?? null) : null
  const value: DataObject = { item, index: 0 }
  const loopSource = steps.find(({ node }) => node?.id === loop.id)
  return {
    base: '',
    title: `Each item of "${loop.title}"`,
    node: loop,
    icon: 'repeat',
    origin: loopSource?.origin ?? 'sample',
    value,
    fields: fieldsOf(value, '', 0),
  }
}

const SAMPLE_EXECUTION = '0198c0de-0000-7000-8000-000000000001'

function generalSource({ workflow, workspace, now }: Surroundings): Source {
  const value: DataObject = {
    now,
    workflow: { ...workflow },
    workspace: { ...workspace },
    execution: { id: SAMPLE_EXECUTION, callback_url: 'https://…' },
  }
  return {
    base: '',
    title: 'This workflow',
    node: null,
    icon: 'workflow',
    origin: 'sample',
    value,
    fields: fieldsOf(value, '', 0),
  }
}

/** The template text that stands for a field of a source. */
export function templateOf(source: Source, path: string): string {
  const joined =
    path === '' || path.startsWith('[') ? `${source.base}${path}` : `${source.base}.${path}`
  return `{{ ${joined.replace(/^\./, '')} }}`
}

/** What a template that is one single reference would give with the samples at hand; undefined when nobody knows. */
export function valueOf(template: string, sources: readonly Source[]): Data | undefined {
  const expression = /^\s*\{\{-?\s*([^{}]*?)\s*-?\}\}\s*$/.exec(template)?.[1]
  const reference = expression === undefined ? null : readReference(expression)
  return reference ? lookUp([reference.root, ...reference.path], sources) : undefined
}

/** Follows a reference into the samples. */
export function lookUp(names: readonly string[], sources: readonly Source[]): Data | undefined {
  for (const { base, value } of sources) {
    const start = base === '' ? [] : base.split('.')
    if (!start.every((name, index) => names[index] === name)) continue
    const found = names.slice(start.length).reduce<Data | undefined>(partOf, value)
    if (found !== undefined) return found
  }
  return undefined
}

function partOf(value: Data | undefined, name: string): Data | undefined {
  if (Array.isArray(value)) {
    if (name === 'first') return value[0]
    if (name === 'last') return value.at(-1)
    return name === 'size' ? value.length : value[Number(name)]
  }
  if (typeof value === 'object' && value !== null && Object.hasOwn(value, name)) return value[name]
  return undefined
}
