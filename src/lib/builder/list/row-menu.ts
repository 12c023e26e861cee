import ArrowDown from '@lucide/svelte/icons/arrow-down'
import ArrowUp from '@lucide/svelte/icons/arrow-up'
import ChevronDown from '@lucide/svelte/icons/chevron-down'
import ChevronRight from '@lucide/svelte/icons/chevron-right'
import ClipboardPaste from '@lucide/svelte/icons/clipboard-paste'
import Copy from '@lucide/svelte/icons/copy'
import CopyPlus from '@lucide/svelte/icons/copy-plus'
import CornerDownRight from '@lucide/svelte/icons/corner-down-right'
import FastForward from '@lucide/svelte/icons/fast-forward'
import FlaskConical from '@lucide/svelte/icons/flask-conical'
import ListPlus from '@lucide/svelte/icons/list-plus'
import MoveVertical from '@lucide/svelte/icons/move-vertical'
import Pencil from '@lucide/svelte/icons/pencil'
import Play from '@lucide/svelte/icons/play'
import Plus from '@lucide/svelte/icons/plus'
import Power from '@lucide/svelte/icons/power'
import Scissors from '@lucide/svelte/icons/scissors'
import Settings2 from '@lucide/svelte/icons/settings-2'
import Trash2 from '@lucide/svelte/icons/trash-2'
import Unlink from '@lucide/svelte/icons/unlink'
import { keysText } from '../commands/keys.ts'
import type { MenuEntry } from '#lib/ui/choice.ts'
import { previewTexts } from '../preview/texts.ts'
import { isFoldable } from './folds.svelte.ts'
import type { ListState } from './list-state.svelte.ts'
import { stopOf } from './list-state.svelte.ts'
import type { Item } from './outline.ts'
import { blockOf } from './rewire.ts'
import { listTexts } from './texts.ts'

const texts = listTexts.menu

/** What the page does for the list. */
export interface Around {
  open: (id: string) => void
  run: (() => void) | null
  /** Really runs a step alone, or all up to it; null for those who may not. */
  test: ((id: string, alone: boolean) => void) | null
}

/** What can be done with what stands at a stop of the list. */
export function menuFor(list: ListState, stop: string, around: Around): MenuEntry[] {
  const [kind = '', id = ''] = stop.split(/ (.*)/s)
  if (kind === 'link') return linkMenu(list, id, stop)
  const item = list.item(id)
  if (!item) return []
  const open = {
    label: list.editor.canEdit ? texts.open : texts.look,
    icon: Settings2,
    keys: keysText('Enter'),
    onselect: () => around.open(id),
  }
  const run = running(item, around)
  const folds = folding(list, item)
  if (!list.editor.canEdit) return [open, ...run, ...folds, { line: true }, copyEntry(list, item)]
  return [
    open,
    { label: texts.rename, icon: Pencil, keys: 'F2', onselect: () => list.rename(id) },
    ...run,
    ...folds,
    { line: true },
    ...adding(list, item),
    { line: true },
    ...moving(list, item),
    { line: true },
    {
      label: texts.cut,
      icon: Scissors,
      keys: keysText('Mod+X'),
      onselect: () => list.cut(id),
    },
    copyEntry(list, item),
    {
      label: texts.paste,
      icon: ClipboardPaste,
      keys: keysText('Mod+V'),
      onselect: () => void list.paste(id),
    },
    {
      label: texts.duplicate,
      icon: CopyPlus,
      keys: keysText('Mod+D'),
      onselect: () => list.duplicate(id),
    },
    {
      label: item.step.node.disabled ? texts.enable : texts.disable,
      icon: Power,
      onselect: () => list.editor.setOption(id, 'disabled', !item.step.node.disabled),
    },
    ...removing(list, item),
  ]
}

const copyEntry = (list: ListState, { id }: Item): MenuEntry => ({
  label: texts.copy,
  icon: Copy,
  keys: keysText('Mod+C'),
  onselect: () => list.copy(id),
})

