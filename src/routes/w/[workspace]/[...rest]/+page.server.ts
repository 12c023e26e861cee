import { error } from '@sveltejs/kit'
import type { PageServerLoad } from './$types'

/** Any other address in a workspace: said inside of it, where the navigation leads on. */
export const load: PageServerLoad = () => error(404, 'There is no page at this address.')
