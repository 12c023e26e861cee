import type { SupabaseClient } from '@supabase/supabase-js'
import { randomId } from '#lib/builder/document/names.ts'
import { addField, createPipeline } from '#lib/pipelines/changes.ts'
import type { NeededPipeline, Template } from '#lib/templates/define-template.ts'
import { fromTemplate } from '#lib/templates/templates.ts'
import { beginWorkflow } from './begin.ts'
import { giveSample } from './give-sample.ts'

interface Person {
  supabase: SupabaseClient
  workspace: string
  email: string
}

/** A pipeline as far as it says whether a template's records fit into it. */
export interface KnownPipeline {
  id: string
  name: string
  fields: readonly { key: string }[]
}

/** The workspace's pipeline that a template can keep its records in: of the same name, and with all the fields. */
export const fitting = (
  needed: NeededPipeline,
  known: readonly KnownPipeline[],
): KnownPipeline | undefined =>
  known.find(
    ({ name, fields }) =>
      name.trim().toLowerCase() === needed.name.toLowerCase() &&
      needed.fields.every(({ key }) => fields.some((field) => field.key === key)),
  )

/** Makes a workflow from a template, with the pipeline that it needs; answers its id, or why it didn't work. */
export async function useTemplate(
  person: Person,
  template: Template,
  pipelines: readonly KnownPipeline[],
): Promise<{ id: string } | { problem: string }> {
  const { supabase, workspace, email } = person
  const kept = template.pipeline ? await pipelineFor(person, template.pipeline, pipelines) : null
  if (kept !== null && 'problem' in kept) return kept
  const definition = fromTemplate(template, {
    me: email,
    makeId: randomId,
    ...(kept === null ? {} : { pipeline: kept.id }),
  })
  const made = await beginWorkflow(workspace, {
    name: template.title,
    description: template.about,
    definition,
  })
  if ('id' in made) await giveSample(supabase, made.id, definition, template.sample)
  return made
}

async function pipelineFor(
  { supabase, workspace }: Person,
  needed: NeededPipeline,
  known: readonly KnownPipeline[],
): Promise<{ id: string } | { problem: string }> {
  const there = fitting(needed, known)
  if (there) return there
  const made = await createPipeline(supabase, workspace, needed.name)
  if ('problem' in made) return made
  for (const [position, { key, title, type }] of needed.fields.entries()) {
    const problem = await addField(supabase, {
      ...{ workspace_id: workspace, pipeline_id: made.id, key, title, type },
      ...{ options: [], required: false, position },
    })
    if (problem !== undefined) return { problem }
  }
  return made
}
