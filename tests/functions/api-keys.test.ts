import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { delay, manual, row, set, stop, webhook } from './drawing.ts'
import { FunctionsProcess } from './functions-process.ts'
import { Office, type Answered } from './office.ts'

let office: Office
let live: { workflow: string; version: string }

beforeAll(async () => {
  office = await Office.open({ worker: 1 })
  live = await office.live(row(manual, set('greet', { text: 'Hello' })))
})
afterAll(() => office.close())

const ALL = ['workflows:read', 'executions:read', 'executions:run', 'executions:control']

const newKey = (scopes: string[] = ALL, from = office, expires: string | null = null) =>
  from.rpc<string>('create_api_key', {
    p_workspace: from.workspace,
    p_name: 'Cash desk',
    p_scopes: scopes,
    p_expires_at: expires,
  })

/** Through the gateway, with nothing but the key. */
async function ask(key: string, path: string, body?: unknown, method = 'POST') {
  const answer = await fetch(`${office.stack.apiUrl}/functions/v1/api/${path}`, {
    method,
    headers: { authorization: `Bearer ${key}`, 'content-type': 'application/json' },
    body: method === 'GET' ? null : JSON.stringify(body ?? {}),
  })
  return { status: answer.status, body: (await answer.json()) as Answered['body'] }
}

const start = (key: string) =>
  ask(key, 'executions', { workflow: live.workflow, version: live.version, node: 'start' })

const refused = (status: number, code: string) => ({ status, body: { code } })

describe('a program with a key', () => {
  test('finds a workflow, starts it and sees how it ended', async () => {
    const key = await newKey()
    expect(key).toMatch(/^weft_[0-9a-f]{64}$/)
    const told = await ask(key, `workspaces/${office.workspace}/workflows`, undefined, 'GET')
    expect(told.body).toMatchObject({
      workflows: [
        {
          id: live.workflow,
          live_version_id: live.version,
          triggers: [{ node: 'start', kind: 'trigger.manual' }],
        },
      ],
    })
    const started = await start(key)
    expect(started.status).toBe(202)
    const { execution } = started.body
    await office.until(execution)
    expect(await ask(key, `executions/${String(execution)}`, undefined, 'GET')).toMatchObject({
      status: 200,
      body: { id: execution, workflow_id: live.workflow, status: 'succeeded', error: null },
    })
    // It's the key's doing, and anybody who sees the execution is told whose key that is.
    const { rows } = await office.db.query(
      `select k.name from public.executions e join public.api_keys k on k.id = e.started_by where e.id = $1`,
      [execution],
    )
    expect(rows).toEqual([{ name: 'Cash desk' }])
    const [starter] = await office.rpc<{ name: string; key_name: string }[]>('execution_starter', {
      p_execution: execution,
    })
    expect(starter).toMatchObject({ key_name: 'Cash desk' })
    expect(starter?.name).not.toBe('')
  })

  test('cancels, pauses, resumes, retries and replays, as a person would', async () => {
    const key = await newKey()
    const long = await office.live(row(manual, delay('nap', 3600)))
    const begun = await ask(key, 'executions', { ...long, node: 'start' })
    const id = String(begun.body['execution'])
    await office.until(id, ['waiting'])
    expect((await ask(key, `executions/${id}/pause`)).status).toBe(200)
    expect((await ask(key, `executions/${id}/resume`)).status).toBe(200)
    expect((await ask(key, `executions/${id}/cancel`)).status).toBe(200)
    await office.until(id, ['cancelled'])

    const failing = await office.live(row(manual, stop('no', 'Nothing to see here')))
    const failed = await ask(key, 'executions', { ...failing, node: 'start' })
    const other = String(failed.body['execution'])
    await office.until(other, ['failed'])
    expect((await ask(key, `executions/${other}/retry`)).status).toBe(202)
    await office.until(other, ['failed'])
    expect((await ask(key, `executions/${other}/replay-plan`, undefined, 'GET')).status).toBe(200)
    expect((await ask(key, `executions/${other}/replay`)).status).toBe(202)
    expect((await ask(key, 'executions/replay', { executions: [other] })).status).toBe(202)
  })

  test('is named in the audit log for what it does, with whoever made it', async () => {
    const key = await newKey([...ALL, 'webhooks:write'])
    const done = await office.live(row(manual, set('greet', { text: 'Hello' })))
    const begun = await ask(key, 'executions', { ...done, node: 'start' })
    const id = String(begun.body['execution'])
    await office.until(id)
    const replayed = await ask(key, `executions/${id}/replay`)
    expect(replayed.status).toBe(202)
    const hooked = await office.liveWebhook(row(webhook(), set('greet', { text: 'Hello' })))
    const where = { workflow: hooked.workflow, node: 'hook' }
    expect((await ask(key, 'webhooks/secret', where)).status).toBe(200)
    expect((await ask(key, 'webhooks/secret', where, 'DELETE')).status).toBe(200)
    const { rows } = await office.db.query(
      `select action, actor_kind, actor_id, details ->> 'api_key' as key from public.audit_entries
       where subject_id = any ($1) and action ~ '^(webhook[.]|execution[.])' order by id`,
      [[String(replayed.body['execution']), hooked.workflow]],
    )
    const byKey = { actor_kind: 'api_key', actor_id: office.person.id, key: 'Cash desk' }
    expect(rows).toEqual([
      { action: 'execution.replayed', ...byKey },
      { action: 'webhook.secret_set', ...byKey },
      { action: 'webhook.secret_removed', ...byKey },
    ])
  })

  test.each([
    ['workflows:read', 'starts nothing', (key: string) => start(key)],
    [
      'executions:run',
      'reads no workflows',
      (key: string) => ask(key, `workspaces/${office.workspace}/workflows`, undefined, 'GET'),
    ],
    [
      'executions:read',
      'sets no secret of a webhook',
      (key: string) => ask(key, 'webhooks/secret', { workflow: live.workflow, node: 'start' }),
    ],
  ])('that may only do %s %s', async (scope, _what, attempt) => {
    expect(await attempt(await newKey([scope]))).toMatchObject(refused(403, 'api.not_in_scope'))
  })

  test('makes no connection: that is for people', async () => {
    expect(await ask(await newKey(), 'connections', {})).toMatchObject(
      refused(403, 'api.for_people'),
    )
  })

  test('reaches nothing of another workspace, not even of one that its person belongs to', async () => {
    const neighbour = await office.neighbour()
    const theirs = await neighbour.live(row(manual, delay('nap', 3600)))
    const running = await neighbour.ask('executions', { ...theirs, node: 'start' })
    const id = String(running.body['execution'])
    await neighbour.until(id, ['waiting'])
    await office.db.query(
      `insert into public.members (workspace_id, user_id, role) values ($1, $2, 'admin')`,
      [neighbour.workspace, office.person.id],
    )
    const key = await newKey([...ALL, 'webhooks:write'])
    const attempts = [
      await ask(key, `workspaces/${neighbour.workspace}/workflows`, undefined, 'GET'),
      await ask(key, 'executions', { ...theirs, node: 'start' }),
      await ask(key, `executions/${id}`, undefined, 'GET'),
      await ask(key, `executions/${id}/replay-plan`, undefined, 'GET'),
      await ask(key, `executions/${id}/replay`),
      await ask(key, 'executions/replay', { executions: [id] }),
      await ask(key, `executions/${id}/verdict`, { node: 'nap', verdict: 'again' }),
      await ask(key, `executions/${id}/cancel`),
      await ask(key, `executions/${id}/pause`),
      await ask(key, `executions/${id}/retry`),
      await ask(key, 'webhooks/secret', { workflow: theirs.workflow, node: 'start' }),
    ]
    expect(attempts.map(({ status }) => status)).toEqual([
      403, 404, 404, 404, 404, 404, 403, 403, 403, 403, 403,
    ])
    expect((await neighbour.seen(id)).status).toBe('waiting')
    expect(await neighbour.executions(theirs.workflow)).toBe(1)
  })
})

