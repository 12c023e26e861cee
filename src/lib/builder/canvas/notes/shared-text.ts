import { textChange } from '../../document/shape.ts'

/**
 * A text area for a text that others may write in as well: takes the focus, and keeps the caret where it is in the words
 * when somebody changes what is before it.
 */
export function sharedText(area: HTMLTextAreaElement, text: string) {
  area.value = text
  area.focus()
  area.setSelectionRange(text.length, text.length)
  return {
    update(now: string): void {
      if (area.value === now) return
      const { at, remove, insert } = textChange(area.value, now)
      const follow = (caret: number): number =>
        caret <= at ? caret : Math.max(at, caret - remove + insert.length)
      const [start, end] = [follow(area.selectionStart), follow(area.selectionEnd)]
      area.value = now
      area.setSelectionRange(start, end)
    },
  }
}
