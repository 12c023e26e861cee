import pg from 'pg'
import { Awareness, encodeAwarenessUpdate } from 'y-protocols/awareness'
import * as Y from 'yjs'
import { longTexts } from '#lib/builder/document/long-texts.ts'
import { parseDefinition } from '#lib/engine/index.ts'
import { writeDraft } from '#lib/server/sync/documents.ts'
import { awarenessMessage } from '#lib/server/sync/protocol.ts'

/** What the server would say of so many others in one drawing. */
export function crowd(size: number): Uint8Array {
  const doc = new Y.Doc()
  const awareness = new Awareness(doc)
  const clients = Array.from({ length: size }, (_, at) => at + 1)
  for (const at of clients) {
    awareness.states.set(at, { user: { id: `person-${at}`, name: `Person ${at}` } })
    awareness.meta.set(at, { clock: 1, lastUpdated: 0 })
  }
  const message = awarenessMessage(encodeAwarenessUpdate(awareness, clients))
  awareness.destroy()
  return message
}

const step = (key: string, title: string, x: number) => ({
  ...{ id: key, key, type: 'data.set_variables', version: 1, title, config: {} },
  ...{ position: { x, y: 0 }, onError: 'stop', disabled: false },
})
const line = (source: string, target: string) => ({
  ...{ id: `${source}-${target}`, source, sourcePort: 'out', target, targetPort: 'in' },
})

/** A workflow in which two people have just connected the same steps in opposite directions; answers with its id. */
export async function circle(databaseUrl: string): Promise<string> {
  const pool = new pg.Pool({ connectionString: databaseUrl, max: 1 })
  const { rows } = await pool.query<{ id: string }>(
    `insert into public.workflows (workspace_id, name, owner)
     select workspace_id, 'In a circle', owner from public.workflows limit 1 returning id`,
  )
  const id = rows[0]?.id
  if (id === undefined) throw new Error('There is no workspace with a workflow yet.')
  const nodes = [step('a', 'Check the stock', 0), step('b', 'Order more', 400)]
  const edges = [line('a', 'b'), line('b', 'a')]
  await writeDraft(pool, id, parseDefinition({ schema: 1, nodes, edges, settings: {} }), longTexts)
  await pool.end()
  return id
}

/** Who has opened the comments of a workflow, by e-mail address. */
export async function readers(databaseUrl: string): Promise<string[]> {
  const client = new pg.Client({ connectionString: databaseUrl })
  await client.connect()
  const { rows } = await client.query<{ email: string }>(
    `select email from public.comment_reads join public.profiles using (user_id) order by email`,
  )
  await client.end()
  return rows.map(({ email }) => email)
}
