import type { NodeDefinition, WorkflowDefinition } from '#lib/engine/index.ts'
import { around } from '../canvas/align.ts'
import type { Point } from '../document.ts'
import { STEP_HEIGHT, STEP_WIDTH } from '../state/canvas-state.svelte.ts'
import { isSame, lineName } from './difference.ts'
import type { ChangeKind, Report } from './report.ts'
import { versionTexts as words } from './texts.ts'

/** What can have happened to a thing in a drawing; `moved` only when nothing else did. */
export type MarkKind = ChangeKind | 'moved'

/** One of two drawings that stand beside each other, with what differs in it. */
export interface SideDrawing {
  definition: WorkflowDefinition
  steps: ReadonlyMap<string, MarkKind>
  lines: ReadonlyMap<string, 'added' | 'removed'>
  notes: ReadonlyMap<string, MarkKind>
  groups: ReadonlyMap<string, MarkKind>
}

export interface Sides {
  before: SideDrawing
  after: SideDrawing
}

interface Area extends Point {
  width: number
  height: number
}

/** One thing that differs, to go to: what it is, and where it stands in either drawing. */
export interface Stop {
  /** Of the step, note, group or line. */
  id: string
  what: 'step' | 'note' | 'group' | 'line'
  kind: MarkKind
  title: string
  areas: Area[]
}

/** Both drawings with their marks. */
export function sidesOf({ before, after, difference }: Report): Sides {
  const changed = new Set<string>(difference.changed.map((step) => step.after.id))
  const stepMarks = [
    ...difference.changed.map((step) => [step.after.id, 'changed'] as const),
    ...difference.drawing.moved.flatMap(({ id }) =>
      changed.has(id) ? [] : [[id, 'moved'] as const],
    ),
  ]
  const [added, removed] = [
    new Set(difference.lines.added.map(lineName)),
    new Set(difference.lines.removed.map(lineName)),
  ]
  const notes = thingMarks(before.notes ?? [], after.notes ?? [], noteKind)
  const groups = thingMarks(before.groups ?? [], after.groups ?? [], () => 'changed')
  const linesOf = (definition: WorkflowDefinition, names: Set<string>, kind: 'added' | 'removed') =>
    new Map(
      definition.edges.flatMap((edge) =>
        names.has(lineName(edge)) ? [[edge.id as string, kind] as const] : [],
      ),
    )
  return {
    before: {
      definition: before,
      steps: new Map<string, MarkKind>([
        ...stepMarks,
        ...difference.removed.map(({ id }) => [id, 'removed'] as const),
      ]),
      lines: linesOf(before, removed, 'removed'),
      notes: without(notes, 'added'),
      groups: without(groups, 'added'),
    },
    after: {
      definition: after,
      steps: new Map<string, MarkKind>([
        ...stepMarks,
        ...difference.added.map(({ id }) => [id, 'added'] as const),
      ]),
      lines: linesOf(after, added, 'added'),
      notes: without(notes, 'removed'),
      groups: without(groups, 'removed'),
    },
  }
}

/** Everything that differs, in the order in which one reads the drawing; what changes nothing in what happens comes last. */
export function stopsOf({ steps, difference }: Report, sides: Sides): Stop[] {
  const { before, after } = sides
  const told = steps.map(({ id, kind, title }) => ({ id, kind, title }))
  const moved = difference.drawing.moved.flatMap((node) =>
    after.steps.get(node.id) === 'moved' ? [{ id: node.id as string, title: node.title }] : [],
  )
  const stepStop = (id: string, kind: MarkKind, title: string): Stop => ({
    ...{ id, what: 'step', kind, title },
    areas: [before, after].flatMap((side) => stepAreas(side, [id])),
  })
  return [
    ...told.map(({ id, kind, title }) => stepStop(id, kind, title)),
    ...[before, after].flatMap(lineStops),
    ...moved.map(({ id, title }) => stepStop(id, 'moved', title)),
    ...thingStops(sides, 'notes', 'note', words.note),
    ...thingStops(sides, 'groups', 'group', words.frame),
  ]
}

const stepArea = ({ position }: NodeDefinition): Area => ({
  ...position,
  width: STEP_WIDTH,
  height: STEP_HEIGHT,
})

const stepAreas = ({ definition }: SideDrawing, ids: readonly string[]): Area[] =>
  definition.nodes.filter(({ id }) => ids.includes(id)).map(stepArea)

/** A line at a step that came or went itself tells nothing new. */
function lineStops(side: SideDrawing): Stop[] {
  return side.definition.edges.flatMap((edge) => {
    const kind = side.lines.get(edge.id)
    const ends = [edge.source, edge.target]
    if (!kind || ends.some((end) => side.steps.get(end) === kind)) return []
    const title = ends
      .map((end) => side.definition.nodes.find(({ id }) => id === end)?.title ?? '')
      .join(' → ')
    const areas = stepAreas(side, ends)
    return [{ id: `${kind} ${edge.id}`, what: 'line' as const, kind, title, areas }]
  })
}

function thingStops(
  { before, after }: Sides,
  marks: 'notes' | 'groups',
  what: 'note' | 'group',
  title: string,
): Stop[] {
  const kinds = new Map([...before[marks], ...after[marks]])
  return [...kinds].map(([id, kind]) => ({
    ...{ id, what, kind, title },
    areas: [before, after].flatMap(({ definition }) =>
      what === 'note' ? noteAreas(definition, id) : groupAreas(definition, id),
    ),
  }))
}

const noteAreas = ({ notes = [] }: WorkflowDefinition, wanted: string): Area[] =>
  notes.filter(({ id }) => id === wanted).map(({ position, size }) => ({ ...position, ...size }))

function groupAreas({ nodes, notes = [] }: WorkflowDefinition, wanted: string): Area[] {
  const inside = [
    ...nodes.filter(({ group }) => group === wanted).map((node) => stepArea(node)),
    ...notes
      .filter(({ group }) => group === wanted)
      .map(({ position, size }) => ({ ...position, ...size })),
  ]
  const box = around(inside)
  return box ? [box] : []
}

function thingMarks<Thing extends { id: string }>(
  before: readonly Thing[],
  after: readonly Thing[],
  kindOf: (old: Thing, now: Thing) => MarkKind,
): Map<string, MarkKind> {
  const old = new Map(before.map((thing) => [thing.id, thing]))
  const now = new Map(after.map((thing) => [thing.id, thing]))
  const marks = [...old.keys(), ...now.keys()].flatMap((id): [string, MarkKind][] => {
    const [was, is] = [old.get(id), now.get(id)]
    if (!is) return [[id, 'removed']]
    if (!was) return [[id, 'added']]
    return isSame(was, is) ? [] : [[id, kindOf(was, is)]]
  })
  return new Map(marks)
}

const noteKind = (
  old: { text: string; colour: string },
  now: { text: string; colour: string },
): MarkKind => (old.text === now.text && old.colour === now.colour ? 'moved' : 'changed')

const without = (marks: ReadonlyMap<string, MarkKind>, kind: MarkKind): Map<string, MarkKind> =>
  new Map([...marks].filter(([, one]) => one !== kind))
