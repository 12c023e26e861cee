/** What a key press is made of; a KeyboardEvent fits. */
export interface KeyPress {
  key: string
  code?: string
  ctrlKey: boolean
  metaKey: boolean
  shiftKey: boolean
  altKey: boolean
}

const NAMES: Record<string, string> = { ' ': 'Space', Esc: 'Escape', Del: 'Delete' }

/**
 * A key press in the way shortcuts are written: `Mod+Shift+Z`, `Alt+A`, `F2`, `?`. Mod is Ctrl, on a Mac the command
 * key. With Alt the key's place counts, since a Mac makes other letters with it; a sign is itself, whatever it takes to
 * type it.
 */
export function chordOf(press: KeyPress): string {
  const placed = /^(?:Key|Digit)(.)$/.exec(press.code ?? '')?.[1]
  const isCharacter = press.key.length === 1 && press.key !== ' '
  const isSign = isCharacter && !/[\p{L}\p{N}]/u.test(press.key) && !press.altKey
  const key =
    press.altKey && placed !== undefined
      ? placed
      : isCharacter
        ? press.key.toUpperCase()
        : (NAMES[press.key] ?? press.key)
  return [
    press.ctrlKey || press.metaKey ? 'Mod+' : '',
    press.altKey ? 'Alt+' : '',
    press.shiftKey && !isSign ? 'Shift+' : '',
    key,
  ].join('')
}

const MAC: Record<string, string> = { Mod: '⌘', Alt: '⌥', Shift: '⇧' }
const OTHERS: Record<string, string> = { Mod: 'Ctrl' }
const SIGNS: Record<string, string> = {
  ArrowLeft: '←',
  ArrowRight: '→',
  ArrowUp: '↑',
  ArrowDown: '↓',
  Arrows: '← → ↑ ↓',
  Escape: 'Esc',
  ContextMenu: 'Menu',
}

/** A shortcut as it's read on keyboards: `Ctrl Shift Z`, on a Mac `⌘ ⇧ Z`. */
export function keysOf(chord: string, mac = isMac()): string[] {
  const parts = chord === '+' ? ['+'] : chord.split(/\+(?!$)/)
  return parts.map((part) => (mac ? MAC[part] : OTHERS[part]) ?? SIGNS[part] ?? part)
}

/** In one piece, for menus. */
export const keysText = (chord: string, mac = isMac()): string =>
  keysOf(chord, mac).join(mac ? '' : '+')

const isMac = (): boolean =>
  typeof navigator !== 'undefined' && /Mac|iPhone|iPad/.test(navigator.userAgent)
