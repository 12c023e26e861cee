import CornerLeftUp from '@lucide/svelte/icons/corner-left-up'
import CornerRightDown from '@lucide/svelte/icons/corner-right-down'
import PencilLine from '@lucide/svelte/icons/pencil-line'
import PanelRight from '@lucide/svelte/icons/panel-right'
import Plus from '@lucide/svelte/icons/plus'
import Scissors from '@lucide/svelte/icons/scissors'
import { DRAWING_COLOURS, type DrawingColour } from '#lib/engine/index.ts'
import type { MenuEntry } from '#lib/ui/choice.ts'
import { drawing } from '../canvas/texts.ts'
import type { Point } from '../document.ts'
import { colourGroup } from '../document/groups.ts'
import { colourNotes } from '../document/notes.ts'
import { goTo, isOffered, perform, titleOf, type Command, type Place } from './command.ts'
import { commandNamed } from './commands.ts'
import { keysText } from './keys.ts'
import { words } from './texts.ts'

/** What a menu is about. */
export type MenuTarget =
  | { kind: 'step' | 'note'; id: string }
  | { kind: 'line'; id: string }
  | { kind: 'group'; id: string }
  | { kind: 'selection' }
  | { kind: 'drawing' }

/** The entries of a menu; `where` is the point of the screen that it opened at, `at` the same in the drawing. */
export function menuFor(place: Place, target: MenuTarget, where: Point, at: Point): MenuEntry[] {
  const entries = (...ids: string[]): MenuEntry[] =>
    ids.flatMap((id) => entryOf(place, commandNamed(id), at) ?? [])
  const parts: MenuEntry[][] = {
    step: () => [
      [openStep(place)],
      entries('add', 'connect', 'intoLine'),
      entries('cut', 'copy', 'duplicate', 'rename', 'switch'),
      entries('group', 'ungroup', 'fitSelection'),
      entries('remove'),
    ],
    note: () => [
      entries('rename'),
      colours(place, target),
      entries('cut', 'copy', 'duplicate', 'group', 'ungroup'),
      entries('remove'),
    ],
    group: () => [
      nameGroup(place, target),
      colours(place, target),
      entries('copy', 'duplicate', 'tidy', 'ungroup', 'fitSelection'),
      entries('remove'),
    ],
    selection: () => [
      entries('cut', 'copy', 'duplicate', 'switch', 'group', 'ungroup'),
      entries('tidy', ...ALIGNING),
      entries('fitSelection'),
      entries('remove'),
    ],
    line: () => [lineEntries(place, target, where)],
    drawing: () => [
      entries('add', 'note', 'paste'),
      entries('selectAll', 'tidy', 'tidyKeep'),
      entries('fit', 'results', 'search', 'commands', 'sheet'),
    ],
  }[target.kind]()
  const viewer = place.editor.canEdit ? [] : [[{ note: words.menu.viewer }]]
  return withLines([...parts, ...viewer].filter((part) => part.length > 0))
}

const ALIGNING = [
  ...['align-left', 'align-centre', 'align-right', 'align-top', 'align-middle', 'align-bottom'],
  ...['distribute-across', 'distribute-down'],
]

const withLines = (parts: readonly MenuEntry[][]): MenuEntry[] =>
  parts.flatMap((part, index) => (index === 0 ? part : [{ line: true } as const, ...part]))

/** A command as an entry; none when the person doesn't have it, or when it makes no sense here. */
function entryOf(place: Place, command: Command, at: Point): MenuEntry | null {
  if (!isOffered(place, command)) return null
  const reason = command.unavailable?.(place) ?? null
  // What isn't about the selection would only be in the way.
  if (reason !== null) return null
  const [key] = command.keys ?? []
  return {
    label: titleOf(place, command),
    icon: command.icon,
    keys: key === undefined ? undefined : keysText(key),
    danger: command.danger ?? false,
    onselect: () => perform(place, command, at),
  }
}

const openStep = (place: Place): MenuEntry => ({
  label: words.titles.openStep,
  icon: PanelRight,
  keys: keysText('Enter'),
  onselect: () => place.show('step'),
})

const nameGroup = ({ editor }: Place, target: MenuTarget): MenuEntry[] =>
  editor.canEdit && target.kind === 'group'
    ? [
        {
          label: words.titles.nameGroup,
          icon: PencilLine,
          onselect: () => (editor.canvas.naming = target.id),
        },
      ]
    : []

function colours({ editor }: Place, target: MenuTarget): MenuEntry[] {
  if (!editor.canEdit || !('id' in target)) return []
  const { notes = [], groups = [] } = editor.definition
  const now = [...notes, ...groups].find(({ id }) => id === target.id)?.colour
  const paint = (colour: DrawingColour): void =>
    target.kind === 'group'
      ? colourGroup(editor.document, target.id, colour)
      : colourNotes(editor.document, editor.canvas.selectedNotes, colour)
  return DRAWING_COLOURS.map((colour) => ({
    label: words.titles.colour(drawing.colours[colour]),
    swatch: `var(--ink-${colour})`,
    checked: colour === now,
    onselect: () => paint(colour),
  }))
}

function lineEntries(place: Place, target: MenuTarget, where: Point): MenuEntry[] {
  const { editor } = place
  const edge = editor.definition.edges.find(({ id }) => 'id' in target && id === target.id)
  if (!edge) return []
  const changing: MenuEntry[] = [
    {
      label: words.titles.addBetween,
      icon: Plus,
      onselect: () => (editor.insertion = { anchor: where, edge }),
    },
    {
      label: words.titles.cutLine,
      icon: Scissors,
      danger: true,
      onselect: () => editor.remove([], [edge.id]),
    },
  ]
  return [
    ...(editor.canEdit ? changing : []),
    {
      label: words.titles.goToSource,
      icon: CornerLeftUp,
      onselect: () => goTo(place, edge.source),
    },
    {
      label: words.titles.goToTarget,
      icon: CornerRightDown,
      onselect: () => goTo(place, edge.target),
    },
  ]
}
