/** What a key does, wherever the focus is in the drawing. */
export type Command =
  | 'undo'
  | 'redo'
  | 'duplicate'
  | 'selectAll'
  | 'fit'
  | 'tidy'
  | 'add'
  | 'connect'
  | 'palette'
  | 'problems'
  | 'debug'
  | 'run'
  | 'sheet'
  | 'save'
  | 'deselect'

interface Key {
  key: string
  ctrlKey: boolean
  metaKey: boolean
  shiftKey: boolean
  altKey: boolean
}

/** With Ctrl (or the Mac's command key): these work while typing as well. */
const WITH_CTRL: Record<string, Command> = { z: 'undo', y: 'redo', s: 'save' }
const WITH_CTRL_ON_CANVAS: Record<string, Command> = { d: 'duplicate', a: 'selectAll' }
const PLAIN: Record<string, Command> = {
  a: 'add',
  c: 'connect',
  f: 'fit',
  t: 'tidy',
  p: 'palette',
  e: 'debug',
  '?': 'sheet',
  Escape: 'deselect',
}

/** The command of a key press; null when it's none. While somebody types, letters are letters. */
export function commandOf(event: Key, isTyping: boolean): Command | null {
  const { key, altKey, shiftKey } = event
  const letter = key.length === 1 ? key.toLowerCase() : key
  if (event.ctrlKey || event.metaKey) {
    if (altKey) return null
    if (letter === 'z' && shiftKey) return 'redo'
    if (key === 'Enter') return 'run'
    return WITH_CTRL[letter] ?? (isTyping ? null : (WITH_CTRL_ON_CANVAS[letter] ?? null))
  }
  if (isTyping || altKey) return null
  if (letter === 'p' && shiftKey) return 'problems'
  return PLAIN[key === '?' ? '?' : letter] ?? null
}
