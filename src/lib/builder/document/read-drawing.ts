import * as Y from 'yjs'
import {
  groupDefinition,
  noteDefinition,
  type GroupDefinition,
  type NoteDefinition,
} from '#lib/engine/definition/drawing.ts'
import type { NodeDefinition, WorkflowDefinition } from '#lib/engine/definition/schema.ts'
import { groupsOf, notesOf, numberOf, textOf } from './shape.ts'

/** What is drawn beside steps and lines. */
export interface Drawing {
  notes: NoteDefinition[]
  groups: GroupDefinition[]
}

const MOST = 500
const { id: idSchema } = groupDefinition.shape
const { size: sizeSchema, colour: colourSchema } = noteDefinition.shape
const { width: side, height: rise } = sizeSchema.shape

/** The group that something says it stands in, as a part of its definition. */
export function readGroupName(value: unknown): { group?: string } {
  const group = idSchema.safeParse(value)
  return group.success ? { group: group.data } : {}
}

/** One note as a definition has it; null when what lies there isn't one. */
export function readNote(id: string, value: unknown): NoteDefinition | null {
  if (!(value instanceof Y.Map) || !idSchema.safeParse(id).success) return null
  return {
    id,
    text: textOf(value.get('text')).slice(0, 20_000),
    position: { x: numberOf(value.get('x')), y: numberOf(value.get('y')) },
    size: {
      width: side.safeParse(value.get('width')).data ?? 240,
      height: rise.safeParse(value.get('height')).data ?? 160,
    },
    colour: colourSchema.safeParse(value.get('colour')).data ?? 'yellow',
    ...readGroupName(value.get('group')),
  }
}

/** One group as a definition has it; null when what lies there isn't one. */
export function readGroup(id: string, value: unknown): GroupDefinition | null {
  if (!(value instanceof Y.Map) || !idSchema.safeParse(id).success) return null
  return {
    id,
    title: textOf(value.get('title')).slice(0, 200),
    colour: colourSchema.safeParse(value.get('colour')).data ?? 'grey',
  }
}

/** All notes and groups of a draft. */
export function readDrawing(doc: Y.Doc): Drawing {
  return {
    notes: [...notesOf(doc).entries()].flatMap(([id, value]) => readNote(id, value) ?? []),
    groups: [...groupsOf(doc).entries()].flatMap(([id, value]) => readGroup(id, value) ?? []),
  }
}

const byId = (a: { id: string }, b: { id: string }): number => (a.id < b.id ? -1 : 1)

/**
 * Puts steps, notes and groups together so that each fits the others, whatever was merged: a group that nothing stands
 * in isn't drawn, and nothing stands in a group that is gone. What is as it should be stays the same object.
 */
export function tidyDrawing(
  nodes: NodeDefinition[],
  drawing: Drawing,
): Pick<WorkflowDefinition, 'nodes' | 'notes' | 'groups'> {
  const known = new Set(drawing.groups.map(({ id }) => id))
  const inKnown = <Thing extends { group?: string | undefined }>(thing: Thing): Thing => {
    if (thing.group === undefined || known.has(thing.group)) return thing
    const { group: _gone, ...rest } = thing
    return rest as Thing // the group is optional
  }
  const notes = drawing.notes.toSorted(byId).slice(0, MOST).map(inKnown)
  const settled = nodes.map(inKnown)
  const used = new Set([...settled, ...notes].map(({ group }) => group))
  const groups = drawing.groups
    .filter(({ id }) => used.has(id))
    .toSorted(byId)
    .slice(0, MOST)
  return {
    nodes: settled,
    ...(notes.length > 0 ? { notes } : {}),
    ...(groups.length > 0 ? { groups } : {}),
  }
}
