import { z } from 'zod'
import type { Data } from '#lib/engine/data.ts'
import {
  edgeDefinition,
  nodeDefinition,
  type EdgeDefinition,
  type NodeDefinition,
  type WorkflowDefinition,
} from '#lib/engine/definition/schema.ts'
import { NodeId } from '#lib/engine/ids.ts'
import { edgeId, uniqueKey, uniqueTitle, type MakeId } from './names.ts'

const clipping = z.object({
  nodes: z.array(nodeDefinition).min(1).max(2000),
  edges: z.array(edgeDefinition).max(10_000).default([]),
})

/** Steps and the lines between them, as they travel through the clipboard. */
export interface Clipping {
  nodes: NodeDefinition[]
  edges: EdgeDefinition[]
}

/** The chosen steps and the edges among them, as text that pastes into any workflow, or into a message. */
export function clip(definition: WorkflowDefinition, ids: ReadonlySet<string>): string {
  const nodes = definition.nodes.filter((node) => ids.has(node.id))
  const edges = definition.edges.filter((edge) => ids.has(edge.source) && ids.has(edge.target))
  return JSON.stringify({ weft: 1, nodes, edges }, null, 2)
}

/** Reads what `clip` wrote (or a whole definition); null when the text is something else. */
export function readClipping(text: string): Clipping | null {
  if (!text.trimStart().startsWith('{')) return null
  let value: unknown
  try {
    value = JSON.parse(text)
  } catch (problem) {
    if (problem instanceof SyntaxError) return null
    throw problem
  }
  return clipping.safeParse(value).data ?? null
}

interface Arrival {
  existing: WorkflowDefinition
  /** How far the pasted steps move from where they were copied. */
  offset: { x: number; y: number }
  makeId: MakeId
}

/** The clipping with ids, keys and titles of its own, its references to each other kept intact. */
export function settle(clipped: Clipping, { existing, offset, makeId }: Arrival): Clipping {
  const keys = new Set(existing.nodes.map((node) => node.key))
  const titles = new Set(existing.nodes.map((node) => node.title))
  const newIds = new Map<string, NodeId>()
  const newKeys = new Map<string, string>()
  const placed = clipped.nodes.map((node) => {
    const id = NodeId.parse(makeId())
    const key = uniqueKey(node.key, keys)
    const title = uniqueTitle(node.title, titles)
    keys.add(key)
    titles.add(title)
    newIds.set(node.id, id)
    if (key !== node.key) newKeys.set(node.key, key)
    const position = { x: node.position.x + offset.x, y: node.position.y + offset.y }
    return { ...node, id, key, title, position }
  })
  const nodes = placed.map((node) => ({ ...node, config: renameKeys(node.config, newKeys) }))
  const edges = clipped.edges.flatMap(({ sourcePort, targetPort, ...ends }) => {
    const source = newIds.get(ends.source)
    const target = newIds.get(ends.target)
    if (!source || !target) return []
    const edge = { source, sourcePort, target, targetPort }
    return [{ id: edgeId(edge), ...edge }]
  })
  return { nodes, edges }
}

/** Points `steps.<old key>` at the new key, in every text of a config. */
function renameKeys<T extends Data>(value: T, keys: ReadonlyMap<string, string>): T {
  if (keys.size === 0) return value
  const renamed = (data: Data): Data => {
    if (typeof data === 'string') {
      return data.replace(/\bsteps\.([a-z][a-z0-9_]*)/g, (whole, key: string) =>
        keys.has(key) ? `steps.${keys.get(key)}` : whole,
      )
    }
    if (Array.isArray(data)) return data.map(renamed)
    if (typeof data === 'object' && data !== null) {
      return Object.fromEntries(Object.entries(data).map(([name, item]) => [name, renamed(item)]))
    }
    return data
  }
  return renamed(value) as T // the same data with other texts in it has the same shape
}
