import { error, json } from '@sveltejs/kit'
import { may, type Deed, type Role } from '#lib/access/roles.ts'
import { sentenceFor } from '#lib/access/problems.ts'
import { registry, validateDefinition, type Problem } from '#lib/engine/index.ts'
import { appDatabase } from './database.ts'
import { readDraft } from './sync/documents.ts'

interface Asking {
  locals: App.Locals
  params: { workspace: string; workflow: string }
}

/** Stops unless the person may do this with the workflow: drafts are read past row-level security, so it's asked first. */
export async function admit({ locals, params }: Asking, deed: Deed | 'view'): Promise<void> {
  const user = await locals.getUser()
  if (!user) error(401, 'You are signed out. Sign in again.')
  const [workflow, member] = await Promise.all([
    locals.supabase
      .from('workflows')
      .select('id')
      .eq('id', params.workflow)
      .eq('workspace_id', params.workspace)
      .is('deleted_at', null)
      .maybeSingle(),
    locals.supabase
      .from('members')
      .select('role')
      .eq('workspace_id', params.workspace)
      .eq('user_id', user.id)
      .maybeSingle(),
  ])
  if (!workflow.data || !member.data) error(404, 'There is no such workflow.')
  // An enum of the database. Every member looks at what they can see.
  const role = member.data.role as Role
  if (deed !== 'view' && !may(role, deed)) error(403, 'Your role does not allow this.')
}

/** The server's own copy of the drawing, checked by the engine. */
export async function checkedDraft(workflow: string) {
  const draft = await readDraft(appDatabase(), workflow)
  const problems = validateDefinition(draft.definition, registry)
  return { ...draft, problems: problems.filter(({ severity }) => severity === 'error') }
}

/** The answer to somebody whose drawing isn't complete yet. */
export const refusal = (title: string, problems: readonly Problem[]): Response =>
  json({ title, problems }, { status: 422 })

/** The answer when the database says no. */
export const databaseRefusal = (problem: Parameters<typeof sentenceFor>[0]): Response =>
  json({ title: sentenceFor(problem), problems: [] }, { status: 403 })

/** What a published version has drawn, as it's stored; row-level security decides whether the person may see it. */
export async function publishedVersion(
  { locals, params }: Asking,
  number: number,
): Promise<unknown> {
  const { data } = await locals.supabase
    .from('workflow_versions')
    .select('definition')
    .eq('workflow_id', params.workflow)
    .eq('number', number)
    .maybeSingle()
  if (!data) error(404, 'There is no such version.')
  return data.definition
}
