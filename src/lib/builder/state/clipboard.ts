import { toast } from '#lib/ui/toast.svelte.ts'
import { texts } from '../texts.ts'
import type { Editor } from './editor.svelte.ts'

/** Copy, cut and paste of steps by the browser's own events, so that no permission has to be asked for. */
export class Clipboard {
  readonly #editor: Editor

  constructor(editor: Editor) {
    this.#editor = editor
  }

  copy(event: ClipboardEvent): boolean {
    if (isElsewhere(event) || !event.clipboardData) return false
    const text = this.#editor.copySelected()
    if (text === null) return false
    event.clipboardData.setData('text/plain', text)
    event.preventDefault()
    return true
  }

  cut(event: ClipboardEvent): void {
    if (this.#editor.canEdit && this.copy(event)) this.#editor.removeSelected()
  }

  paste(event: ClipboardEvent): void {
    if (isElsewhere(event) || !event.clipboardData || !this.#editor.canEdit) return
    event.preventDefault()
    const problem = this.#editor.paste(event.clipboardData.getData('text/plain'))
    if (problem) toast.problem(texts.announce.notPasted[problem])
  }
}

/** Where the clipboard is about a text; a switch or a choice has none. */
const TYPING =
  'input:not([type="radio"], [type="checkbox"]), textarea, [contenteditable="true"], [role="dialog"]'

/** While somebody types, or has text selected, the clipboard is about that text. */
function isElsewhere(event: ClipboardEvent): boolean {
  const target = event.target instanceof Element ? event.target : null
  if (target?.closest(TYPING)) return true
  const selection = document.getSelection()
  return event.type !== 'paste' && selection !== null && !selection.isCollapsed
}
