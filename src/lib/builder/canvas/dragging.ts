import type { EdgeDefinition } from '#lib/engine/index.ts'
import { putIntoGroup } from '../document/groups.ts'
import type { Point } from '../document.ts'
import type { CanvasNode } from '../state/canvas-state.svelte.ts'
import type { Editor } from '../state/editor.svelte.ts'
import { insertIntoEdge, isLoose } from '../state/rewiring.ts'
import { framesOf, regrouped } from './groups/frames.ts'

/** What happens while steps and notes are dragged, and when they're let go. */
export class Dragging {
  readonly #editor: Editor
  readonly #lineAt: (pointer: Point) => EdgeDefinition | null

  /** `lineAt` finds the line under the pointer; by default the one that's on the page there. */
  constructor(
    editor: Editor,
    lineAt = (pointer: Point): EdgeDefinition | null => edgeAt(editor, pointer),
  ) {
    this.#editor = editor
    this.#lineAt = lineAt
  }

  /** Others see it move; a step without lines shows which line it would go into. */
  move(things: readonly CanvasNode[], pointer: Point): void {
    this.#editor.presence?.say({ dragged: Object.fromEntries(placesOf(things)) })
    this.#editor.canvas.target = this.#lineFor(things, pointer)?.id ?? null
  }

  /** Places, frames and lines change together: one stroke that undoes as one. */
  drop(things: readonly CanvasNode[], pointer: Point): void {
    const editor = this.#editor
    editor.presence?.say({ dragged: null })
    // The right to change it may have been taken away during the drag: then everything lies where it lay.
    if (!editor.canEdit) {
      editor.canvas.target = null
      editor.followDragging()
      return
    }
    const edge = this.#lineFor(things, pointer)
    const [only] = things
    // The frames as they were during the drag: what is let go just now doesn't stretch its own yet.
    const ids = new Set(things.map(({ id }) => id))
    const drawn = editor.canvas.nodes.map((one) =>
      ids.has(one.id) ? { ...one, dragging: true } : one,
    )
    const frames = framesOf(editor.definition.groups ?? [], drawn)
    const moved = regrouped(things, frames)
    editor.canvas.target = null
    editor.document.together(() => {
      editor.document.moveNodes(new Map(placesOf(things)), 'hand')
      for (const { id, group } of moved) putIntoGroup(editor.document, [id], group)
      if (edge && only) insertIntoEdge(editor, only.id, edge)
    })
  }

  /** The line under the pointer that a dragged step fits into: only one that has no lines of its own. */
  #lineFor(things: readonly CanvasNode[], pointer: Point): EdgeDefinition | null {
    const [only, ...more] = things
    if (!only || more.length > 0 || only.type !== 'step' || !isLoose(this.#editor, only.id)) {
      return null
    }
    return this.#lineAt(pointer)
  }
}

/** The line at a point of the screen. */
export function edgeAt(editor: Editor, { x, y }: Point): EdgeDefinition | null {
  const [hit] = document
    .elementsFromPoint(x, y)
    .flatMap((element) => element.closest('.svelte-flow__edge')?.getAttribute('data-id') ?? [])
  return editor.definition.edges.find(({ id }) => id === hit) ?? null
}

const placesOf = (things: readonly CanvasNode[]) =>
  things.map(
    ({ id, position }) => [id, { x: Math.round(position.x), y: Math.round(position.y) }] as const,
  )
