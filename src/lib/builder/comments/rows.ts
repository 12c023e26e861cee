import type { SupabaseClient } from '@supabase/supabase-js'

/** A comment as the database has it. */
export interface CommentRow {
  id: string
  /** The step that it's about; null: the workflow. */
  node_id: string | null
  /** What it answers; null: it opens a thread. */
  thread_id: string | null
  author: string | null
  body: string
  mentions: string[]
  created_at: string
  resolved_at: string | null
  resolved_by: string | null
  /** When its author put it right; null: it stands as it was said. */
  edited_at: string | null
}

/** Somebody who can be mentioned. */
export interface Member {
  id: string
  name: string
}

export interface Saying {
  body: string
  node: string | null
  thread: string | null
  mentions: string[]
}

/** All that was said about a workflow, oldest first. Throws the database's answer. */
export async function fetchComments(
  supabase: SupabaseClient,
  workflow: string,
): Promise<CommentRow[]> {
  const { data } = await supabase
    .from('workflow_comments')
    .select(
      'id, node_id, thread_id, author, body, mentions, created_at, resolved_at, resolved_by, edited_at',
    )
    .eq('workflow_id', workflow)
    .order('created_at')
    .limit(1000)
    .throwOnError()
    .overrideTypes<CommentRow[], { merge: false }>()
  return data
}

/** The members of a workspace by name. Throws the database's answer. */
export async function fetchMembers(supabase: SupabaseClient, workspace: string): Promise<Member[]> {
  const { data: members } = await supabase
    .from('members')
    .select('user_id')
    .eq('workspace_id', workspace)
    .throwOnError()
    .overrideTypes<{ user_id: string }[], { merge: false }>()
  const { data: profiles } = await supabase
    .from('profiles')
    .select('user_id, display_name')
    .in(
      'user_id',
      members.map(({ user_id }) => user_id),
    )
    .throwOnError()
    .overrideTypes<{ user_id: string; display_name: string }[], { merge: false }>()
  return profiles
    .map(({ user_id, display_name }) => ({ id: user_id, name: display_name }))
    .sort((a, b) => a.name.localeCompare(b.name))
}

/** Says something; answers with the comment's id. Throws the database's answer. */
export async function say(
  supabase: SupabaseClient,
  workflow: string,
  { body, node, thread, mentions }: Saying,
): Promise<string> {
  const { data } = await supabase
    .rpc('comment_on_workflow', {
      p_workflow: workflow,
      p_body: body,
      p_node: node,
      p_thread: thread,
      p_mentions: mentions,
    })
    .throwOnError()
  return String(data)
}

/** Ends a thread, or opens it again. Throws the database's answer. */
export async function resolve(
  supabase: SupabaseClient,
  comment: string,
  isResolved: boolean,
): Promise<void> {
  await supabase
    .rpc('resolve_comment', { p_comment: comment, p_resolved: isResolved })
    .throwOnError()
}

/** Changes one's own comment. Throws the database's answer. */
export async function edit(
  supabase: SupabaseClient,
  comment: string,
  { body, mentions }: Pick<Saying, 'body' | 'mentions'>,
): Promise<void> {
  await supabase
    .rpc('edit_comment', { p_comment: comment, p_body: body, p_mentions: mentions })
    .throwOnError()
}

/** Up to when the person has read what is said about a workflow; null: nothing yet. Throws the database's answer. */
export async function fetchReadAt(
  supabase: SupabaseClient,
  workflow: string,
): Promise<string | null> {
  const { data } = await supabase
    .from('comment_reads')
    .select('read_at')
    .eq('workflow_id', workflow)
    .throwOnError()
    .overrideTypes<{ read_at: string }[], { merge: false }>()
  return data[0]?.read_at ?? null
}

/** All said so far is read. Throws the database's answer. */
export async function markRead(supabase: SupabaseClient, workflow: string): Promise<void> {
  await supabase.rpc('read_comments', { p_workflow: workflow }).throwOnError()
}

/** Takes a comment away. Throws the database's answer. */
export async function remove(supabase: SupabaseClient, comment: string): Promise<void> {
  await supabase.rpc('remove_comment', { p_comment: comment }).throwOnError()
}
