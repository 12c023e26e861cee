import { toast } from '#lib/ui/toast.svelte.ts'
import type { Side } from './address.ts'
import { versionTexts as texts } from './texts.ts'

interface Place {
  workspace: string
  workflow: string
}

const pathOf = ({ workspace, workflow }: Place): string => `/w/${workspace}/workflows/${workflow}`

/** Makes a workflow of its own from a version; answers with its page's address, or with what went wrong. */
export async function copyVersion(
  place: Place,
  version: number,
  name: string,
): Promise<{ href: string } | { problem: string }> {
  try {
    const answer = await fetch(`${pathOf(place)}/versions/copy`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ version, name }),
    })
    const said = (await answer.json()) as { id?: string; problem?: string; message?: string } // our own endpoint
    return said.id === undefined
      ? { problem: said.problem ?? said.message ?? texts.failed }
      : { href: pathOf({ ...place, workflow: said.id }) }
  } catch (problem) {
    if (!(problem instanceof TypeError || problem instanceof SyntaxError)) throw problem
    return { problem: texts.unreachable }
  }
}

/** Where a version, or the draft, can be had as a file. */
export const fileAddress = (place: Place, version: Side): string =>
  `${pathOf(place)}/versions/file?version=${version}`

/** Says how something that was tried ended. */
export function tell(problem: string | null, done: string): void {
  if (problem === null) toast.success(done)
  else toast.problem(problem)
}
