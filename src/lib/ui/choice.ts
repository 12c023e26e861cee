import type { Component } from 'svelte'

/** What one can pick in a Select or Combobox. */
export interface Choice {
  value: string
  label: string
  /** A second, quieter line. */
  description?: string | undefined
  disabled?: boolean
}

/** An entry of a Menu: something to do, somewhere to go, or a line between them. */
export type MenuEntry =
  | {
      label: string
      // Icons of @lucide/svelte; their own type has more props than are set here.
      icon?: Component | undefined
      /** A colour that is shown in place of an icon. */
      swatch?: string
      onselect?: () => void
      href?: string
      danger?: boolean
      /** Keys that do the same, as they're read on the keyboard. */
      keys?: string | undefined
      /** Ticked; set on all entries of a group of which one is chosen. */
      checked?: boolean
      /** Why this can't be done now, in a sentence. */
      unavailable?: string | undefined
    }
  | { line: true }
  | { heading: string }
  /** A sentence, e.g. why there's less here than one would expect. */
  | { note: string }

/** The choices whose words contain what was typed, in order: those starting with it come first. */
export function matching(choices: readonly Choice[], typed: string, limit = 100): Choice[] {
  const wanted = plain(typed)
  if (wanted === '') return choices.slice(0, limit)
  const found = choices.filter((choice) =>
    plain(`${choice.label} ${choice.description ?? ''}`).includes(wanted),
  )
  const first = found.filter((choice) => plain(choice.label).startsWith(wanted))
  const rest = found.filter((choice) => !plain(choice.label).startsWith(wanted))
  return [...first, ...rest].slice(0, limit)
}

/** For comparing what people type: without case, accents and the difference between "_", "/" and a space. */
export function plain(text: string): string {
  return text
    .normalize('NFD')
    .replace(/\p{Diacritic}/gu, '')
    .toLowerCase()
    .replace(/[_/\s]+/g, ' ')
    .trim()
}
