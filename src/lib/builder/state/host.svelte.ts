import { createContext } from 'svelte'
import type { SupabaseClient } from '@supabase/supabase-js'
import type { Role } from '#lib/access/roles.ts'
import type { PipelineFields } from '../variables/samples.ts'
import type { OtherWorkflow } from './workflows.ts'

/** What the builder knows of the place it's in: whose workflow it is, and what else the workspace has. */
export interface Host {
  readonly supabase: SupabaseClient
  readonly workspace: { id: string; name: string; time_zone: string }
  readonly workflow: { id: string; name: string }
  readonly role: Role
  readonly pipelines: readonly PipelineFields[]
  readonly workflows: readonly OtherWorkflow[]
  /** Where the functions answer, e.g. https://abc.supabase.co/functions/v1 */
  readonly functionsUrl: string
}

/** Set by the page. */
export const [getHost, setHost] = createContext<Host>()
