import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { anonymousClient, signUp, type TestPerson } from '../../local/testing.ts'
import { Mailbox } from './mailbox.ts'
import { Office, type Answered } from './office.ts'

let office: Office
let mailbox: Mailbox

beforeAll(async () => {
  office = await Office.open({ worker: 0 })
  mailbox = new Mailbox(office.stack)
})
afterAll(async () => {
  await office.close()
})

const invite = (email: string, role = 'editor'): Promise<Answered> =>
  office.ask('invitations', { workspace: office.workspace, email, role })

const tokenIn = (link: unknown): string => String(link).split('/').at(-1) ?? ''

const stateOf = async (token: string): Promise<unknown> => {
  const { data } = await anonymousClient(office.stack).rpc('invitation_by_token', {
    p_token: token,
  })
  return (data as Record<string, unknown>[])[0]
}

const accept = (person: TestPerson, token: string) =>
  person.client.rpc('accept_invitation', { p_token: token })

const roleOf = async (person: TestPerson): Promise<unknown> => {
  const { rows } = await office.db.query<{ role: string }>(
    'select role from members where workspace_id = $1 and user_id = $2',
    [office.workspace, person.id],
  )
  return rows.map((row) => row.role)
}

describe('an invitation', () => {
  test('comes by e-mail, says who invites to what, and its link makes the person a member', async () => {
    const { status, body } = await invite('grace@example.org')
    expect(status).toBe(201)
    expect(body).toMatchObject({ sent: true, problem: null })
    const [mail] = await mailbox.until('grace@example.org', 1)
    expect(mail?.subject).toContain('invites you to Workspace')
    expect(mail?.text).toContain(String(body['link']))
    expect(String(body['link'])).toMatch(
      new RegExp(`^${office.stack.appUrl}/invitations/[0-9a-f]{64}$`),
    )

    const token = tokenIn(body['link'])
    expect(await stateOf(token)).toMatchObject({
      workspace_name: 'Workspace',
      email: 'grace@example.org',
      role: 'editor',
      state: 'open',
    })
    // A new person: they sign up with the address, written as they like it.
    const grace = await signUp(office.stack, 'Grace@example.org')
    expect(await accept(grace, token)).toMatchObject({ data: office.workspace, error: null })
    expect(await roleOf(grace)).toEqual(['editor'])
    expect(await stateOf(token)).toMatchObject({ state: 'used' })
    // Following the link again leads to where they are; nobody else can.
    expect(await accept(grace, token)).toMatchObject({ data: office.workspace })
    const eve = await signUp(office.stack, 'eve@example.org')
    expect((await accept(eve, token)).error?.message).toContain('is for grace@example.org')
  })

  test('works for nobody but the address that it was sent to', async () => {
    const { body } = await invite('mary@example.org')
    const mallory = await signUp(office.stack, 'mallory@example.org')
    const { error } = await accept(mallory, tokenIn(body['link']))
    expect(error).toMatchObject({ code: '42501' })
    expect(await roleOf(mallory)).toEqual([])
  })

  test('sent again has a new link; the old one says that it was taken back', async () => {
    const first = await invite('joan@example.org', 'viewer')
    const again = await office.ask(`invitations/${String(first.body['invitation'])}/resend`, {})
    expect(again.status).toBe(201)
    expect(await mailbox.until('joan@example.org', 2)).toHaveLength(2)
    expect(await stateOf(tokenIn(first.body['link']))).toMatchObject({ state: 'revoked' })
    expect(await stateOf(tokenIn(again.body['link']))).toMatchObject({
      state: 'open',
      role: 'viewer',
    })
    const joan = await signUp(office.stack, 'joan@example.org')
    expect((await accept(joan, tokenIn(first.body['link']))).error?.message).toContain('taken back')
    expect((await accept(joan, tokenIn(again.body['link']))).error).toBeNull()
  })

  test('can be taken back, and ends after seven days', async () => {
    const taken = await invite('kathleen@example.org')
    await office.rpc('revoke_invitation', { p_invitation: taken.body['invitation'] })
    const kathleen = await signUp(office.stack, 'kathleen@example.org')
    expect((await accept(kathleen, tokenIn(taken.body['link']))).error?.message).toContain(
      'taken back',
    )
    const old = await invite('kathleen@example.org')
    const { rows } = await office.db.query<{ days: number }>(
      `update invitations set created_at = created_at - interval '7 days 1 second', expires_at = expires_at - interval '7 days 1 second'
       where id = $1 returning extract(day from expires_at - created_at)::int as days`,
      [old.body['invitation']],
    )
    expect(rows[0]?.days).toBe(7)
    expect(await stateOf(tokenIn(old.body['link']))).toMatchObject({ state: 'expired' })
    expect((await accept(kathleen, tokenIn(old.body['link']))).error?.message).toContain(
      'older than seven days',
    )
  })

  test('accepted twice at once gives one membership', async () => {
    const { body } = await invite('twice@example.org')
    const twice = await signUp(office.stack, 'twice@example.org')
    const tries = Array.from({ length: 8 }, () => accept(twice, tokenIn(body['link'])))
    for (const { data } of await Promise.all(tries)) expect(data).toBe(office.workspace)
    expect(await roleOf(twice)).toEqual(['editor'])
    const { rows } = await office.db.query<{ times: number }>(
      `select count(*)::int as times from audit_entries where action = 'member.joined' and subject_id = $1`,
      [twice.id],
    )
    expect(rows[0]?.times).toBe(1)
  })

  test('is refused to whoever may not invite, for owners, for members and for what is no address', async () => {
    const editor = await signUp(office.stack, 'editor@example.org')
    await accept(editor, tokenIn((await invite('editor@example.org')).body['link']))
    const asked = { workspace: office.workspace, email: 'x@example.org', role: 'viewer' }
    const refused = await office.send(
      `${office.stack.apiUrl}/functions/v1/api/invitations`,
      asked,
      { headers: { authorization: `Bearer ${editor.accessToken}`, apikey: office.stack.anonKey } },
    )
    expect(refused.status).toBe(403)
    expect((await invite('x@example.org', 'owner')).status).toBe(400)
    expect((await invite('EDITOR@example.org')).body['detail']).toContain('is a member already')
    expect((await invite('no address')).body['detail']).toContain('is not an e-mail address')
    expect((await mailbox.of('x@example.org')).length).toBe(0)
  })

  test('names people as text, whatever they call themselves', async () => {
    const name = '<img src=x onerror=alert(1)>'
    await office.person.client.from('workspaces').update({ name }).eq('id', office.workspace)
    await invite('html@example.org')
    const [mail] = await mailbox.until('html@example.org', 1)
    expect(mail?.html).not.toContain('<img')
    expect(mail?.html).toContain('&#60;img')
    await office.person.client
      .from('workspaces')
      .update({ name: 'Workspace' })
      .eq('id', office.workspace)
  })

  test('is taken back with the right to invite of whoever sent it', async () => {
    const admin = await signUp(office.stack, 'admin@example.org')
    await accept(admin, tokenIn((await invite('admin@example.org', 'admin')).body['link']))
    const made = await admin.client.rpc('invite_member', {
      p_workspace: office.workspace,
      p_email: 'sock@example.org',
      p_role: 'admin',
    })
    const token = String((made.data as { token: string }[])[0]?.token)
    expect(await stateOf(token)).toMatchObject({ state: 'open' })
    await office.rpc('remove_member', { p_workspace: office.workspace, p_person: admin.id })
    expect(await stateOf(token)).toMatchObject({ state: 'revoked' })
  })
})

