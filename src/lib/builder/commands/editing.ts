import ClipboardPaste from '@lucide/svelte/icons/clipboard-paste'
import Copy from '@lucide/svelte/icons/copy'
import CopyPlus from '@lucide/svelte/icons/copy-plus'
import Group from '@lucide/svelte/icons/group'
import PencilLine from '@lucide/svelte/icons/pencil-line'
import Plus from '@lucide/svelte/icons/plus'
import Power from '@lucide/svelte/icons/power'
import Redo2 from '@lucide/svelte/icons/redo-2'
import Scissors from '@lucide/svelte/icons/scissors'
import Spline from '@lucide/svelte/icons/spline'
import SplitSquareHorizontal from '@lucide/svelte/icons/square-split-horizontal'
import SquareDashedMousePointer from '@lucide/svelte/icons/square-dashed-mouse-pointer'
import StickyNote from '@lucide/svelte/icons/sticky-note'
import Trash2 from '@lucide/svelte/icons/trash-2'
import Undo2 from '@lucide/svelte/icons/undo-2'
import Ungroup from '@lucide/svelte/icons/ungroup'
import { toast } from '#lib/ui/toast.svelte.ts'
import type { Point } from '../document.ts'
import { groupIdOf, groupSelected, leaveGroup } from '../state/grouping.ts'
import { texts } from '../texts.ts'
import { readClipping, writeClipping } from './clipboard.ts'
import type { Command, Place } from './command.ts'
import { needsDrawing, needsSelection, needsStep } from './needs.ts'
import { words } from './texts.ts'

const { titles, reasons } = words

function copySelected({ editor }: Place): void {
  const text = editor.copySelected()
  if (text !== null) void writeClipping(text)
}

async function pasteFromClipboard({ editor, view }: Place, at?: Point): Promise<void> {
  const text = await readClipping()
  if (text === null) return
  const problem = editor.paste(text, at ?? view?.middle())
  if (problem) toast.problem(texts.announce.notPasted[problem])
}

/** Renames what is selected: a note is written in, a group named, a step's name put under the caret. */
function rename(place: Place): void {
  const { editor } = place
  const [note, ...more] = editor.canvas.selectedNotes
  const [first] = editor.canvas.selected
  const group = first === undefined ? undefined : groupIdOf(editor, first)
  if (note !== undefined && more.length === 0 && editor.canvas.selected.length === 1) {
    editor.canvas.writing = note
  } else if (editor.canvas.selected.length > 1 && group !== undefined) {
    editor.canvas.naming = group
  } else {
    place.show('step')
    requestAnimationFrame(() => {
      const name = document.querySelector<HTMLInputElement>(
        `input[aria-label="${texts.inspector.name}"]`,
      )
      name?.focus()
      name?.select()
    })
  }
}