test('a key sees nothing of a workflow that is kept from its person', async () => {
  const other = await office.neighbour()
  const theirs = await other.live(row(manual, delay('nap', 3600)))
  const running = await other.ask('executions', { ...theirs, node: 'start' })
  const id = String(running.body['execution'])
  await other.until(id, ['waiting'])
  const key = await newKey([...ALL, 'webhooks:write'], other)
  const told = async () =>
    (await ask(key, `workspaces/${other.workspace}/workflows`, undefined, 'GET')).body
  expect(await told()).toMatchObject({ workflows: [{ id: theirs.workflow }] })

  // Only admins make keys; this one's person becomes an editor, and isn't on the list.
  await office.db.query(
    `insert into public.members (workspace_id, user_id, role) values ($1, $2, 'owner')`,
    [other.workspace, office.person.id],
  )
  await office.rpc('restrict_workflow', { p_workflow: theirs.workflow, p_people: [] })
  const lower = { p_workspace: other.workspace, p_person: other.person.id, p_role: 'editor' }
  await office.rpc('change_role', lower)
  expect(await told()).toMatchObject({ workflows: [] })
  const attempts = [
    await ask(key, 'executions', { ...theirs, node: 'start' }),
    await ask(key, `executions/${id}`, undefined, 'GET'),
    await ask(key, `executions/${id}/replay-plan`, undefined, 'GET'),
    await ask(key, `executions/${id}/replay`),
    await ask(key, 'executions/replay', { executions: [id] }),
    await ask(key, `executions/${id}/cancel`),
    await ask(key, 'webhooks/secret', { workflow: theirs.workflow, node: 'start' }),
  ]
  expect(attempts.map(({ status }) => status)).toEqual([404, 404, 404, 404, 404, 403, 403])
  expect((await other.seen(id)).status).toBe('waiting')
})

