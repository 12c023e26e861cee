import { createContext, tick } from 'svelte'
import { readClipping, writeClipping } from '../commands/clipboard.ts'
import { texts as builderTexts } from '../texts.ts'
import { toast } from '#lib/ui/toast.svelte.ts'
import type { Editor } from '../state/editor.svelte.ts'
import { Deeds } from './deeds.ts'
import { foldsOf, isFoldable, stepsIn, waysAround, waysOf, type Folds } from './folds.svelte.ts'
import type { Branch, Item, Outline } from './outline.ts'
import type { Place } from './places.ts'
import { blockOf } from './rewire.ts'
import { listTexts as texts } from './texts.ts'

/** A point of the screen at which something opens. */
export interface Anchor {
  readonly x: number
  readonly y: number
}

/** What is open beside a row of the list. */
export type Popup =
  | { readonly kind: 'add'; readonly place: Place; readonly at: Anchor; readonly from: string }
  | { readonly kind: 'trigger'; readonly at: Anchor; readonly from: string }
  | { readonly kind: 'move'; readonly id: string; readonly at: Anchor; readonly from: string }
  | {
      readonly kind: 'continue'
      readonly node: string
      readonly port: string
      /** The line that it takes the place of. */
      readonly instead?: string
      readonly at: Anchor
      readonly from: string
    }

/** Names what can have the focus in the list, so that it's found again after everything was drawn anew. */
export const stopOf = {
  step: (id: string): string => `step ${id}`,
  link: (edge: string): string => `link ${edge}`,
  add: (place: string): string => `add ${place}`,
  way: (key: string): string => `way ${key}`,
}

/** What the list knows beside the draft: where the focus is, what's open, what's being renamed or dragged. */
export class ListState {
  readonly editor: Editor
  readonly deeds: Deeds
  readonly folds: Folds
  /** The stop that Tab leads to. */
  active = $state<string | null>(null)
  renaming = $state<string | null>(null)
  menu = $state.raw<{ stop: string; at: Anchor } | null>(null)
  popup = $state.raw<Popup | null>(null)
  dragging = $state.raw<{ id: string; block: ReadonlySet<string> } | null>(null)
  /** The place a dragged step would go to. */
  over = $state<string | null>(null)
  readonly outline: Outline = $derived.by(() => this.deeds.reading.outline)
  /** Whether the drawing stands beside the list: then it's moved to what is selected here. */
  beside = false
  /** The element of the whole list; set by it. */
  root: HTMLElement | undefined

  constructor(editor: Editor) {
    this.editor = editor
    this.deeds = new Deeds(editor)
    this.folds = foldsOf(editor)
  }

  get hasFocus(): boolean {
    return this.root?.contains(document.activeElement) ?? false
  }

  item(id: string): Item | undefined {
    return this.outline.byId.get(id)
  }

  element(stop: string): HTMLElement | null {
    return this.root?.querySelector<HTMLElement>(`[data-stop="${CSS.escape(stop)}"]`) ?? null
  }

  /** Everything the arrow keys go to, from top to bottom. */
  stops(): HTMLElement[] {
    return [...(this.root?.querySelectorAll<HTMLElement>('[data-stop]') ?? [])]
  }

  /** Moves the focus to a stop as soon as it's drawn; what it's folded away in is unfolded. */
  async focus(stop: string): Promise<void> {
    this.active = stop
    if (stop.startsWith('step ')) this.unfoldTo(stop.slice('step '.length))
    await tick()
    const element = this.element(stop)
    element?.focus()
    element?.scrollIntoView({ block: 'nearest' })
  }

  /** Where something opens that belongs to a stop. */
  anchorOf(stop: string): Anchor {
    const box = (this.element(stop) ?? this.root)?.getBoundingClientRect()
    return {
      x: (box?.left ?? 0) + Math.min(box?.width ?? 0, 340),
      y: (box?.top ?? 0) + (box?.height ?? 0) / 2,
    }
  }

  /** Folds a way away, or shows what's in it again. */
  fold(way: Branch, closed = !this.folds.isClosed(way)): void {
    if (closed) this.folds.close([way.key])
    else this.folds.open([way.key])
    const count = stepsIn(way).length
    this.editor.say(closed ? texts.folds.saidClosed(count) : texts.folds.saidOpen(count))
  }

  /** Folds all ways of a step, or of the whole list. Answers whether there was something to fold or unfold. */
  foldAll(closed: boolean, of?: Item): boolean {
    const ways = (of ? of.branches : waysOf(this.outline)).filter(isFoldable)
    const other = ways.filter((way) => this.folds.isClosed(way) !== closed)
    if (closed) this.folds.close(other.map(({ key }) => key))
    else this.folds.open(other.map(({ key }) => key))
    const count = new Set(other.flatMap(stepsIn)).size
    if (count > 0)
      this.editor.say(closed ? texts.folds.saidClosed(count) : texts.folds.saidOpen(count))
    return count > 0
  }

