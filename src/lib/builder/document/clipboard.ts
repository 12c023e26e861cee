import { z } from 'zod'
import type { Data } from '#lib/engine/data.ts'
import {
  groupDefinition,
  noteDefinition,
  type GroupDefinition,
  type NoteDefinition,
} from '#lib/engine/definition/drawing.ts'
import {
  edgeDefinition,
  nodeDefinition,
  type EdgeDefinition,
  type NodeDefinition,
  type WorkflowDefinition,
} from '#lib/engine/definition/schema.ts'
import { NodeId } from '#lib/engine/ids.ts'
import { outline } from './clipboard-outline.ts'
import { edgeId, uniqueKey, uniqueTitle, type MakeId } from './names.ts'

/** The form that is written; older ones are read as well. 1 had steps and lines only. */
const FORM = 2

const clipping = z.object({
  nodes: z.array(nodeDefinition).max(2000).default([]),
  edges: z.array(edgeDefinition).max(10_000).default([]),
  notes: z.array(noteDefinition).max(500).default([]),
  groups: z.array(groupDefinition).max(500).default([]),
})

/** Steps, the lines between them, notes and groups, as they travel through the clipboard. */
export interface Clipping {
  nodes: NodeDefinition[]
  edges: EdgeDefinition[]
  notes: NoteDefinition[]
  groups: GroupDefinition[]
}

/** Why a text can't be pasted: there's nothing, it's something else, it was cut off or changed, a newer Weft wrote it. */
export type ClippingProblem = 'empty' | 'strange' | 'broken' | 'newer'

/**
 * The chosen steps and notes with the lines among them, as a text: first what they are in words, for whoever finds it in
 * a message or an issue, then, fenced, what pasting needs.
 */
export function clip(definition: WorkflowDefinition, ids: ReadonlySet<string>): string {
  const nodes = definition.nodes.filter((node) => ids.has(node.id))
  const notes = (definition.notes ?? []).filter((note) => ids.has(note.id))
  const edges = definition.edges.filter((edge) => ids.has(edge.source) && ids.has(edge.target))
  const within = new Set([...nodes, ...notes].map(({ group }) => group))
  const groups = (definition.groups ?? []).filter(({ id }) => within.has(id))
  const data = JSON.stringify({ weft: FORM, nodes, edges, notes, groups }, null, 2)
  return `${outline({ nodes, edges, notes, groups })}\n\n\`\`\`json\n${data}\n\`\`\`\n`
}

/** Reads what `clip` wrote, also in the middle of a message, or a whole definition; otherwise says why not. */
export function readClipping(text: string): Clipping | ClippingProblem {
  if (text.trim() === '') return 'empty'
  // A mail program puts "> " before each line of what it quotes.
  const plain = text.replace(/^(?:> ?)+/gm, '')
  const from = plain.indexOf('{')
  const to = plain.lastIndexOf('}')
  const isOurs = /"weft"\s*:|"nodes"\s*:/.test(plain)
  if (from === -1 || to < from || !isOurs) return isOurs ? 'broken' : 'strange'
  const value = parsed(plain.slice(from, to + 1))
  if (value === undefined) return 'broken'
  if (typeof value === 'object' && value !== null && 'weft' in value) {
    if (typeof value.weft === 'number' && value.weft > FORM) return 'newer'
  }
  const { data } = clipping.safeParse(value)
  if (!data) return 'broken'
  return data.nodes.length + data.notes.length === 0 ? 'empty' : data
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch (problem) {
    if (problem instanceof SyntaxError) return undefined
    throw problem
  }
}

interface Arrival {
  existing: WorkflowDefinition
  /** How far the pasted things move from where they were copied. */
  offset: { x: number; y: number }
  makeId: MakeId
}

/** The clipping with ids, keys and titles of its own, its references to each other kept intact. */
export function settle(clipped: Clipping, { existing, offset, makeId }: Arrival): Clipping {
  const keys = new Set(existing.nodes.map((node) => node.key))
  const titles = new Set(existing.nodes.map((node) => node.title))
  const newIds = new Map<string, NodeId>()
  const newKeys = new Map<string, string>()
  const newGroups = new Map(clipped.groups.map(({ id }) => [id, makeId()]))
  const inGroup = (group: string | undefined): { group?: string } => {
    const id = group === undefined ? undefined : newGroups.get(group)
    return id === undefined ? {} : { group: id }
  }
  const moved = ({ x, y }: { x: number; y: number }) => ({ x: x + offset.x, y: y + offset.y })
  const placed = clipped.nodes.map(({ group, ...node }) => {
    const id = NodeId.parse(makeId())
    const key = uniqueKey(node.key, keys)
    const title = uniqueTitle(node.title, titles)
    keys.add(key)
    titles.add(title)
    newIds.set(node.id, id)
    if (key !== node.key) newKeys.set(node.key, key)
    return { ...node, id, key, title, position: moved(node.position), ...inGroup(group) }
  })
  const edges = clipped.edges.flatMap(({ sourcePort, targetPort, ...ends }) => {
    const source = newIds.get(ends.source)
    const target = newIds.get(ends.target)
    if (!source || !target) return []
    const edge = { source, sourcePort, target, targetPort }
    return [{ id: edgeId(edge), ...edge }]
  })
  return {
    nodes: placed.map((node) => ({ ...node, config: renameKeys(node.config, newKeys) })),
    edges,
    notes: clipped.notes.map(({ group, ...note }) => ({
      ...note,
      id: makeId(),
      position: moved(note.position),
      ...inGroup(group),
    })),
    groups: clipped.groups.flatMap(({ id, ...group }) => {
      const fresh = newGroups.get(id)
      return fresh === undefined ? [] : [{ ...group, id: fresh }]
    }),
  }
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
