import { afterAll, beforeEach, describe, expect, test } from 'vitest'
import type { TestPerson } from '../../local/testing.ts'
import { openScene } from './connection-scene.ts'
import { row, webhook } from './drawing.ts'

const scene = await openScene()
const { office, partner, stranger, smtp, make, made, bearer, requesting, call, member, asking } =
  scene
afterAll(() => scene.close())
beforeEach(() => {
  partner.asked.length = 0
  stranger.asked.length = 0
})

describe('a request with a connection', () => {
  test.each([
    ['http.bearer', { token: 'tok-1234' }, { authorization: 'Bearer tok-1234' }],
    [
      'http.basic',
      { user: 'ann', password: 'pä:ss' },
      { authorization: `Basic ${Buffer.from('ann:pä:ss').toString('base64')}` },
    ],
    ['http.header', { header: 'X-Shop-Key', value: 'shop-5678' }, { 'x-shop-key': 'shop-5678' }],
  ])('signs in as its kind does (%s)', async (kind, fields, headers) => {
    const id = await made(kind, { ...fields, hosts: partner.host })
    const { seen } = await call(await requesting(id, `${partner.url}/in`))
    expect(seen.status).toBe('succeeded')
    expect(partner.asked.at(-1)?.headers).toMatchObject(headers)
  })

  test.each([
    [
      'sms',
      { accountSid: 'AC1', authToken: 'auth-1' },
      { authorization: 'Basic QUMxOmF1dGgtMQ==' },
    ],
    ['ai.openai', { apiKey: 'sk-1234' }, { authorization: 'Bearer sk-1234' }],
    [
      'ai.anthropic',
      { apiKey: 'sk-ant-1' },
      { 'x-api-key': 'sk-ant-1', 'anthropic-version': '2023-06-01' },
    ],
  ])('reaches a service at its own address (%s)', async (kind, fields, headers) => {
    const id = await made(kind, { ...fields, address: partner.url })
    expect((await office.ask(`connections/${id}/test`)).body).toMatchObject({ ok: true })
    expect(partner.asked.at(-1)?.headers).toMatchObject(headers)
  })

  test('goes to the hosts of the connection and to no other', async () => {
    const id = await made('http.bearer', bearer('tok-1234'))
    const { seen } = await call(await requesting(id, `${stranger.url}/in`))
    expect(seen.error?.code).toBe('connection.host_not_allowed')
    expect(stranger.asked).toEqual([])
  })

  test.each(['http.bearer', 'http.header'])(
    'leaves its credentials behind at a redirect (%s)',
    async (kind) => {
      // A header that isn't taken for a credential by its name.
      const fields =
        kind === 'http.bearer' ? { token: 'tok-1234' } : { header: 'Prefer', value: 'key-1234' }
      partner.leadTo(`${stranger.url}/in`)
      const id = await made(kind, { ...fields, hosts: `${partner.host}, ${stranger.host}` })
      const { seen } = await call(await requesting(id, `${partner.url}/away`))
      expect(seen.status).toBe('succeeded')
      expect(JSON.stringify(partner.asked.at(-1)?.headers)).toContain('1234')
      expect(stranger.asked).toHaveLength(1)
      expect(JSON.stringify(stranger.asked)).not.toContain('1234')
    },
  )

  test('is not made where others could read along', async () => {
    const id = await made('http.bearer', {
      token: 'tok-1234',
      hosts: 'example.com:80, example.com',
    })
    const { seen } = await call(await requesting(id, 'http://example.com/in'))
    expect(seen.error?.code).toBe('http.not_encrypted')
  })

  test('cannot use the connection of another workspace, revoked ones, or such for something else', async () => {
    const other = await office.neighbour()
    const theirs = await other.ask('connections', {
      ...{ workspace: other.workspace, kind: 'http.bearer', name: 'Theirs' },
      fields: bearer('theirs-1234'),
    })
    const id = String(theirs.body['connection'])
    await expect(requesting(id, `${partner.url}/in`)).rejects.toThrow(/connection/)
    // Even if a definition got in somehow.
    const mine = await made('http.bearer', bearer('tok-1234'))
    const hook = await requesting(mine, `${partner.url}/in`)
    await office.db.query(
      `update public.workflow_versions set definition = replace(definition::text, $1, $2)::jsonb`,
      [mine, id],
    )
    const { seen } = await call(hook)
    expect(seen.error?.code).toBe('connection.not_found')
    expect(partner.asked).toEqual([])
  })

  test('fails when the connection was revoked, at once', async () => {
    const id = await made('http.bearer', bearer('tok-1234'))
    const hook = await requesting(id, `${partner.url}/in`)
    expect((await call(hook)).seen.status).toBe('succeeded')
    expect((await office.ask(`connections/${id}/revoke`)).status).toBe(200)
    expect((await call(hook)).seen.error?.code).toBe('connection.revoked')
    expect(await office.count('private.connection_secrets where connection_id = $1', [id])).toBe(0)
    await expect(requesting(id, `${partner.url}/in`)).rejects.toThrow(/may not use the connection/)
  })
})