test('nobody sends e-mails to strangers without end, in however many workspaces', async () => {
  const busy = await office.neighbour()
  await busy.db.query(
    `insert into invitations (workspace_id, email, role, invited_by)
     select $1, n || '@example.org', 'viewer', $2 from generate_series(1, 200) n`,
    [busy.workspace, busy.person.id],
  )
  const other = await busy.rpc<{ id: string }>('create_workspace', { p_name: 'Another' })
  for (const workspace of [busy.workspace, other.id]) {
    const asked = { workspace, email: 'more@example.org', role: 'viewer' }
    expect((await busy.ask('invitations', asked)).body['detail']).toContain('Wait until tomorrow')
  }
  expect(await mailbox.of('more@example.org')).toEqual([])
})

test('nobody can look a link up: it is kept as a hash only', async () => {
  const { body } = await invite('hash@example.org')
  const token = tokenIn(body['link'])
  const { rows } = await office.db.query<{ found: boolean }>(
    `select exists (select from invitations i where to_jsonb(i)::text like '%' || $1 || '%')
         or exists (select from private.invitation_hashes h where to_jsonb(h)::text like '%' || $1 || '%')
         or exists (select from audit_entries a where to_jsonb(a)::text like '%' || $1 || '%') as found`,
    [token],
  )
  expect(rows[0]?.found).toBe(false)
})
