import type { GroupDefinition } from '#lib/engine/definition/drawing.ts'
import type { Point } from '../../document.ts'
import type { Box, CanvasNode } from '../../state/canvas-state.svelte.ts'
import { around } from '../align.ts'

/** Room between a frame and what stands in it: for the name at the top, and for the "+" of open ports at the right. */
const PADDING = { left: 28, right: 60, top: 48, bottom: 28 }

/** A group as it's drawn: as large as what stands in it needs. */
export interface Frame extends Omit<Box, 'id'> {
  group: GroupDefinition
  members: readonly string[]
}

/**
 * The frames of all groups. What is being dragged doesn't stretch its frame, so that it can be pulled out; only when all
 * of it is dragged, the frame goes along.
 */
export function framesOf(
  groups: readonly GroupDefinition[],
  things: readonly CanvasNode[],
): Frame[] {
  if (groups.length === 0) return []
  const inside = new Map<string, CanvasNode[]>()
  for (const thing of things) {
    const group = groupOf(thing)
    if (group !== undefined) inside.set(group, [...(inside.get(group) ?? []), thing])
  }
  return groups.flatMap((group) => {
    const members = inside.get(group.id) ?? []
    const still = members.filter(({ dragging }) => !dragging)
    const box = around((still.length > 0 ? still : members).map(boxOf))
    if (!box) return []
    return {
      group,
      members: members.map(({ id }) => id),
      x: box.x - PADDING.left,
      y: box.y - PADDING.top,
      width: box.width + PADDING.left + PADDING.right,
      height: box.height + PADDING.top + PADDING.bottom,
    }
  })
}

/** The group that a thing of the drawing stands in. */
export const groupOf = (thing: CanvasNode): string | undefined =>
  thing.type === 'note' ? thing.data.note.group : thing.data.step.group

/** The frame at a point: the smallest one, should several lie there. */
export function frameAt({ x, y }: Point, frames: readonly Frame[]): Frame | undefined {
  return frames
    .filter(
      (frame) =>
        x >= frame.x && x <= frame.x + frame.width && y >= frame.y && y <= frame.y + frame.height,
    )
    .toSorted((a, b) => a.width * a.height - b.width * b.height)[0]
}

/** Where things that were dropped change their group: into the frame they lie in, or out of the one they left. */
export function regrouped(
  dropped: readonly CanvasNode[],
  frames: readonly Frame[],
): { id: string; group: string | undefined }[] {
  const ids = new Set(dropped.map(({ id }) => id))
  return dropped.flatMap((thing) => {
    const own = frames.find(({ group }) => group.id === groupOf(thing))
    // A frame that was moved with all that's in it stays as it is.
    if (own?.members.every((id) => ids.has(id))) return []
    const box = boxOf(thing)
    const middle = { x: box.x + box.width / 2, y: box.y + box.height / 2 }
    const group = frameAt(middle, frames)?.group.id
    return group === groupOf(thing) ? [] : [{ id: thing.id, group }]
  })
}

const boxOf = ({ position, measured, width, height, initialWidth, initialHeight }: CanvasNode) => ({
  ...position,
  width: width ?? measured?.width ?? initialWidth ?? 0,
  height: height ?? measured?.height ?? initialHeight ?? 0,
})