describe('a mail server', () => {
  const server = (more = {}) => ({
    ...{ host: '127.0.0.1', port: smtp.port, security: 'none', user: 'ann' },
    ...{ password: 'mail-secret-1', from: 'Ann <ann@shop.example>', ...more },
  })
  beforeEach(() => smtp.behave({}))

  test('sends what a step says, signed in and with its own sender', async () => {
    const connection = await made('smtp', server())
    const config = { to: 'bob@example.org', subject: 'Hi', body: 'Hello', connection }
    const { url } = await office.liveWebhook(
      row(webhook(), { id: 'mail', type: 'mail.send', config }),
    )
    const { seen } = await call(url)
    expect(seen.status).toBe('succeeded')
    expect(smtp.signIns.at(-1)).toBe('\0ann\0mail-secret-1')
    expect(smtp.messages[0]).toContain('From: Ann <ann@shop.example>')
  })

  test('is tested without sending anything', async () => {
    const id = await made('smtp', server())
    expect((await office.ask(`connections/${id}/test`)).body).toMatchObject({ ok: true })
    smtp.behave({ auth: '535 mail-secret-1 is wrong' })
    const { body, text } = await office.ask(`connections/${id}/test`)
    expect(body).toMatchObject({ ok: false })
    expect(text).not.toContain('mail-secret-1')
    expect(smtp.messages).toEqual([])
  })

  test.each([
    'localhost',
    '127.1',
    '0x7f000001',
    '2130706433',
    '017700000001',
    '10.0.0.1',
    'localhost.',
  ])('cannot be one in a private network (%s)', async (host) => {
    const id = await made('smtp', server({ host, port: 2525, security: 'tls' }))
    const { body } = await office.ask(`connections/${id}/test`)
    expect(String(body['report'])).toMatch(/not reachable from here/)
  })
})

