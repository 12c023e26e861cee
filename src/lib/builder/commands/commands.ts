import { arranging } from './arranging.ts'
import { SECTIONS, type Command } from './command.ts'
import { editing } from './editing.ts'
import { chordOf, type KeyPress } from './keys.ts'
import { viewing } from './viewing.ts'

/**
 * Everything that can be done in the builder. Keys, menus, the command palette and the sheet of shortcuts all come from
 * here, so they can't differ.
 */
export const commands: readonly Command[] = [...editing, ...arranging, ...viewing]

const byId = new Map(commands.map((command) => [command.id, command]))

/** The command of an id that the code names. */
export function commandNamed(id: string): Command {
  const command = byId.get(id)
  if (!command) throw new Error(`There is no command ${id}.`)
  return command
}

const byChord = new Map(
  commands.filter(({ told }) => !told).flatMap((one) => (one.keys ?? []).map((key) => [key, one])),
)

/**
 * The command of a key press; null when it's none. While somebody types, letters are letters; and single letters count
 * in the drawing only: elsewhere they may be somebody's voice control.
 */
export function commandOf(
  press: KeyPress,
  where: { isTyping: boolean; inDrawing: boolean },
): Command | null {
  const command = byChord.get(chordOf(press))
  if (!command) return null
  const reach = command.reach ?? 'drawing'
  if (where.isTyping) return reach === 'typing' ? command : null
  return where.inDrawing || reach !== 'drawing' ? command : null
}

/** The commands that have keys, by section, for the sheet. */
export const withKeys = SECTIONS.map((section) => ({
  section,
  commands: commands.filter((one) => one.section === section && one.keys !== undefined),
})).filter((group) => group.commands.length > 0)
