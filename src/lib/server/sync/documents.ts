import type pg from 'pg'
import * as Y from 'yjs'
import { toDefinition } from '#lib/builder/document/read.ts'
import { editorsOf } from '#lib/builder/document/shape.ts'
import { fromDefinition, type LongTexts } from '#lib/builder/document/write.ts'
import type { WorkflowDefinition } from '#lib/engine/definition/schema.ts'
import { loadDraft } from './storage.ts'

/**
 * Pages are bundled apart from the websocket server, so the two don't share module state. The truth that both read is
 * Postgres; only "write down what you have at once" goes from the one to the other, through this slot of the process.
 * With several app servers, a draft open on another one is at most one batch (25 ms) behind.
 */
const SLOT = Symbol.for('weft.sync.rooms')

interface OpenRooms {
  kept(workflow: string): Promise<void>
}

const slot = globalThis as { [SLOT]?: Set<OpenRooms> }

/** Makes a sync server's rooms known to the pages of this process. */
export function announce(rooms: OpenRooms): void {
  slot[SLOT] ??= new Set()
  slot[SLOT].add(rooms)
}

/** The counterpart of `announce`. */
export function withdraw(rooms: OpenRooms): void {
  slot[SLOT]?.delete(rooms)
}

/** The server's own copy of a draft: what publishing and test runs go by. The caller has checked who asks. */
export async function readDraft(
  db: pg.Pool,
  workflow: string,
): Promise<{ definition: WorkflowDefinition; editors: Record<string, string> }> {
  await Promise.all([...(slot[SLOT] ?? [])].map((rooms) => rooms.kept(workflow)))
  const { updates } = await loadDraft(db, workflow)
  const doc = new Y.Doc()
  for (const update of updates) Y.applyUpdate(doc, update)
  const editors = Object.fromEntries(
    [...editorsOf(doc).entries()].flatMap(([person, at]) =>
      typeof at === 'string' ? [[person, at] as const] : [],
    ),
  )
  const definition = toDefinition(doc)
  doc.destroy()
  return { definition, editors }
}

/** Begins a new workflow's draft with a definition, unless it has one already. The caller has checked who asks. */
export async function writeDraft(
  db: pg.Pool,
  workflow: string,
  definition: WorkflowDefinition,
  longTexts: LongTexts,
): Promise<void> {
  const doc = new Y.Doc()
  fromDefinition(doc, definition, longTexts)
  await db.query(
    `insert into public.workflow_drafts (workflow_id, workspace_id, state)
     select w.id, w.workspace_id, $2 from public.workflows w where w.id = $1
     on conflict (workflow_id) do nothing`,
    [workflow, Buffer.from(Y.encodeStateAsUpdate(doc))],
  )
  doc.destroy()
}