describe('a key counts no longer', () => {
  const wrong = refused(401, 'api.wrong_key')

  test('once it is revoked', async () => {
    const key = await newKey()
    expect((await start(key)).status).toBe(202)
    const { data } = await office.person.client
      .from('api_keys')
      .select('id')
      .eq('prefix', key.slice(0, 12))
      .single()
    await office.rpc('revoke_api_key', { p_key: (data as { id: string }).id })
    expect(await start(key)).toMatchObject(wrong)
  })

  test('after its last day', async () => {
    const key = await newKey(ALL, office, new Date(Date.now() + 3_600_000).toISOString())
    expect((await start(key)).status).toBe(202)
    await office.db.query(`update public.api_keys set expires_at = now() where prefix = $1`, [
      key.slice(0, 12),
    ])
    expect(await start(key)).toMatchObject(wrong)
  })

  test('when its person may do less, or has left', async () => {
    const other = await office.neighbour()
    const theirs = await other.live(row(manual))
    const key = await newKey(ALL, other)
    const begin = () => ask(key, 'executions', { ...theirs, node: 'start' })
    expect((await begin()).status).toBe(202)
    // A workspace keeps an owner: somebody else takes over.
    await office.db.query(
      `insert into public.members (workspace_id, user_id, role) values ($1, $2, 'owner')`,
      [other.workspace, office.person.id],
    )
    await office.db.query(`update public.members set role = 'viewer' where user_id = $1`, [
      other.person.id,
    ])
    expect(await begin()).toMatchObject(refused(403, 'api.not_allowed'))
    await office.db.query(`delete from public.members where user_id = $1`, [other.person.id])
    expect(await begin()).toMatchObject(wrong)
  })

  test.each(['weft_', `weft_${'0'.repeat(64)}`, `weft_${'0'.repeat(63)}`, 'weft_%00', 'WEFT_x'])(
    'when it never did (%s)',
    async (key) => expect(await start(key)).toMatchObject(wrong),
  )
})

test('a key is nowhere to be read, neither in the database nor by an owner', async () => {
  const key = await newKey()
  const { data } = await office.person.client.from('api_keys').select('*')
  expect(data?.length).toBeGreaterThan(0)
  const stored = await office.db.query<{ all: string }>(
    `select (select string_agg(k::text, '') from public.api_keys k)
         || (select string_agg(h::text, '') from private.api_key_hashes h) as all`,
  )
  for (const text of [JSON.stringify(data), stored.rows[0]?.all ?? ''])
    expect(text).not.toContain(key.slice(13))
})

test('that a key was used is written once a minute', async () => {
  const key = await newKey()
  const used = async () => {
    const { rows } = await office.db.query<{ last_used_at: Date | null }>(
      `select last_used_at from public.api_keys where prefix = $1`,
      [key.slice(0, 12)],
    )
    return rows[0]?.last_used_at?.getTime()
  }
  expect(await used()).toBeUndefined()
  await start(key)
  const first = await used()
  expect(first).toBeDefined()
  await start(key)
  expect(await used()).toBe(first)
})

test('only admins and owners make keys, and only of what there is', async () => {
  const other = await office.neighbour()
  await expect(
    other.rpc('create_api_key', {
      p_workspace: office.workspace,
      p_name: 'Mine',
      p_scopes: ['executions:read'],
    }),
  ).rejects.toThrow('Only admins and owners')
  await expect(newKey(['everything'])).rejects.toThrow()
  await expect(newKey([])).rejects.toThrow('at least one thing')
})

test('more than a key, or all keys of a workspace, may ask in a minute is refused, in every process', async () => {
  const there = await FunctionsProcess.start(office.stack, 'functions', {
    WEFT_API_KEY_RATE: '30',
    WEFT_API_RATE: '48',
  })
  const [one, other] = [await newKey(), await newKey()]
  const askThere = (key: string) =>
    fetch(`${there.url}/api/workspaces/${office.workspace}/workflows`, {
      headers: { authorization: `Bearer ${key}` },
    })
  const statuses = async (key: string) => {
    const answers = await Promise.all(Array.from({ length: 12 }, () => askThere(key)))
    return answers.filter(({ status }) => status === 200).length
  }
  // Ten seconds' worth at once: 5 with a key, 8 with all of them; and what comes in meanwhile.
  const first = await statuses(one)
  expect(first).toBeGreaterThanOrEqual(5)
  expect(first).toBeLessThanOrEqual(6)
  expect(await statuses(other)).toBeLessThanOrEqual(5)
  const late = await askThere(other)
  expect([late.status, Number(late.headers.get('retry-after')) > 0]).toEqual([429, true])
  expect(await late.json()).toMatchObject({ code: 'api.too_many' })
  await there.stop()
})
