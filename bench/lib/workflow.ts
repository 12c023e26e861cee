import type { Client } from 'pg'

/** A chain of set-variables nodes behind a webhook, as people would draw it. */
function chain(length: number): unknown {
  const nodes: unknown[] = [
    { ...common('hook', 'webhook', 0), type: 'trigger.webhook', config: {} },
  ]
  const edges: unknown[] = []
  for (let index = 1; index <= length; index++) {
    const before = index === 1 ? 'hook' : `set${index - 1}`
    nodes.push({
      ...common(`set${index}`, `set_${index}`, index),
      type: 'data.set_variables',
      config: {
        variables: [
          {
            name: 'greeting',
            type: 'text',
            value: `Hello {{ steps.webhook.body.name }}, this is step ${index}`,
          },
          { name: 'amount', type: 'number', value: '{{ steps.webhook.body.amount }}' },
        ],
      },
    })
    edges.push({
      id: `e${index}`,
      source: before,
      sourcePort: 'out',
      target: `set${index}`,
      targetPort: 'in',
    })
  }
  return { schema: 1, nodes, edges, settings: {} }
}

const common = (id: string, key: string, column: number) => ({
  id,
  key,
  version: 1,
  title: key,
  position: { x: column * 240, y: 0 },
  onError: 'stop',
  disabled: false,
})

async function first<Row>(db: Client, sql: string, values: unknown[]): Promise<Row> {
  const [row] = (await db.query(sql, values)).rows as Row[]
  if (row === undefined) throw new Error(`no row came back from: ${sql}`)
  return row
}

/** Publishes webhook -> so many set-variables nodes, through the functions that the app calls. Answers with the token. */
export async function publishBenchWorkflow(db: Client, length: number): Promise<string> {
  const { id: person } = await first<{ id: string }>(
    db,
    `insert into auth.users (id, email) values (gen_random_uuid(), 'bench@example.org') returning id`,
    [],
  )
  await db.query(`select set_config('request.jwt.claims', $1, false)`, [
    JSON.stringify({ sub: person, role: 'authenticated' }),
  ])
  const workspace = await first<{ id: string }>(
    db,
    `select id from public.create_workspace('Bench')`,
    [],
  )
  const workflow = await first<{ id: string }>(
    db,
    `insert into public.workflows (workspace_id, name) values ($1, 'Bench') returning id`,
    [workspace.id],
  )
  await db.query(`select public.publish_version($1, $2)`, [workflow.id, chain(length)])
  const { token } = await first<{ token: string }>(
    db,
    `select token from public.webhook_endpoints where workflow_id = $1`,
    [workflow.id],
  )
  return token
}
