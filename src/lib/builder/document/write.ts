import * as Y from 'yjs'
import type { Data } from '#lib/engine/data.ts'
import type { NodeDefinition, WorkflowDefinition } from '#lib/engine/definition/schema.ts'
import { edgesOf, nodesOf, settingsOf } from './shape.ts'

/** Which fields of a node type are long texts, shared letter by letter. Comes from the engine's registry. */
export type LongTexts = (type: string) => readonly string[]

/** A node's map, ready to be put into `nodes`. */
export function buildNode(node: NodeDefinition, longTexts: LongTexts): Y.Map<unknown> {
  const map = new Y.Map<unknown>()
  map.set('type', node.type)
  map.set('version', node.version)
  map.set('key', node.key)
  map.set('title', node.title)
  map.set('x', node.position.x)
  map.set('y', node.position.y)
  map.set('config', buildConfig(node.config, longTexts(node.type)))
  map.set('onError', node.onError)
  map.set('disabled', node.disabled)
  map.set('note', new Y.Text(node.note ?? ''))
  if (node.retry) map.set('retry', node.retry)
  if (node.timeoutSeconds !== undefined) map.set('timeoutSeconds', node.timeoutSeconds)
  if (node.pinned !== undefined) map.set('pinned', node.pinned)
  return map
}

/**
 * Long texts are made at once, also when empty: were each made on first typing, two people who begin at the same
 * moment would each make one, and the letters of one of them would be lost.
 */
function buildConfig(config: Record<string, Data>, longTexts: readonly string[]): Y.Map<unknown> {
  const map = new Y.Map<unknown>()
  for (const [field, value] of Object.entries(config)) {
    const isLong = longTexts.includes(field) && typeof value === 'string'
    map.set(field, isLong ? new Y.Text(value) : value)
  }
  for (const field of longTexts) if (config[field] === undefined) map.set(field, new Y.Text())
  return map
}

/** Fills an empty document with a definition. */
export function fromDefinition(
  doc: Y.Doc,
  definition: WorkflowDefinition,
  longTexts: LongTexts,
): void {
  doc.transact(() => {
    for (const node of definition.nodes) nodesOf(doc).set(node.id, buildNode(node, longTexts))
    for (const { id, ...edge } of definition.edges) edgesOf(doc).set(id, edge)
    for (const [name, value] of Object.entries(definition.settings)) {
      if (value !== undefined) settingsOf(doc).set(name, value)
    }
  })
}
