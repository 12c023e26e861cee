import type { SupabaseClient } from '@supabase/supabase-js'
import { randomId } from '#lib/builder/document/names.ts'
import { beginWorkflow } from '../begin.ts'
import { giveSample } from '../give-sample.ts'
import { definitionOf, exampleOf, type Description, type KnownFields } from './description.ts'

/** Makes the workflow that was described; answers its id, or why it didn't work. */
export async function createDescribed(
  { supabase, workspace }: { supabase: SupabaseClient; workspace: string },
  name: string,
  description: Description,
  pipelines: readonly KnownFields[],
): Promise<{ id: string } | { problem: string }> {
  const definition = definitionOf(description, randomId, pipelines)
  const made = await beginWorkflow(workspace, { name, definition })
  if ('id' in made) {
    await giveSample(supabase, made.id, definition, exampleOf(description.start))
  }
  return made
}
