import type { Point } from '../document.ts'
import type { Editor } from '../state/editor.svelte.ts'
import { drawing } from './texts.ts'

/** A way out of a step. */
export interface TappedPort {
  readonly node: string
  readonly port: string
}

/** What was tapped: a way out, a step, a note, or the bare drawing. */
export type Tapped =
  | { readonly kind: 'port'; readonly port: TappedPort }
  | { readonly kind: 'step'; readonly id: string }
  | { readonly kind: 'note' }
  | { readonly kind: 'drawing' }

/** Draws a line by two taps, for fingers and whoever can't drag: first a way out, then the step that it leads to. */
export class TapConnect {
  /** The way out that was tapped; the next tap says where it leads. */
  from = $state.raw<TappedPort | null>(null)
  readonly #editor: Editor
  readonly #pick: (from: TappedPort, at: Point) => void

  /** `pick` offers steps to add at the end of a new line, for a tap where nothing is. */
  constructor(editor: Editor, pick: (from: TappedPort, at: Point) => void) {
    this.#editor = editor
    this.#pick = pick
  }

  cancel(): void {
    this.from = null
  }

  /** Answers whether the tap was about a line; all others mean what they always do. */
  tap(tapped: Tapped, at: Point): boolean {
    const editor = this.#editor
    const { from } = this
    if (!editor.canEdit) return false
    if (tapped.kind === 'port') {
      const isSame = from?.node === tapped.port.node && from.port === tapped.port.port
      this.from = isSame ? null : tapped.port
      if (!isSame) editor.say(drawing.tapTarget(editor.titleOf(tapped.port.node)))
      return true
    }
    if (!from || !editor.node(from.node)) {
      this.from = null
      return false
    }
    if (tapped.kind === 'note') return true
    this.from = null
    if (tapped.kind === 'drawing') this.#pick(from, at)
    else if (editor.mayConnect(from.node, from.port, tapped.id))
      editor.connect(from.node, from.port, tapped.id)
    else editor.say(drawing.notThere(editor.titleOf(tapped.id)))
    return true
  }
}

/** What an element of the drawing is to a tap; null for buttons and fields, which mean themselves. */
export function tappedAt(element: Element): Tapped | null {
  const handle = element.closest('.svelte-flow__handle.source')
  const [node, port] = [handle?.getAttribute('data-nodeid'), handle?.getAttribute('data-handleid')]
  if (node != null && port != null) return { kind: 'port', port: { node, port } }
  if (element.closest('button, input, textarea, a')) return null
  const id = element.closest('.svelte-flow__node-step')?.getAttribute('data-id')
  if (id != null) return { kind: 'step', id }
  if (element.closest('.svelte-flow__node-note')) return { kind: 'note' }
  return element.closest('.svelte-flow__pane') ? { kind: 'drawing' } : null
}