/** Hides and shows what is in a step's ways: all of them, and each where there are several. */
function folding(list: ListState, item: Item): MenuEntry[] {
  const ways = item.branches.filter(isFoldable)
  const areOpen = ways.some((way) => !list.folds.isClosed(way))
  const areClosed = ways.some((way) => list.folds.isClosed(way))
  const all = (closed: boolean): MenuEntry => ({
    label: closed ? texts.hideWays : texts.showWays,
    icon: closed ? ChevronRight : ChevronDown,
    keys: closed ? '←' : '→',
    onselect: () => void list.foldAll(closed, item),
  })
  const each = ways.map((way): MenuEntry => {
    const isClosed = list.folds.isClosed(way)
    const label = way.side ? listTexts.side(way.side.number, way.side.of, way.label) : way.label
    return {
      label: isClosed ? texts.showWay(label) : texts.hideWay(label),
      icon: isClosed ? ChevronDown : ChevronRight,
      onselect: () => list.fold(way),
    }
  })
  if (ways.length === 0) return []
  return [
    { line: true },
    ...(areOpen ? [all(true)] : []),
    ...(areClosed ? [all(false)] : []),
    ...(ways.length > 1 ? each : []),
  ]
}

function running({ id, step }: Item, { run, test }: Around): MenuEntry[] {
  const entries: MenuEntry[] = []
  if (test && !step.isTrigger && !step.node.disabled) {
    const { test: words } = previewTexts
    entries.push(
      { label: words.step, icon: FlaskConical, onselect: () => test(id, true) },
      { label: words.toHere, icon: FastForward, onselect: () => test(id, false) },
    )
  }
  if (run) entries.push({ label: texts.run, icon: Play, onselect: run })
  return entries
}

function adding(list: ListState, item: Item): MenuEntry[] {
  const stop = stopOf.step(item.id)
  const beside = item.main
  const entries: MenuEntry[] = []
  if (item.step.ways.length > 0)
    entries.push({
      label: texts.addAfter,
      icon: Plus,
      keys: 'A',
      onselect: () => list.addBelow(item.id),
    })
  if (item.joins > 1)
    entries.push({
      label: texts.addBefore,
      icon: Plus,
      onselect: () => list.add({ kind: 'before', node: item.id }, stop),
    })
  if (beside && beside.edges.length > 0)
    entries.push({
      label: texts.addBeside,
      icon: ListPlus,
      onselect: () => list.add({ kind: 'beside', node: item.id, port: beside.port }, stop),
    })
  for (const { port, label, kind } of item.step.ways) {
    if (kind === 'gone' || kind === 'body') continue
    entries.push({
      label: texts.continueAt(label),
      icon: CornerDownRight,
      onselect: () => list.continueAt(item.id, port),
    })
  }
  return entries
}

function moving(list: ListState, { id, step }: Item): MenuEntry[] {
  const entries: MenuEntry[] = [
    {
      label: texts.moveUp,
      icon: ArrowUp,
      keys: keysText('Alt+ArrowUp'),
      onselect: () => list.step(id, -1),
    },
    {
      label: texts.moveDown,
      icon: ArrowDown,
      keys: keysText('Alt+ArrowDown'),
      onselect: () => list.step(id, 1),
    },
  ]
  if (!step.takesLines) return entries
  return [
    ...entries,
    { label: texts.moveTo, icon: MoveVertical, keys: 'M', onselect: () => list.moveTo(id) },
  ]
}

function removing(list: ListState, item: Item): MenuEntry[] {
  const more = blockOf(item).size - 1
  const remove = (label: string, only: boolean): MenuEntry => ({
    ...{ label, icon: Trash2, danger: true, ...(only ? {} : { keys: keysText('Delete') }) },
    onselect: () => list.remove(item.id, only),
  })
  return more === 0
    ? [remove(texts.remove, false)]
    : [remove(texts.removeAll(more), false), remove(texts.removeOnly, true)]
}

function linkMenu(list: ListState, id: string, stop: string): MenuEntry[] {
  const edge = list.editor.definition.edges.find((one) => one.id === id)
  if (!edge) return []
  const jump = {
    label: texts.jump,
    icon: CornerDownRight,
    onselect: () => {
      list.select(edge.target)
      void list.focus(stopOf.step(edge.target))
    },
  }
  if (!list.editor.canEdit) return [jump]
  return [
    jump,
    {
      label: texts.addHere,
      icon: Plus,
      onselect: () => list.add({ kind: 'into', edge: id }, stop),
    },
    {
      label: texts.change,
      icon: MoveVertical,
      onselect: () => list.continueAt(edge.source, edge.sourcePort, stop, id),
    },
    {
      label: texts.disconnect,
      icon: Unlink,
      danger: true,
      onselect: () => {
        list.deeds.disconnect(id)
        void list.focus(stopOf.step(edge.source))
      },
    },
  ]
}
