import type { WorkflowDefinition } from '#lib/engine/definition/schema.ts'
import { freePlace, type LayoutNode } from '../canvas/layout.ts'
import type { Point } from '../document.ts'
import { STEP_HEIGHT, STEP_WIDTH } from '../state/canvas-state.svelte.ts'

const APART = 110

/**
 * Where a step that was put somewhere in the list lies in the drawing: right of what leads to it, on nothing else. What
 * it leads to moves to the right when it has to. The list has no places, but the drawing beside it should stay readable.
 */
export function spotFor(
  definition: WorkflowDefinition,
  boxes: readonly LayoutNode[],
  gap: {
    readonly sources: readonly { readonly node: string }[]
    readonly targets: readonly { readonly node: string }[]
  },
): { at: Point; moved: Map<string, Point> } {
  const size = { width: STEP_WIDTH, height: STEP_HEIGHT }
  const before = boxes.filter(({ id }) => gap.sources.some(({ node }) => node === id))
  const [first] = before
  if (!first) return { at: freePlace(corner(boxes), boxes, size), moved: new Map() }
  const x = Math.max(...before.map((box) => box.x + box.width)) + APART
  const targets = boxes.filter(({ id }) => gap.targets.some(({ node }) => node === id))
  const y =
    before.length > 1 && targets[0]
      ? targets[0].y
      : targets.length > 0
        ? Math.round((first.y + Math.min(...targets.map((box) => box.y))) / 2)
        : first.y
  const by = Math.max(0, ...targets.map((box) => x + STEP_WIDTH + APART - box.x))
  const later =
    by > 0
      ? following(
          definition,
          targets.map(({ id }) => id),
        )
      : new Set<string>()
  const moved = new Map(
    boxes.flatMap((box) => (later.has(box.id) ? [[box.id, { x: box.x + by, y: box.y }]] : [])),
  )
  const settled = boxes.map((box) => ({ ...box, ...moved.get(box.id) }))
  return { at: freePlace({ x, y }, settled, size), moved }
}

/** Below everything, at the left. */
function corner(boxes: readonly LayoutNode[]): Point {
  if (boxes.length === 0) return { x: 0, y: 0 }
  return {
    x: Math.min(...boxes.map(({ x }) => x)),
    y: Math.max(...boxes.map(({ y, height }) => y + height)) + 60,
  }
}

/** Some steps and all that they lead to. */
function following({ edges }: WorkflowDefinition, ids: readonly string[]): Set<string> {
  const next = Map.groupBy(edges, ({ source }): string => source)
  const found = new Set(ids)
  for (const id of found) for (const { target } of next.get(id) ?? []) found.add(target)
  return found
}
