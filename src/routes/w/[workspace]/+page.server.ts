import { redirect } from '@sveltejs/kit'
import type { PageServerLoad } from './$types'

export const load: PageServerLoad = async ({ params, parent }) => {
  // It remembers the workspace, which nobody can once the answer has begun.
  await parent()
  redirect(303, `/w/${params.workspace}/workflows`)
}
