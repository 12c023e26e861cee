import type { Data } from '#lib/engine/data.ts'
import type {
  EdgeDefinition,
  NodeDefinition,
  WorkflowDefinition,
} from '#lib/engine/definition/schema.ts'

/** Something that has another value than before. Undefined: it wasn't there, or isn't any more. */
export interface Change {
  name: string
  before: Data | undefined
  after: Data | undefined
}

/** A step that is in both definitions and does something else now. */
export interface ChangedStep {
  before: NodeDefinition
  after: NodeDefinition
  /** Fields of its form. */
  fields: Change[]
  /** All else that is set of a step: its name, on or off, tries, what happens when it fails, its note. */
  options: Change[]
}

/** What only the drawing shows: it makes no difference to what a workflow does. */
export interface DrawingChanges {
  moved: NodeDefinition[]
  notes: { added: number; removed: number; changed: number }
  groups: { added: number; removed: number; changed: number }
}

/** What makes one definition of a workflow differ from an earlier one. */
export interface Difference {
  added: NodeDefinition[]
  removed: NodeDefinition[]
  changed: ChangedStep[]
  lines: { added: EdgeDefinition[]; removed: EdgeDefinition[] }
  settings: Change[]
  drawing: DrawingChanges
}

/** What is set of a step besides its config, in the order in which it's told. */
const OPTIONS = [
  'type',
  'title',
  'key',
  'disabled',
  'retry',
  'timeoutSeconds',
  'onError',
  'pinned',
  'note',
] as const satisfies readonly (keyof NodeDefinition)[]

/** Compares two definitions of the same workflow. Steps are the same when their ids are. */
export function differenceOf(before: WorkflowDefinition, after: WorkflowDefinition): Difference {
  const steps = paired(before.nodes, after.nodes)
  const notes = paired(before.notes ?? [], after.notes ?? [])
  const groups = paired(before.groups ?? [], after.groups ?? [])
  return {
    added: steps.added,
    removed: steps.removed,
    changed: steps.both.flatMap(([old, now]) => changedStep(old, now) ?? []),
    lines: linesBetween(before.edges, after.edges),
    settings: changesOf(before.settings, after.settings),
    drawing: {
      moved: steps.both.filter(([old, now]) => isMoved(old, now)).map(([, now]) => now),
      notes: counted(notes),
      groups: counted(groups),
    },
  }
}

/** Whether two definitions do the same: what is only drawn differently doesn't count. */
export const doesTheSame = ({ added, removed, changed, lines, settings }: Difference): boolean =>
  added.length + removed.length + changed.length + settings.length === 0 &&
  lines.added.length + lines.removed.length === 0

/** Whether two definitions are the same in everything, the drawing included. */
export function isEmpty(difference: Difference): boolean {
  const { moved, notes, groups } = difference.drawing
  return doesTheSame(difference) && moved.length === 0 && !isTouched(notes) && !isTouched(groups)
}

export const isTouched = ({ added, removed, changed }: DrawingChanges['notes']): boolean =>
  added + removed + changed > 0

function changedStep(before: NodeDefinition, after: NodeDefinition): ChangedStep | null {
  const fields = changesOf(before.config, after.config)
  const options = OPTIONS.flatMap((name) => {
    const change = { name, before: plain(before[name]), after: plain(after[name]) }
    return isSame(change.before, change.after) ? [] : [change]
  })
  return fields.length + options.length === 0 ? null : { before, after, fields, options }
}

/** The parts that differ between two records of named values, in order of name. */
function changesOf(before: object, after: object): Change[] {
  const [old, now] = [asRecord(before), asRecord(after)]
  const names = [...new Set([...Object.keys(old), ...Object.keys(now)])].sort()
  return names.flatMap((name) =>
    isSame(old[name], now[name]) ? [] : [{ name, before: old[name], after: now[name] }],
  )
}

// Definitions come through JSON: whatever lies in them is data.
const asRecord = (record: object): Record<string, Data | undefined> => ({ ...record })
const plain = (value: NodeDefinition[keyof NodeDefinition]): Data | undefined => value as Data

/** A line is the same when it goes from the same port to the same port, whatever its id. */
function linesBetween(
  before: readonly EdgeDefinition[],
  after: readonly EdgeDefinition[],
): Difference['lines'] {
  const old = new Set(before.map(lineName))
  const now = new Set(after.map(lineName))
  return {
    added: after.filter((edge) => !old.has(lineName(edge))),
    removed: before.filter((edge) => !now.has(lineName(edge))),
  }
}

/** What a line is known by: its two ends. */
export const lineName = ({ source, sourcePort, target, targetPort }: EdgeDefinition): string =>
  JSON.stringify([source, sourcePort, target, targetPort])

interface Paired<Thing> {
  added: Thing[]
  removed: Thing[]
  both: [Thing, Thing][]
}

function paired<Thing extends { id: string }>(
  before: readonly Thing[],
  after: readonly Thing[],
): Paired<Thing> {
  const old = new Map(before.map((thing) => [thing.id, thing]))
  const now = new Set(after.map(({ id }) => id))
  return {
    added: after.filter(({ id }) => !old.has(id)),
    removed: before.filter(({ id }) => !now.has(id)),
    both: after.flatMap((thing) => {
      const was = old.get(thing.id)
      return was ? [[was, thing] as [Thing, Thing]] : []
    }),
  }
}

const counted = <Thing extends object>({ added, removed, both }: Paired<Thing>) => ({
  added: added.length,
  removed: removed.length,
  changed: both.filter(([old, now]) => changesOf(old, now).length > 0).length,
})

const isMoved = (before: NodeDefinition, after: NodeDefinition): boolean =>
  before.position.x !== after.position.x ||
  before.position.y !== after.position.y ||
  before.group !== after.group

/** Whether two values say the same. A field that was never filled in and one that was emptied are both empty. */
export function isSame(a: unknown, b: unknown): boolean {
  if (a === b || (isNothing(a) && isNothing(b))) return true
  if (typeof a !== 'object' || typeof b !== 'object' || a === null || b === null) return false
  if (Array.isArray(a) || Array.isArray(b)) {
    return (
      Array.isArray(a) &&
      Array.isArray(b) &&
      a.length === b.length &&
      a.every((entry, index) => isSame(entry, b[index]))
    )
  }
  const [old, now] = [new Map(Object.entries(a)), new Map(Object.entries(b))]
  return [...new Set([...old.keys(), ...now.keys()])].every((name) =>
    isSame(old.get(name), now.get(name)),
  )
}

const isNothing = (value: unknown): boolean => value === undefined || value === ''
