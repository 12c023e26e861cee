import type * as Y from 'yjs'
import { nodesOf } from '../document/shape.ts'
import { stopOf, type ListState } from './list-state.svelte.ts'
import type { Outline } from './outline.ts'
import { listTexts as texts } from './texts.ts'

/**
 * Rows that move or go take the focus with them: it's put back, to the next step when this one was deleted. Who had it on
 * a step that somebody else deleted is told so. To be called while the list is set up.
 */
export function keepFocus(list: ListState): void {
  const goneByOthers = noteGone(list)
  let before = { had: null as string | null, outline: list.outline }
  $effect.pre(() => {
    void list.outline
    const stop = list.hasFocus ? document.activeElement?.closest('[data-stop]') : null
    before = { had: stop?.getAttribute('data-stop') ?? null, outline: before.outline }
  })
  $effect(() => {
    const now = list.outline
    const { had, outline: old } = before
    before = { had: null, outline: now }
    if (list.hasFocus || list.popup) return
    // What a workflow starts with was picked from an empty page, which is gone now.
    const [only, ...others] = now.order
    const isBegun = old.order.length === 0 && only !== undefined && others.length === 0
    if (isBegun && document.activeElement === document.body) void list.focus(stopOf.step(only.id))
    if (had === null) return
    const next = list.element(had) ? had : afterwards(had, old, now)
    const gone = had.startsWith('step ') ? had.slice('step '.length) : ''
    if (goneByOthers.delete(gone)) {
      const node = old.byId.get(gone)?.step.node
      const type = node && list.editor.typeOf(node)
      list.editor.say(texts.said.removedByOther(node?.title || (type?.title ?? '')))
    }
    if (next !== null) void list.focus(next)
  })
}

/** Where the focus goes when its stop is no more: to the step that came next and is still there, else to the one before. */
function afterwards(had: string, old: Outline, now: Outline): string | null {
  const id = had.startsWith('step ') ? had.slice('step '.length) : null
  const gone = id === null ? undefined : old.byId.get(id)
  const left = gone && old.order.slice(gone.number).find((one) => now.byId.has(one.id))
  const next = left ?? (gone && old.order[gone.number - 2]) ?? now.order[0]
  return next && now.byId.has(next.id) ? stopOf.step(next.id) : null
}

/** Keeps in mind which steps somebody else deleted. */
function noteGone(list: ListState): Set<string> {
  const gone = new Set<string>()
  $effect(() => {
    const nodes = nodesOf(list.editor.document.doc)
    const note = (event: Y.YMapEvent<unknown>, { local }: Y.Transaction): void => {
      for (const [id, { action }] of event.changes.keys) {
        if (action === 'delete' && !local) gone.add(id)
      }
    }
    nodes.observe(note)
    return () => nodes.unobserve(note)
  })
  return gone
}
