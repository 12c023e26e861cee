import type { Data, DataObject } from '../data.ts'
import type { PlanNode } from '../plan/plan.ts'
import { leavesNoRows } from './chunks.ts'
import type { Arrival, Frame, LoopRun, Step } from './state.ts'

/** The frame of everything outside of loops. */
export function rootFrame(counts: Uint16Array): Frame {
  // Without a prototype: a step's key is never anything but a step's key.
  return newFrame(
    { path: '', parent: null, loop: null, index: 0, item: null, isQuiet: false },
    counts,
    null,
  )
}

/** The frame of one item of a loop. */
export function itemFrame(loop: LoopRun, index: number, counts: Uint16Array): Frame {
  const parent = loop.step.frame
  const name = `${loop.step.node.key}:${index}`
  const path = parent.path === '' ? name : `${parent.path}/${name}`
  const isQuiet = parent.isQuiet || leavesNoRows(loop, index)
  return newFrame(
    { path, parent, loop, index, item: itemOf(loop, index), isQuiet },
    counts,
    parent.steps,
  )
}

/** A loop that repeats has no list: each pass is given what the one before it yielded. */
const itemOf = ({ atLimit, items, results }: LoopRun, index: number): Data =>
  (atLimit === null ? items[index] : results[index - 1]) ?? null

function newFrame(
  place: Pick<Frame, 'path' | 'parent' | 'loop' | 'index' | 'item' | 'isQuiet'>,
  counts: Uint16Array,
  outer: DataObject | null,
): Frame {
  return {
    ...place,
    left: counts.slice(),
    alive: new Uint8Array(counts.length),
    outcomes: new Array<undefined>(counts.length),
    steps: Object.assign(Object.create(null) as DataObject, outer),
    open: new Set(),
    ends: [],
  }
}

/** What came in over the edges that were taken, in the drawing's order. */
export function arrivalsOf({ node, frame }: Pick<Step, 'node' | 'frame'>): Arrival[] {
  const arrivals: Arrival[] = []
  for (const { source, port } of node.incoming) {
    if (source === node.loop) {
      arrivals.push({ key: source.key, output: frame.item })
      continue
    }
    const outcome = frame.outcomes[source.slot]
    if (outcome !== undefined && outcome.port === port) arrivals.push(...outcome.hands)
  }
  return arrivals
}

/** What a frame yields: the output of its last step; of several last steps, each under its key. */
export function resultOf(frame: Frame): Data {
  const [only, ...others] = frame.ends
  if (only === undefined) return frame.item
  if (others.length === 0) return only.output
  const inOrder = frame.ends.toSorted((a, b) => a.node.rank - b.node.rank)
  return Object.fromEntries(inOrder.map(({ node, output }) => [node.key, output]))
}

/** Every step under a frame that is not over, those of loops within included. */
export function* openSteps(frame: Frame): Generator<Step> {
  for (const step of frame.open) {
    if (step.loop !== null) for (const inner of step.loop.frames) yield* openSteps(inner)
    yield step
  }
}

/** A step that is about to begin. */
export function newStep(node: PlanNode, frame: Frame): Step {
  return {
    // Written out: spreading literals into one another costs as much as a small step.
    node,
    frame,
    status: 'ready',
    attempt: 1,
    attemptsBefore: 0,
    interruptions: 0,
    until: null,
    retrying: false,
    progress: null,
    hasWaits: false,
    deliveries: [],
    interrupted: null,
    record: null,
    loop: null,
  }
}
