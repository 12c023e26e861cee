import type { SupabaseClient } from '@supabase/supabase-js'
import type { Cookies } from '@sveltejs/kit'
import { deletedWorkspaces } from '#lib/members/members.ts'
import { texts } from './texts.ts'

const ID = 'weft-workspace'
const NAME = 'weft-workspace-name'

/** Remembers in which workspace somebody is: to begin there next time, and to name it should they be taken out. */
export function rememberWorkspace(
  cookies: Cookies,
  workspace: { id: string; name: string },
  secure: boolean,
): void {
  const options = { path: '/', maxAge: 365 * 86_400, httpOnly: true, secure }
  cookies.set(ID, workspace.id, options)
  cookies.set(NAME, workspace.name, options)
}

/** Where somebody was last; perhaps they aren't a member of it any more. */
export const rememberedWorkspace = (cookies: Cookies): string | undefined => cookies.get(ID)

/** Why a workspace can't be shown: it's deleted, one isn't a member any more, or never was. */
export async function whyNot(
  supabase: SupabaseClient,
  workspace: string,
  cookies: Cookies,
): Promise<{ message: string; hint: string }> {
  const { problems } = texts
  const deleted = (await deletedWorkspaces(supabase)).find(({ id }) => id === workspace)
  if (deleted) return { message: problems.deleted(deleted.name), hint: problems.deletedHint }
  const name = cookies.get(ID) === workspace ? cookies.get(NAME) : undefined
  if (name === undefined) return { message: problems.notFound, hint: problems.notFoundHint }
  return { message: problems.noLonger(name), hint: problems.noLongerHint }
}
