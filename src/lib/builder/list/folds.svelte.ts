import type { Editor } from '../state/editor.svelte.ts'
import type { Branch, Item, Outline } from './outline.ts'

/** Which ways of a workflow are folded away in the list: one's own, kept for as long as the page is open. */
export class Folds {
  #closed = $state.raw<ReadonlySet<string>>(new Set())

  isClosed({ key }: Pick<Branch, 'key'>): boolean {
    return this.#closed.has(key)
  }

  get areThere(): boolean {
    return this.#closed.size > 0
  }

  close(keys: Iterable<string>): void {
    this.#closed = new Set([...this.#closed, ...keys])
  }

  open(keys: Iterable<string>): void {
    const gone = new Set(keys)
    if (this.#closed.isDisjointFrom(gone)) return
    this.#closed = this.#closed.difference(gone)
  }

  openAll(): void {
    this.#closed = new Set()
  }
}

const kept = new WeakMap<Editor, Folds>()

/** The folds of an open page: the same ones after the list was away. */
export function foldsOf(editor: Editor): Folds {
  const known = kept.get(editor) ?? new Folds()
  kept.set(editor, known)
  return known
}

/** Whether a way has something to fold away. */
export const isFoldable = ({ items, sides }: Branch): boolean => items.length + sides.length > 0

/** All steps in a way, with those in its own ways. */
export function stepsIn(branch: Branch): Item[] {
  const within = (items: readonly Item[]): Item[] =>
    items.flatMap((item) => [item, ...item.branches.flatMap(stepsIn)])
  return [...branch.sides.flatMap(stepsIn), ...within(branch.items)]
}

/** The ways of a list that can be folded away, each before those within it. */
export function waysOf({ main, loose }: Outline): Branch[] {
  const within = (branch: Branch): Branch[] => [
    ...(isFoldable(branch) ? [branch] : []),
    ...branch.sides.flatMap(within),
    ...branch.items.flatMap(({ branches }) => branches.flatMap(within)),
  ]
  return [...main, ...loose].flatMap(({ branches }) => branches.flatMap(within))
}

/** The ways that a step stands in, the outermost first. */
export function waysAround(outline: Outline, id: string): Branch[] {
  return waysOf(outline).filter((way) => stepsIn(way).some((item) => item.id === id))
}
