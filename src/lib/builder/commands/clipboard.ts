import { toast } from '#lib/ui/toast.svelte.ts'
import { keysText } from './keys.ts'
import { words } from './texts.ts'

/** Writes a copied piece of a workflow to the clipboard, and says how that went. */
export async function writeClipping(text: string): Promise<void> {
  try {
    await navigator.clipboard.writeText(text)
    toast.success(words.clipboard.copied)
  } catch (problem) {
    console.info('The clipboard is closed to this page.', problem)
    toast.problem(words.clipboard.pasteByKey(keysText('Mod+C')))
  }
}

/** What the clipboard holds; null, and a sentence what to do instead, where the page may not read it. */
export async function readClipping(): Promise<string | null> {
  try {
    return await navigator.clipboard.readText()
  } catch (problem) {
    console.info('The clipboard is closed to this page.', problem)
    toast.problem(words.clipboard.pasteByKey(keysText('Mod+V')))
    return null
  }
}
