import type { SupabaseClient } from '@supabase/supabase-js'

/** A comment that asks the person to look, and that they haven't read. */
export interface Mention {
  /** The thread to open. */
  thread: string
  workflow: string
  workflowName: string
  author: string
  body: string
  at: string
}

interface Row {
  id: string
  thread_id: string | null
  workflow_id: string
  author: string | null
  body: string
  created_at: string
}

const MOST = 50

/** What asks a person to look in a workspace, newest first; what they have read meanwhile is left out. */
export async function unreadMentions(
  supabase: SupabaseClient,
  workspace: string,
  me: string,
): Promise<Mention[]> {
  const { data: rows } = await supabase
    .from('workflow_comments')
    .select('id, thread_id, workflow_id, author, body, created_at')
    .eq('workspace_id', workspace)
    .contains('mentions', [me])
    .order('created_at', { ascending: false })
    .limit(MOST)
    .throwOnError()
    .overrideTypes<Row[], { merge: false }>()
  const others = rows.filter(({ author }) => author !== me)
  if (others.length === 0) return []
  const workflows = [...new Set(others.map(({ workflow_id }) => workflow_id))]
  const authors = [...new Set(others.flatMap(({ author }) => author ?? []))]
  const [reads, names, people] = await Promise.all([
    supabase
      .from('comment_reads')
      .select('workflow_id, read_at')
      .in('workflow_id', workflows)
      .throwOnError()
      .overrideTypes<{ workflow_id: string; read_at: string }[], { merge: false }>(),
    supabase
      .from('workflows')
      .select('id, name')
      .in('id', workflows)
      .is('deleted_at', null)
      .throwOnError()
      .overrideTypes<{ id: string; name: string }[], { merge: false }>(),
    supabase
      .from('profiles')
      .select('user_id, display_name')
      .in('user_id', authors)
      .throwOnError()
      .overrideTypes<{ user_id: string; display_name: string }[], { merge: false }>(),
  ])
  const readAt = new Map(
    reads.data.map(({ workflow_id, read_at }) => [workflow_id, Date.parse(read_at)]),
  )
  const nameOf = new Map(names.data.map(({ id, name }) => [id, name]))
  const authorOf = new Map(people.data.map(({ user_id, display_name }) => [user_id, display_name]))
  return others.flatMap((row) => {
    const workflowName = nameOf.get(row.workflow_id)
    const isRead = Date.parse(row.created_at) <= (readAt.get(row.workflow_id) ?? 0)
    if (workflowName === undefined || isRead) return []
    return [
      {
        thread: row.thread_id ?? row.id,
        workflow: row.workflow_id,
        workflowName,
        author: authorOf.get(row.author ?? '') ?? 'A former member',
        body: row.body,
        at: row.created_at,
      },
    ]
  })
}