describe('looking after connections', () => {
  test('takes a role: editors make them, their makers and admins change them', async () => {
    const viewer = await member('viewer')
    const operator = await member('operator')
    const editor = await member('editor')
    const admin = await member('admin')
    const wish = (name: string) => ({
      ...{ workspace: office.workspace, kind: 'http.bearer', name },
      fields: bearer('tok-1234'),
    })
    for (const person of [viewer, operator]) {
      expect((await asking(person, 'connections', wish('No'))).status).toBe(403)
    }
    const response = await asking(editor, 'connections', wish('Editor’s'))
    const { connection } = (await response.json()) as { connection: string }
    const mine = await made('http.bearer', bearer('tok-1234'), { used_by: 'admin' })
    expect((await asking(viewer, `connections/${connection}/test`, {})).status).toBe(404)
    expect((await asking(editor, `connections/${mine}/test`, {})).status).toBe(403)
    expect((await asking(editor, `connections/${mine}/revoke`, {})).status).toBe(403)
    expect((await asking(admin, `connections/${mine}/test`, {})).status).toBe(200)
    const share = { name: 'Shared', used_by: 'editor' }
    expect((await asking(editor, `connections/${connection}/share`, share)).status).toBe(200)
    expect((await asking(admin, `connections/${connection}/revoke`, {})).status).toBe(200)

    // Who may not use one can't put it into a workflow, whatever they send.
    const workflow = await office.workflow()
    const definition = row(
      { id: 'start', type: 'trigger.manual' },
      {
        ...{ id: 'ask', type: 'http.request' },
        config: { url: partner.url, auth: 'connection', connection: mine },
      },
    )
    const publish = (person: TestPerson) =>
      person.client.rpc('publish_version', { p_workflow: workflow, p_definition: definition })
    expect((await publish(editor)).error?.message).toMatch(/may not use the connection/)
    expect((await publish(admin)).error).toBeNull()
  })

  test('never lets an old secret go to a new host', async () => {
    const id = await made('http.bearer', bearer('tok-1234'))
    const wider = { name: 'Wider', used_by: 'editor', allowed_hosts: [partner.host, stranger.host] }
    expect((await office.ask(`connections/${id}/share`, wider)).status).toBe(400)
    const withoutSecret = await office.ask(`connections/${id}/rotate`, {
      fields: { hosts: stranger.host },
    })
    expect(withoutSecret.status).toBe(400)
    const anew = bearer('tok-5678', { hosts: `${partner.host} ${stranger.host}` })
    expect((await office.ask(`connections/${id}/rotate`, { fields: anew })).status).toBe(200)
    const { seen } = await call(await requesting(id, `${stranger.url}/in`))
    expect(seen.status).toBe('succeeded')
    expect(stranger.asked[0]?.headers.authorization).toBe('Bearer tok-5678')
  })

  test('leaves a trace of who did what', async () => {
    const id = await made('http.bearer', bearer('tok-1234'))
    await office.ask(`connections/${id}/rotate`, { fields: bearer('tok-5678') })
    await office.ask(`connections/${id}/share`, { name: `Shared ${id}`, used_by: 'admin' })
    await call(await requesting(id, `${partner.url}/in`))
    await office.ask(`connections/${id}/revoke`)
    const { rows } = await office.db.query<{ action: string; actor_id: string }>(
      `select action, actor_id from public.audit_entries where subject_id = $1 order by id`,
      [id],
    )
    expect(rows).toEqual(
      ['created', 'rotated', 'changed', 'revoked'].map((what) => ({
        ...{ action: `connection.${what}`, actor_id: office.person.id },
      })),
    )
  })

  test('says which field is wrong, and repeats nothing of it', async () => {
    const { status, text } = await make('http.bearer', { token: 'canary\n1', hosts: 'a b://' })
    expect(status).toBe(400)
    expect(text).not.toContain('canary')
    expect((await make('nothing', {})).status).toBe(400)
    await made('http.bearer', bearer('x'.repeat(8)), { name: 'Twice' })
    expect(
      (await make('http.bearer', bearer('x'.repeat(8)), { name: 'twice' })).body,
    ).toMatchObject({
      code: 'connection.name_taken',
    })
  })

  test('says in plain words what a test came to', async () => {
    partner.letIn(({ authorization }) => authorization === 'Bearer right')
    const testAddress = `${partner.url}/closed`
    const right = await made('http.bearer', bearer('right', { testAddress }))
    expect((await office.ask(`connections/${right}/test`)).body).toEqual({
      ...{ ok: true, report: `It works: ${partner.host} let us in.` },
    })
    const wrong = await made('http.bearer', bearer('wrong', { testAddress }))
    expect((await office.ask(`connections/${wrong}/test`)).body['report']).toMatch(
      /did not let us in/,
    )
  })
})
