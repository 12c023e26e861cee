import { once } from 'node:events'
import { createServer, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { signUp } from '../../local/testing.ts'
import { delay, request, row, schedule, set, webhook } from './drawing.ts'
import { Office } from './office.ts'

let first: Office
/** A service outside that answers nobody until it may. */
let outside: Server
let at: string
const asked: string[] = []
const release = Promise.withResolvers<string>()

beforeAll(async () => {
  outside = createServer((incoming, outgoing) => {
    asked.push(incoming.url ?? '')
    void release.promise.then((text) => outgoing.end(text))
  })
  outside.listen(0, '127.0.0.1')
  await once(outside, 'listening')
  const { port } = outside.address() as AddressInfo // of a server that listens on a port
  at = `127.0.0.1:${port}`
  first = await Office.open({ worker: 1, allowPrivateHosts: [at] })
})
afterAll(async () => {
  await first.close()
  outside.closeAllConnections()
  outside.close()
})

/** A workspace of its own, as each test deletes one. */
const newOffice = (): Promise<Office> => first.neighbour()

const remove = (office: Office): Promise<string> =>
  office.rpc<string>('delete_workspace', { p_workspace: office.workspace, p_name: 'Workspace' })

const restore = (office: Office) =>
  office.rpc('restore_workspace', { p_workspace: office.workspace })

const pause = (ms: number) => new Promise((done) => setTimeout(done, ms))

describe('deleting a workspace', () => {
  test('takes its name and an owner, and says when it will be gone', async () => {
    const office = await newOffice()
    const wrong = { p_workspace: office.workspace, p_name: 'Workspaces' }
    await expect(office.rpc('delete_workspace', wrong)).rejects.toThrow('Type "Workspace"')
    const admin = await signUp(office.stack, 'admin.of.deleted@example.org')
    await office.db.query(
      `insert into members (workspace_id, user_id, role) values ($1, $2, 'admin')`,
      [...[office.workspace, admin.id]],
    )
    const asked = { p_workspace: office.workspace, p_name: 'Workspace' }
    expect((await admin.client.rpc('delete_workspace', asked)).error?.code).toBe('42501')

    const gone = new Date(await remove(office)).getTime()
    expect(Math.round((gone - Date.now()) / 86_400_000)).toBe(14)
    const found = await office.rpc<{ id: string; name: string }[]>('my_deleted_workspaces', {})
    expect(found).toMatchObject([{ id: office.workspace, name: 'Workspace' }])
    // Nobody finds it any other way; who isn't an owner not even so.
    for (const { client } of [office.person, admin])
      expect((await client.from('workspaces').select('id')).data).toEqual([])
    expect((await admin.client.rpc('my_deleted_workspaces')).data).toEqual([])
    expect(
      (await admin.client.rpc('restore_workspace', { p_workspace: office.workspace })).error?.code,
    ).toBe('42501')
  })

  test('stops its webhooks, schedules and keys, until it is restored', async () => {
    const office = await newOffice()
    const live = await office.liveWebhook(row(webhook(), set('a', { a: 1 })))
    const paused = await office.liveWebhook(row(webhook(), set('a', { a: 1 })))
    const clock = await office.live(row(schedule('* * * * *'), set('a', { a: 1 })))
    await office.rpc('pause_workflow', { p_workflow: paused.workflow })
    const key = await office.rpc<string>('create_api_key', {
      ...{ p_workspace: office.workspace, p_name: 'Till', p_scopes: ['workflows:read'] },
    })
    const withKey = () =>
      office.send(
        `${office.stack.apiUrl}/functions/v1/api/workspaces/${office.workspace}/workflows`,
        {},
        { method: 'GET', body: null, headers: { authorization: `Bearer ${key}` } },
      )
    expect((await office.send(live.url)).status).toBe(202)
    expect((await withKey()).status).toBe(200)
    const triggers = () =>
      office.count('public.triggers where workspace_id = $1', [office.workspace])
    expect(await triggers()).toBe(2)

    await remove(office)
    // Also while the trigger is still remembered from a moment ago.
    const answer = await office.send(live.url)
    const unknown = await office.send(`${office.stack.functionsUrl}/webhook/${'0'.repeat(64)}`)
    expect(answer.body).toEqual(unknown.body)
    expect(answer.status).toBe(404)
    expect(await triggers()).toBe(0)
    expect((await withKey()).status).toBe(401)
    const started = { workflow: live.workflow, version: live.version, node: 'hook' }
    expect((await office.ask('executions', started)).status).toBe(404)

    await restore(office)
    expect((await office.send(live.url)).status).toBe(202)
    expect((await office.send(paused.url)).status).toBe(404)
    expect(await triggers()).toBe(2)
    expect((await withKey()).status).toBe(200)
    await office.rpc('pause_workflow', { p_workflow: clock.workflow })
    const log = await office.person.client
      .from('audit_entries')
      .select('action')
      .eq('workspace_id', office.workspace)
      .like('action', 'work%')
      .order('id', { ascending: false })
      .limit(4)
    // What stopped with the workspace isn't somebody's pausing.
    expect(log.data?.map(({ action }) => action)).toEqual([
      'workflow.paused',
      'workspace.restored',
      'workspace.deleted',
      'workflow.paused',
    ])
  })

  test('stops what is under way, and nothing wakes it', async () => {
    const office = await newOffice()
    const { workflow, url } = await office.liveWebhook(
      row(webhook(), delay('wait', 3), set('after', { a: 1 })),
    )
    const begun = async () => String((await office.send(url)).body['execution'])
    const [resting, late, taken] = [await begun(), await begun(), await begun()]
    for (const one of [resting, late, taken]) await office.until(one, ['waiting'])
    await remove(office)
    expect((await office.seen(resting)).status).toBe('cancelled')

    // As if it had been one of so many that deleting left them for later: who takes it up, stops it.
    await office.db.query(
      `update executions set status = 'waiting', cancel_requested_at = null, finished_at = null, wake_at = now() - interval '1 hour' where id = $1`,
      [late],
    )
    const stopped = await office.until(late)
    // Or as if it was accepted at that very moment: the next upkeep stops it.
    await office.db.query(
      `update executions set status = 'waiting', cancel_requested_at = null, finished_at = null, wake_at = now() + interval '1 hour' where id = $1`,
      [taken],
    )
    await office.db.query('select private.purge_workspaces()')
    expect((await office.seen(taken)).status).toBe('cancelled')
    expect(stopped.status).toBe('cancelled')
    await pause(3_000)
    expect(
      await office.count(`execution_steps where workspace_id = $1 and node_id = 'after'`, [
        office.workspace,
      ]),
    ).toBe(0)
    expect(await office.executions(workflow)).toBe(3)
  })

  test('stops an execution that runs, before its next step', async () => {
    const office = await newOffice()
    try {
      const { url } = await office.liveWebhook(
        row(webhook(), request('slow', `http://${at}/slow`), request('next', `http://${at}/next`)),
      )
      const execution = String((await office.send(url)).body['execution'])
      await expect.poll(() => asked).toEqual(['/slow'])
      await remove(office)
      release.resolve('done')
      expect((await office.until(execution)).status).toBe('cancelled')
      expect(asked).toEqual(['/slow'])
    } finally {
      release.resolve('done')
    }
  })
})

describe('a workspace that was deleted fourteen days ago', () => {
  const workspaceTables = async (office: Office): Promise<string[]> => {
    const { rows } = await office.db.query<{ name: string }>(
      `select c.oid::regclass::text as name
       from pg_class c
       join pg_attribute a on a.attrelid = c.oid and a.attname = 'workspace_id' and not a.attisdropped
       where c.relkind in ('r', 'p') and not c.relispartition
         and c.relnamespace in ('public'::regnamespace, 'private'::regnamespace)`,
    )
    return rows.map(({ name }) => name)
  }

  async function left(office: Office): Promise<Record<string, number>> {
    const counts: Record<string, number> = {}
    for (const table of await workspaceTables(office)) {
      const count = await office.count(`${table} where workspace_id = $1`, [office.workspace])
      if (count > 0) counts[table] = count
    }
    return counts
  }

  async function filled(): Promise<Office> {
    const office = await newOffice()
    const { url } = await office.liveWebhook(row(webhook(), set('a', { a: '{{ trigger.body }}' })))
    for (let n = 0; n < 12; n++) {
      const { body } = await office.send(url, { n, text: 'x'.repeat(n === 0 ? 50_000 : 10) })
      await office.until(body['execution'])
    }
    const pipeline = await office.pipeline()
    await office.db.query(
      `insert into records (workspace_id, pipeline_id, data) select $1, $2, '{"name": "x"}' from generate_series(1, 50)`,
      [office.workspace, pipeline],
    )
    await office.rpc('invite_member', {
      ...{ p_workspace: office.workspace, p_email: 'late@example.org', p_role: 'viewer' },
    })
    return office
  }

  test('is removed whole, a part at a time, and nothing of anybody else', async () => {
    const [office, other] = [await filled(), await filled()]
    const before = await left(other)
    await remove(office)
    await office.db.query(
      `update workspaces set deleted_at = now() - interval '13 days 23 hours' where id = $1`,
      [office.workspace],
    )
    await office.db.query('select private.purge_workspaces(30)')
    expect(await left(office)).toMatchObject({ executions: 12, records: 50 })

    await office.db.query(
      `update workspaces set deleted_at = now() - interval '14 days 1 second' where id = $1`,
      [office.workspace],
    )
    await expect(restore(office)).rejects.toThrow('no deleted workspace')
    expect(await office.rpc('my_deleted_workspaces', {})).toEqual([])
    let parts = 0
    for (let done = 1; done > 0; parts++) {
      const { rows } = await office.db.query<{ done: number }>(
        'select private.purge_workspaces(30) as done',
      )
      done = rows[0]?.done ?? 0
      // Nothing that takes long, or that others have to wait for.
      expect(done).toBeLessThan(100)
    }
    expect(parts).toBeGreaterThan(5)
    expect(await left(office)).toEqual({})
    expect(await office.count('public.workspaces where id = $1', [office.workspace])).toBe(0)
    expect(await left(other)).toEqual(before)
  })

  test('is removed by upkeep, without anybody asking', async () => {
    const office = await filled()
    await remove(office)
    await office.db.query(
      `update workspaces set deleted_at = now() - interval '15 days' where id = $1`,
      [office.workspace],
    )
    const response = await fetch(`${office.stack.functionsUrl}/tick`, {
      method: 'POST',
      headers: {
        authorization: `Bearer ${office.stack.functionsEnv['WEFT_FUNCTION_SECRET'] ?? ''}`,
      },
    })
    expect(response.status).toBe(200)
    expect(await left(office)).toEqual({})
  })
})
