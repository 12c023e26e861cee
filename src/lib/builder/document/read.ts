import * as Y from 'yjs'
import type { Data } from '#lib/engine/data.ts'
import {
  DEFINITION_SCHEMA,
  edgeDefinition,
  nodeDefinition,
  workflowSettings,
  type EdgeDefinition,
  type NodeDefinition,
  type WorkflowDefinition,
  type WorkflowSettings,
} from '#lib/engine/definition/schema.ts'
import { NodeId } from '#lib/engine/ids.ts'
import { withoutCircles } from './circles.ts'
import { uniqueKey } from './names.ts'
import { readDrawing, readGroupName, tidyDrawing, type Drawing } from './read-drawing.ts'
import { edgesOf, nodesOf, numberOf, settingsOf, textOf, toData } from './shape.ts'

const MOST_NODES = 2000
const MOST_EDGES = 10_000

const { key: keySchema, retry, timeoutSeconds, onError } = nodeDefinition.shape

function readConfig(value: unknown): Record<string, Data> {
  if (!(value instanceof Y.Map)) return {}
  const entries: [string, Data][] = []
  for (const [name, item] of value.entries()) {
    const data = toData(item)
    if (data !== undefined) entries.push([name, data])
  }
  // In order of name: the same config has the same text, whatever order it was typed in.
  return Object.fromEntries(entries.sort(([a], [b]) => (a < b ? -1 : 1)))
}

/** One node as a definition has it; null when what lies there isn't one. Parts that make no sense are left out. */
export function readNode(id: string, value: unknown): NodeDefinition | null {
  const nodeId = NodeId.safeParse(id)
  if (!nodeId.success || !(value instanceof Y.Map)) return null
  const type = value.get('type')
  if (typeof type !== 'string' || type === '') return null
  const version = value.get('version')
  const key = keySchema.safeParse(value.get('key'))
  const retries = retry.safeParse(value.get('retry'))
  const timeout = timeoutSeconds.safeParse(value.get('timeoutSeconds'))
  const failing = onError.safeParse(value.get('onError'))
  const pinned = toData(value.get('pinned'))
  const note = textOf(value.get('note')).slice(0, 10_000)
  return {
    id: nodeId.data,
    key: key.success ? key.data : 'step',
    type,
    version: typeof version === 'number' && Number.isInteger(version) && version > 0 ? version : 1,
    title: textOf(value.get('title')).slice(0, 200),
    position: { x: numberOf(value.get('x')), y: numberOf(value.get('y')) },
    ...readGroupName(value.get('group')),
    config: readConfig(value.get('config')),
    ...(retries.data ? { retry: retries.data } : {}),
    ...(timeout.data === undefined ? {} : { timeoutSeconds: timeout.data }),
    onError: failing.data ?? 'stop',
    disabled: value.get('disabled') === true,
    ...(pinned === undefined ? {} : { pinned }),
    ...(note === '' ? {} : { note }),
  }
}

/** One edge as a definition has it; null when what lies there isn't one. */
export function readEdge(id: string, value: unknown): EdgeDefinition | null {
  const edge = edgeDefinition.safeParse({ ...(toData(value) as object | undefined), id }) // spreading anything is harmless
  return edge.success ? edge.data : null
}

/** Rules for the whole workflow; those that make no sense are left out. */
export function readSettings(doc: Y.Doc): WorkflowSettings {
  const settings = settingsOf(doc)
  const entries = Object.entries(workflowSettings.shape).flatMap(([name, schema]) => {
    const { data } = schema.safeParse(toData(settings.get(name)))
    return data === undefined ? [] : [[name, data]]
  })
  return Object.fromEntries(entries) as WorkflowSettings // each entry was read by its own schema
}

const byId = (a: { id: string }, b: { id: string }): number => (a.id < b.id ? -1 : 1)

/**
 * Puts read parts together so that the whole is always valid in shape, whatever was merged: two people who added a step
 * at once may have given it the same key, or connected what the other deleted. Everyone's copy comes to the same answer.
 */
export function assemble(
  nodes: Iterable<NodeDefinition>,
  edges: Iterable<EdgeDefinition>,
  settings: WorkflowSettings,
  drawing: Drawing = { notes: [], groups: [] },
): WorkflowDefinition {
  const inOrder = [...nodes].sort(byId).slice(0, MOST_NODES)
  const drawn = tidyDrawing(withUniqueKeys(inOrder), drawing)
  const present = new Set<string>(inOrder.map((node) => node.id))
  const lines = new Set<string>()
  const kept = [...edges].sort(byId).filter((edge) => {
    const line = JSON.stringify([edge.source, edge.sourcePort, edge.target, edge.targetPort])
    if (!present.has(edge.source) || !present.has(edge.target) || lines.has(line)) return false
    lines.add(line)
    return true
  })
  return {
    schema: DEFINITION_SCHEMA,
    edges: withoutCircles(kept.slice(0, MOST_EDGES)),
    settings,
    ...drawn,
  }
}

function withUniqueKeys(nodes: NodeDefinition[]): NodeDefinition[] {
  const wanted = new Set(nodes.map((node) => node.key))
  if (wanted.size === nodes.length) return nodes
  const taken = new Set<string>()
  return nodes.map((node) => {
    // A made-up key must not take one that a later node rightly has.
    const key = taken.has(node.key) ? uniqueKey(node.key, new Set([...wanted, ...taken])) : node.key
    taken.add(key)
    return key === node.key ? node : { ...node, key }
  })
}

/** The draft as a definition that always parses, whatever was merged into it. */
export function toDefinition(doc: Y.Doc): WorkflowDefinition {
  const nodes = [...nodesOf(doc).entries()].map(([id, value]) => readNode(id, value))
  const edges = [...edgesOf(doc).entries()].map(([id, value]) => readEdge(id, value))
  return assemble(
    nodes.filter((node) => node !== null),
    edges.filter((edge) => edge !== null),
    readSettings(doc),
    readDrawing(doc),
  )
}

/** Keys that nodes have to change to, because a merge gave the same one to several. */
export function keyRepairs(doc: Y.Doc): Map<string, string> {
  const repairs = new Map<string, string>()
  for (const node of toDefinition(doc).nodes) {
    const value = nodesOf(doc).get(node.id)
    if (value instanceof Y.Map && value.get('key') !== node.key) repairs.set(node.id, node.key)
  }
  return repairs
}
