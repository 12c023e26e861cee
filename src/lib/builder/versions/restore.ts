import * as Y from 'yjs'
import type {
  EdgeDefinition,
  NodeDefinition,
  WorkflowDefinition,
} from '#lib/engine/definition/schema.ts'
import type { WorkflowDocument } from '../document.ts'
import { readDrawing } from '../document/read-drawing.ts'
import {
  groupsOf,
  nodeMap,
  nodesOf,
  noteMap,
  notesOf,
  replaceText,
  settingsOf,
} from '../document/shape.ts'
import { longTexts } from '../document/long-texts.ts'
import { buildGroup, buildNode, buildNote } from '../document/write.ts'
import { isSame, lineName } from './difference.ts'

/**
 * Makes the draft what a version was, in one stroke that undoes as one. Only what differs is touched, field by field:
 * what others are typing elsewhere at that moment merges as it always does, and their carets stay.
 */
export function restoreInto(document: WorkflowDocument, version: WorkflowDefinition): void {
  document.together(() => {
    const now = document.toDefinition()
    restoreSteps(document, now, version)
    restoreLines(document, now.edges, version.edges)
    restoreSettings(document, version)
    restoreNotes(document, version)
    restoreGroups(document, version)
  })
}

function restoreSteps(
  document: WorkflowDocument,
  now: WorkflowDefinition,
  version: WorkflowDefinition,
): void {
  const wanted = new Set<string>(version.nodes.map(({ id }) => id))
  document.remove({ nodes: now.nodes.filter(({ id }) => !wanted.has(id)).map(({ id }) => id) })
  const present = new Map<string, NodeDefinition>(now.nodes.map((node) => [node.id, node]))
  for (const node of version.nodes) {
    const old = present.get(node.id)
    // A step of another kind is another form: nothing of the old one stays.
    if (old?.type === node.type && old.version === node.version) restoreStep(document, old, node)
    else nodesOf(document.doc).set(node.id, buildNode(node, longTexts))
  }
}

const OPTIONS = ['title', 'retry', 'timeoutSeconds', 'onError', 'disabled', 'pinned'] as const

function restoreStep(document: WorkflowDocument, old: NodeDefinition, node: NodeDefinition): void {
  const map = nodeMap(document.doc, node.id)
  if (!map) return
  const names = new Set([...Object.keys(old.config), ...Object.keys(node.config)])
  for (const name of names) {
    if (!isSame(old.config[name], node.config[name])) {
      document.setConfig(node.id, name, node.config[name])
    }
  }
  for (const name of OPTIONS) {
    if (!isSame(old[name], node[name])) document.setOption(node.id, name, node[name])
  }
  if ((old.note ?? '') !== (node.note ?? '')) document.setNote(node.id, node.note ?? '')
  put(map, 'key', old.key, node.key)
  put(map, 'x', old.position.x, node.position.x)
  put(map, 'y', old.position.y, node.position.y)
  put(map, 'group', old.group, node.group)
}

interface Settable {
  set(name: string, value: unknown): unknown
  delete(name: string): unknown
}

function put(map: Settable, name: string, before: unknown, after: unknown): void {
  if (before === after) return
  if (after === undefined) map.delete(name)
  else map.set(name, after)
}

function restoreLines(
  document: WorkflowDocument,
  now: readonly EdgeDefinition[],
  version: readonly EdgeDefinition[],
): void {
  const wanted = new Set(version.map(lineName))
  const present = new Set(now.map(lineName))
  document.remove({
    edges: now.filter((edge) => !wanted.has(lineName(edge))).map(({ id }) => id),
  })
  for (const edge of version) if (!present.has(lineName(edge))) document.connect(edge)
}

function restoreSettings({ doc }: WorkflowDocument, { settings }: WorkflowDefinition): void {
  const map = settingsOf(doc)
  const wanted = new Map<string, unknown>(Object.entries(settings))
  for (const name of new Set([...map.keys(), ...wanted.keys()])) {
    if (!isSame(map.get(name), wanted.get(name))) put(map, name, map.get(name), wanted.get(name))
  }
}

function restoreNotes(document: WorkflowDocument, version: WorkflowDefinition): void {
  const { doc } = document
  const wanted = new Set((version.notes ?? []).map(({ id }) => id))
  document.remove({ notes: [...notesOf(doc).keys()].filter((id) => !wanted.has(id)) })
  for (const note of version.notes ?? []) {
    const map = noteMap(doc, note.id)
    const text = map?.get('text')
    if (map && text instanceof Y.Text) {
      replaceText(text, note.text)
      const { position, size, colour, group } = note
      for (const [name, value] of Object.entries({ ...position, ...size, colour, group })) {
        put(map, name, map.get(name), value)
      }
    } else notesOf(doc).set(note.id, buildNote(note))
  }
}

function restoreGroups({ doc }: WorkflowDocument, version: WorkflowDefinition): void {
  const wanted = new Set((version.groups ?? []).map(({ id }) => id))
  for (const id of groupsOf(doc).keys()) if (!wanted.has(id)) groupsOf(doc).delete(id)
  const present = new Map(readDrawing(doc).groups.map((group) => [group.id, group]))
  for (const group of version.groups ?? []) {
    if (!isSame(present.get(group.id), group)) groupsOf(doc).set(group.id, buildGroup(group))
  }
}
