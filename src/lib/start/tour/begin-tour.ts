import type { SupabaseClient } from '@supabase/supabase-js'
import { randomId } from '#lib/builder/document/names.ts'
import { fromTemplate } from '#lib/templates/templates.ts'
import { beginWorkflow } from '../begin.ts'
import { giveSample } from '../give-sample.ts'
import { TOUR } from './address.ts'
import { tourExample } from './example.ts'

/** Makes the tour's own workflow and answers with the address where the tour begins, or with why it didn't work. */
export async function beginTour(
  supabase: SupabaseClient,
  workspace: string,
): Promise<{ href: string } | { problem: string }> {
  const there = await earlierExample(supabase, workspace)
  if (there !== null) return { href: addressOf(workspace, there) }
  const definition = fromTemplate(tourExample, { me: '', makeId: randomId })
  const made = await beginWorkflow(workspace, {
    name: tourExample.title,
    description: tourExample.about,
    definition,
  })
  if ('problem' in made) return made
  await giveSample(supabase, made.id, definition, tourExample.sample)
  return { href: addressOf(workspace, made.id) }
}

const addressOf = (workspace: string, workflow: string): string =>
  `/w/${workspace}/workflows/${workflow}?${TOUR}`

/** The workflow of an earlier tour, so that they don't pile up. */
async function earlierExample(supabase: SupabaseClient, workspace: string): Promise<string | null> {
  const { data } = await supabase
    .from('workflows')
    .select('id')
    .eq('workspace_id', workspace)
    .eq('name', tourExample.title)
    .is('deleted_at', null)
    .is('archived_at', null)
    .limit(1)
    .maybeSingle()
  return data === null ? null : String(data.id)
}
