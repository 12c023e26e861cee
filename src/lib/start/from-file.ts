import { readFile } from '#lib/builder/versions/file.ts'
import { beginWorkflow } from './begin.ts'
import { startTexts as texts } from './texts.ts'

/** What the app's own server takes in one go. */
const LARGEST = 480 * 1024

/** Makes a workflow of a file that was downloaded from one; answers its id and name, or why it didn't work. */
export async function fromFile(
  workspace: string,
  file: File,
): Promise<{ id: string; name: string } | { problem: string }> {
  if (file.size > LARGEST) return { problem: texts.problems.tooLarge }
  const found = readFile(await file.text())
  if (typeof found === 'string') return { problem: texts.file[found] }
  const name = found.name.trim() || texts.file.nameless
  const made = await beginWorkflow(workspace, { name, definition: found.definition })
  return 'id' in made ? { id: made.id, name } : made
}
