import type { WorkflowDefinition } from '#lib/engine/index.ts'
import { startTexts as texts } from './texts.ts'

/** A workflow that is about to be made. */
export interface Beginning {
  name: string
  description?: string
  definition: WorkflowDefinition
}

/** Makes a workflow that begins with a definition; answers its id, or why it didn't work. */
export async function beginWorkflow(
  workspace: string,
  beginning: Beginning,
): Promise<{ id: string } | { problem: string }> {
  try {
    const answer = await fetch(`/w/${workspace}/workflows/begin`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify(beginning),
    })
    if (answer.status === 413) return { problem: texts.problems.tooLarge }
    const said = (await answer.json()) as { id?: string; problem?: string; message?: string } // our own endpoint
    return said.id === undefined
      ? { problem: said.problem ?? said.message ?? texts.problems.failed }
      : { id: said.id }
  } catch (problem) {
    if (!(problem instanceof TypeError || problem instanceof SyntaxError)) throw problem
    return { problem: texts.problems.unreachable }
  }
}
