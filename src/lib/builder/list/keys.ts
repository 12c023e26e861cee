import { stepsIn, waysOf } from './folds.svelte.ts'
import { stopOf, type ListState } from './list-state.svelte.ts'

/** What a key does on a step of the list. */
const onStep: Record<string, (list: ListState, id: string) => void> = {
  F2: (list, id) => list.rename(id),
  a: (list, id) => list.addBelow(id),
  m: (list, id) => list.moveTo(id),
  c: (list, id) => {
    const ways = list.item(id)?.step.ways ?? []
    const way = ways.find(({ edges }) => edges.length === 0) ?? ways[0]
    if (way) list.continueAt(id, way.port)
  },
  Delete: (list, id) => removed(list, id),
  Backspace: (list, id) => removed(list, id),
}

function removed(list: ListState, id: string): void {
  const { selectedNodes } = list.editor.canvas
  if (selectedNodes.length > 1 && selectedNodes.includes(id)) list.editor.removeSelected()
  else list.remove(id)
}

/** Handles a key press in the list; answers whether it meant something there. */
export function listKey(list: ListState, event: KeyboardEvent, narrow: boolean): boolean {
  const target = event.target instanceof Element ? event.target : null
  if (target?.closest('input, textarea')) return false
  const stop = target?.closest('[data-row]')?.querySelector('[data-stop]') ?? target
  const name = stop?.getAttribute('data-stop') ?? ''
  const id = name.startsWith('step ') ? name.slice('step '.length) : null
  const withCtrl = event.ctrlKey || event.metaKey
  if (event.altKey && id !== null && (event.key === 'ArrowUp' || event.key === 'ArrowDown')) {
    list.step(id, event.key === 'ArrowUp' ? -1 : 1)
    return true
  }
  if (withCtrl && event.key.toLowerCase() === 'd' && id !== null) {
    if (list.editor.canEdit) list.duplicate(id)
    return true
  }
  if (event.altKey || withCtrl) return false
  if (walked(list, event, name, narrow)) return true
  if ((event.key === 'F10' && event.shiftKey) || event.key === 'ContextMenu') {
    list.menu = { stop: name, at: list.anchorOf(name) }
    return true
  }
  if (event.key === '*') {
    list.foldAll(false)
    return true
  }
  if (name.startsWith('link ') && event.key === 'a' && list.editor.canEdit) {
    list.add({ kind: 'into', edge: name.slice('link '.length) }, name)
    return true
  }
  const deed =
    id === null ? undefined : onStep[event.key.length === 1 ? event.key.toLowerCase() : event.key]
  if (!deed || id === null || !list.editor.canEdit) return false
  deed(list, id)
  return true
}

/** As in a tree: Left folds a step's ways away and Right unfolds them, before they walk. */
function folded(list: ListState, event: KeyboardEvent, from: string): boolean {
  if (event.shiftKey || (event.key !== 'ArrowLeft' && event.key !== 'ArrowRight')) return false
  const closed = event.key === 'ArrowLeft'
  if (from.startsWith('step ')) {
    const item = list.item(from.slice('step '.length))
    return item !== undefined && list.foldAll(closed, item)
  }
  const key = from.startsWith('way ') ? from.slice('way '.length) : null
  const way = waysOf(list.outline).find((one) => one.key === key)
  if (!way) return false
  if (closed) void list.focus(stopOf.step(way.node))
  else {
    const [first] = stepsIn(way)
    if (first) void list.focus(stopOf.step(first.id))
  }
  return true
}

/** Arrow keys, Home and End walk; Left goes to the step around, Right into the first of its ways. */
function walked(list: ListState, event: KeyboardEvent, from: string, narrow: boolean): boolean {
  if (folded(list, event, from)) return true
  const stops = list.stops().map((element) => element.getAttribute('data-stop') ?? '')
  const here = stops.indexOf(from)
  const to = ((): string | undefined => {
    switch (event.key) {
      case 'ArrowDown':
        return stops[here + 1]
      case 'ArrowUp':
        return stops[Math.max(0, here - 1)]
      case 'Home':
        return stops[0]
      case 'End':
        return stops.at(-1)
      case 'ArrowLeft':
        return around(list, from)
      case 'ArrowRight':
        return within(list, from)
      default:
        return undefined
    }
  })()
  if (to === undefined) return false
  void list.focus(to)
  // On a small screen an open step covers the list: there it's opened on purpose only.
  if (to.startsWith('step ') && !narrow) {
    const id = to.slice('step '.length)
    const { canvas } = list.editor
    if (event.shiftKey) canvas.select([...canvas.selectedNodes, id])
    else list.select(id)
  }
  return true
}

function around(list: ListState, stop: string): string | undefined {
  const branch = list.item(stop.slice('step '.length))?.branch
  return branch ? stopOf.step(branch.node) : undefined
}

function within(list: ListState, stop: string): string | undefined {
  const item = list.item(stop.slice('step '.length))
  const first = item?.branches.flatMap(({ sides, items }) => [
    ...sides.flatMap((side) => side.items),
    ...items,
  ])[0]
  return first ? stopOf.step(first.id) : undefined
}
