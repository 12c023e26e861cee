import * as Y from 'yjs'
import type { Data } from '#lib/engine/data.ts'
import type { GroupDefinition, NoteDefinition } from '#lib/engine/definition/drawing.ts'
import type { NodeDefinition, WorkflowDefinition } from '#lib/engine/definition/schema.ts'
import { edgesOf, groupsOf, nodesOf, notesOf, settingsOf } from './shape.ts'

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
  if (node.group !== undefined) map.set('group', node.group)
  return map
}

/** A sticky note's map, ready to be put into `notes`. */
export function buildNote(note: NoteDefinition): Y.Map<unknown> {
  const map = new Y.Map<unknown>()
  map.set('text', new Y.Text(note.text))
  map.set('x', note.position.x)
  map.set('y', note.position.y)
  map.set('width', note.size.width)
  map.set('height', note.size.height)
  map.set('colour', note.colour)
  if (note.group !== undefined) map.set('group', note.group)
  return map
}

/** A group's map, ready to be put into `groups`. */
export function buildGroup(group: GroupDefinition): Y.Map<unknown> {
  const map = new Y.Map<unknown>()
  map.set('title', group.title)
  map.set('colour', group.colour)
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
    for (const note of definition.notes ?? []) notesOf(doc).set(note.id, buildNote(note))
    for (const group of definition.groups ?? []) groupsOf(doc).set(group.id, buildGroup(group))
    for (const [name, value] of Object.entries(definition.settings)) {
      if (value !== undefined) settingsOf(doc).set(name, value)
    }
  })
}