/** Changing what is there. */
export const editing: readonly Command[] = [
  {
    ...{ id: 'undo', section: 'edit', title: titles.undo, icon: Undo2 },
    ...{ keys: ['Mod+Z'], reach: 'typing', changes: true },
    unavailable: ({ editor }) => (editor.canUndo ? null : reasons.nothingToUndo),
    run: ({ editor }) => editor.undo(),
  },
  {
    ...{ id: 'redo', section: 'edit', title: titles.redo, icon: Redo2 },
    ...{ keys: ['Mod+Shift+Z', 'Mod+Y'], reach: 'typing', changes: true },
    unavailable: ({ editor }) => (editor.canRedo ? null : reasons.nothingToRedo),
    run: ({ editor }) => editor.redo(),
  },
  {
    ...{ id: 'cut', section: 'edit', title: titles.cut, icon: Scissors },
    ...{ keys: ['Mod+X'], told: true, changes: true },
    unavailable: needsSelection,
    run: (place) => {
      copySelected(place)
      place.editor.removeSelected()
    },
  },
  {
    ...{ id: 'copy', section: 'edit', title: titles.copy, icon: Copy },
    ...{ keys: ['Mod+C'], told: true },
    unavailable: needsSelection,
    run: copySelected,
  },
  {
    ...{ id: 'paste', section: 'edit', title: titles.paste, icon: ClipboardPaste },
    ...{ keys: ['Mod+V'], told: true, changes: true },
    run: (place, at) => void pasteFromClipboard(place, at),
  },
  {
    ...{ id: 'duplicate', section: 'edit', title: titles.duplicate, icon: CopyPlus },
    ...{ keys: ['Mod+D'], reach: 'page', changes: true },
    unavailable: needsSelection,
    run: ({ editor }) => editor.duplicate(editor.canvas.selected),
  },
  {
    ...{ id: 'rename', section: 'edit', icon: PencilLine },
    title: ({ editor }) => {
      const { selected, selectedNotes } = editor.canvas
      return selected.length === 1 && selectedNotes.length === 1 ? titles.write : titles.rename
    },
    ...{ keys: ['F2'], reach: 'page', changes: true },
    unavailable: needsSelection,
    run: rename,
  },
  {
    ...{ id: 'switch', section: 'edit', icon: Power },
    title: ({ editor }) =>
      editor.canvas.selectedNodes.every((id) => editor.node(id)?.disabled)
        ? titles.switchOn
        : titles.switchOff,
    ...{ keys: ['D'], changes: true },
    unavailable: needsStep,
    run: ({ editor }) => {
      const steps = editor.canvas.selectedNodes
      const isOff = steps.every((id) => editor.node(id)?.disabled)
      editor.document.together(() => {
        for (const id of steps) editor.setOption(id, 'disabled', !isOff)
      })
    },
  },
  {
    ...{ id: 'remove', section: 'edit', title: titles.remove, icon: Trash2, danger: true },
    ...{ keys: ['Delete', 'Backspace'], changes: true },
    unavailable: ({ editor }) =>
      editor.canvas.selected.length + editor.canvas.selectedEdges.length > 0
        ? null
        : reasons.selectSomething,
    run: ({ editor, view }) => {
      const next = view?.beside() ?? null
      editor.removeSelected()
      // Whoever works by keyboard goes on beside what is gone.
      if (next !== null) requestAnimationFrame(() => view?.focus(next))
    },
  },
  {
    ...{ id: 'selectAll', section: 'edit', title: titles.selectAll },
    ...{ icon: SquareDashedMousePointer, keys: ['Mod+A'], reach: 'page' },
    run: ({ editor }) => editor.canvas.select(editor.canvas.nodes.map(({ id }) => id)),
  },
  {
    ...{ id: 'deselect', section: 'edit', title: titles.deselect, keys: ['Escape'], keyOnly: true },
    run: ({ editor }) => editor.canvas.select([]),
  },
  {
    ...{ id: 'add', section: 'add', title: titles.add, icon: Plus, keys: ['A'], changes: true },
    unavailable: needsDrawing,
    run: ({ view }) => view?.openPalette(),
  },
  {
    ...{ id: 'note', section: 'add', title: titles.note, icon: StickyNote },
    ...{ keys: ['N'], changes: true },
    unavailable: needsDrawing,
    run: ({ view }, at) => view?.addNote(at),
  },
  {
    ...{ id: 'connect', section: 'add', title: titles.connect, icon: Spline },
    ...{ keys: ['C'], changes: true },
    unavailable: (place) => needsDrawing(place) ?? needsStep(place),
    run: ({ view }) => view?.openConnect(),
  },
  {
    ...{ id: 'intoLine', section: 'add', title: titles.intoLine, icon: SplitSquareHorizontal },
    ...{ keys: ['I'], changes: true },
    unavailable: (place) => needsDrawing(place) ?? needsStep(place),
    run: ({ view }) => view?.openLines(),
  },
  {
    ...{ id: 'group', section: 'add', title: titles.group, icon: Group },
    ...{ keys: ['Mod+G'], reach: 'page', changes: true },
    unavailable: needsSelection,
    run: ({ editor }) => groupSelected(editor),
  },
  {
    ...{ id: 'ungroup', section: 'add', title: titles.ungroup, icon: Ungroup },
    ...{ keys: ['Mod+Shift+G'], reach: 'page', changes: true },
    unavailable: ({ editor }) =>
      editor.canvas.selected.some((id) => groupIdOf(editor, id) !== undefined)
        ? null
        : reasons.notInGroup,
    run: ({ editor }) => leaveGroup(editor),
  },
]
