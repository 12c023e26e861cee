import type pg from 'pg'
import * as Y from 'yjs'

/** A change about to be kept, and who made it; null for the server's own repairs. */
export interface AuthoredUpdate {
  author: string | null
  update: Uint8Array
}

/** Everything known of a draft, to be applied to an empty document in any order. */
export async function loadDraft(
  db: pg.Pool | pg.PoolClient,
  workflow: string,
): Promise<{ updates: Uint8Array[]; rows: number }> {
  // One statement, so that a compaction between two reads can't hide updates.
  const { rows } = await db.query<{ state: Buffer | null; updates: Buffer[] | null }>(
    `select
       (select d.state from public.workflow_drafts d where d.workflow_id = $1) as state,
       (select array_agg(u.update order by u.id) from public.workflow_draft_updates u
        where u.workflow_id = $1) as updates`,
    [workflow],
  )
  const { state, updates } = rows[0] ?? { state: null, updates: null }
  const kept = updates ?? []
  return { updates: state && state.length > 0 ? [state, ...kept] : kept, rows: kept.length }
}

/** Keeps changes; when this returns they survive anything. One row per author, so that it's known who changed what. */
export async function appendUpdates(
  db: pg.Pool,
  draft: { workflow: string; workspace: string },
  changes: readonly AuthoredUpdate[],
): Promise<number> {
  const byAuthor = Map.groupBy(changes, (change) => change.author)
  const authors = [...byAuthor.keys()]
  const updates = [...byAuthor.values()].map((group) =>
    Buffer.from(Y.mergeUpdates(group.map(({ update }) => update))),
  )
  await db.query(
    `insert into public.workflow_draft_updates (workflow_id, workspace_id, author, update)
     select $1, $2, author, update
     from unnest($3::uuid[], $4::bytea[]) as change (author, update)`,
    [draft.workflow, draft.workspace, authors, updates],
  )
  return authors.length
}

/**
 * Folds the kept changes into one state. Works on what is in the database, not on a document in memory: another server
 * may hold the same draft open, and what it kept must not be lost.
 */
export async function compactDraft(
  db: pg.Pool,
  draft: { workflow: string; workspace: string },
): Promise<void> {
  const client = await db.connect()
  try {
    await client.query('begin')
    await client.query(
      `insert into public.workflow_drafts (workflow_id, workspace_id) values ($1, $2)
       on conflict (workflow_id) do nothing`,
      [draft.workflow, draft.workspace],
    )
    const locked = await client.query<{ state: Buffer }>(
      'select state from public.workflow_drafts where workflow_id = $1 for update',
      [draft.workflow],
    )
    const { rows } = await client.query<{ id: string; update: Buffer }>(
      'select id, update from public.workflow_draft_updates where workflow_id = $1 order by id',
      [draft.workflow],
    )
    const doc = new Y.Doc()
    const state = locked.rows[0]?.state
    if (state && state.length > 0) Y.applyUpdate(doc, state)
    for (const { update } of rows) Y.applyUpdate(doc, update)
    await client.query(
      'update public.workflow_drafts set state = $2, updated_at = now() where workflow_id = $1',
      [draft.workflow, Buffer.from(Y.encodeStateAsUpdate(doc))],
    )
    await client.query('delete from public.workflow_draft_updates where id = any ($1::bigint[])', [
      rows.map(({ id }) => id),
    ])
    await client.query('commit')
    doc.destroy()
  } catch (problem) {
    await client.query('rollback')
    throw problem
  } finally {
    client.release()
  }
}