  /** Whether a step is folded away with a way that it stands in. */
  isHidden(id: string): boolean {
    return (
      this.folds.areThere && waysAround(this.outline, id).some((way) => this.folds.isClosed(way))
    )
  }

  /** Shows a step that is folded away. */
  unfoldTo(id: string): void {
    if (!this.folds.areThere) return
    this.folds.open(waysAround(this.outline, id).map(({ key }) => key))
  }

  select(id: string): void {
    const { selectedNodes } = this.editor.canvas
    if (selectedNodes.length !== 1 || selectedNodes[0] !== id) this.editor.canvas.select([id])
    if (this.beside) this.editor.reveal = id
  }

  add(place: Place, from: string): void {
    if (this.editor.canEdit) this.popup = { kind: 'add', place, at: this.anchorOf(from), from }
  }

  /** Adds below a step: behind its main way, else in the first of its ways. */
  addBelow(id: string): void {
    const item = this.item(id)
    const port = item?.main?.port ?? item?.step.ways[0]?.port
    if (port !== undefined) this.add({ kind: 'after', node: id, port }, stopOf.step(id))
  }

  addTrigger(from: string): void {
    if (this.editor.canEdit) this.popup = { kind: 'trigger', at: this.anchorOf(from), from }
  }

  moveTo(id: string): void {
    const stop = stopOf.step(id)
    if (this.editor.canEdit && this.item(id)?.step.takesLines)
      this.popup = { kind: 'move', id, at: this.anchorOf(stop), from: stop }
  }

  continueAt(node: string, port: string, from = stopOf.step(node), instead?: string): void {
    if (!this.editor.canEdit) return
    const at = this.anchorOf(from)
    this.popup = { kind: 'continue', node, port, at, from, ...(instead ? { instead } : {}) }
  }

  closePopup(): void {
    const { popup } = this
    this.popup = null
    if (popup) void this.focus(popup.from)
  }

  rename(id: string): void {
    if (this.editor.canEdit) this.renaming = id
  }

  /** Moves a step up or down by a place; the focus stays on it. */
  step(id: string, by: 1 | -1): void {
    if (!this.editor.canEdit) return
    this.deeds.step(id, by)
    void this.focus(stopOf.step(id))
  }

  move(id: string, place: Place): void {
    if (!this.deeds.move(id, place)) this.editor.say(texts.said.notThere)
    void this.focus(stopOf.step(id))
  }

  duplicate(id: string): void {
    const copy = this.deeds.duplicate(id)
    if (copy !== null) void this.#arrived(copy)
  }

  /** Puts a step, or all that are selected with it, on the clipboard as text. */
  copy(id: string): void {
    const { canvas } = this.editor
    if (!canvas.selectedNodes.includes(id)) canvas.select([id])
    const text = this.editor.copySelected()
    if (text !== null) void writeClipping(text)
  }

  cut(id: string): void {
    if (!this.editor.canEdit) return
    this.copy(id)
    this.remove(id, true)
  }

  /** Pastes behind a step what is on the clipboard, or what a paste event brought. */
  async paste(id: string, brought?: string): Promise<void> {
    const text = brought ?? (await readClipping())
    if (text === null) return
    const problem = this.deeds.pasteBehind(id, text)
    if (problem) return void toast.problem(builderTexts.announce.notPasted[problem])
    const [first] = this.editor.canvas.selectedNodes
    if (first !== undefined) void this.#arrived(first)
  }

  /** The focus goes to a step that was just made, as soon as the list has it. */
  async #arrived(id: string): Promise<void> {
    await tick()
    await this.focus(stopOf.step(id))
  }

  added(id: string): void {
    this.popup = null
    void this.#arrived(id)
  }

  /** Deletes a step; the focus goes to the one that takes its place, and a message offers to take it back. */
  remove(id: string, only = false): void {
    const item = this.item(id)
    if (!item || !this.editor.canEdit) return
    const { order } = this.outline
    const block = only ? new Set([id]) : blockOf(item)
    const next =
      order.slice(item.number).find((one) => !block.has(one.id) && !this.isHidden(one.id)) ??
      order[item.number - 2]
    const removed = only ? this.deeds.removeOnly(id) : this.deeds.remove(id)
    if (!removed) return
    if (next) void this.focus(stopOf.step(next.id))
    const { undoManager } = this.editor.document
    const change = undoManager.undoStack.at(-1)
    toast.undo(texts.said.removed(removed.title, removed.count - 1), () => {
      // What was done since comes first: undo goes back in order.
      if (undoManager.undoStack.at(-1) !== change) return toast.problem(texts.said.notLast)
      this.editor.undo()
      void this.#arrived(id)
    })
  }

  startDragging(id: string): void {
    const item = this.item(id)
    if (item && this.editor.canEdit && item.step.takesLines)
      this.dragging = { id, block: blockOf(item) }
  }

  stopDragging(): void {
    this.dragging = null
    this.over = null
  }
}

/** The list's state, for all rows in it. */
export const [getList, setList] = createContext<ListState>()
