import { redirect } from '@sveltejs/kit'
import type { RequestHandler } from './$types'

/** Members have moved to the settings; addresses that people have kept go on working. */
export const GET: RequestHandler = ({ params }) =>
  redirect(308, `/w/${params.workspace}/settings/members`)
