import { createHash } from 'node:crypto'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import type { TestPerson } from '../../local/testing.ts'
import { call, Crew } from './crew.ts'
import type { Role } from './roles.ts'

let crew: Crew

beforeAll(async () => {
  crew = await Crew.open()
})
afterAll(async () => {
  await crew.close()
})

const change = (by: TestPerson, workspace: string, person: TestPerson, role: Role) =>
  call(by, 'change_role', { p_workspace: workspace, p_person: person.id, p_role: role })

const remove = (by: TestPerson, workspace: string, person: TestPerson) =>
  call(by, 'remove_member', { p_workspace: workspace, p_person: person.id })

const transfer = (by: TestPerson, workspace: string, person: TestPerson) =>
  call(by, 'transfer_ownership', { p_workspace: workspace, p_person: person.id })

const leave = (by: TestPerson, workspace: string) =>
  call(by, 'leave_workspace', { p_workspace: workspace })

describe('roles', () => {
  test('are given by admins up to admin, and owners alone make owners', async () => {
    const { id, owner, members } = await crew.workspace('admin', 'viewer')
    const [admin, viewer] = members
    await change(admin, id, viewer, 'admin')
    await expect(change(admin, id, viewer, 'owner')).rejects.toThrow('Only owners decide')
    await expect(change(admin, id, owner, 'viewer')).rejects.toThrow('Only owners decide')
    await expect(change(admin, id, admin, 'owner')).rejects.toThrow('Only owners decide')
    await change(owner, id, viewer, 'owner')
    await change(viewer, id, owner, 'operator')
    expect(await crew.roles(id)).toEqual({
      [owner.id]: 'operator',
      [admin.id]: 'admin',
      [viewer.id]: 'owner',
    })
    expect((await crew.log(id)).filter((action) => action === 'member.role_changed')).toHaveLength(
      3,
    )
  })

  test('can be lowered by oneself, and raised only by others', async () => {
    const { id, members } = await crew.workspace('admin', 'editor')
    const [admin, editor] = members
    await expect(change(editor, id, editor, 'admin')).rejects.toThrow('Your role')
    await change(admin, id, admin, 'viewer')
    await expect(change(admin, id, admin, 'editor')).rejects.toThrow('Your role')
  })

  test('belong to members: somebody else has none', async () => {
    const { id, owner } = await crew.workspace()
    const stranger = await crew.person()
    await expect(change(owner, id, stranger, 'viewer')).rejects.toThrow('not a member')
    await expect(change(stranger, id, owner, 'viewer')).rejects.toThrow('no such workspace')
  })
})

describe('the last owner', () => {
  test('can’t step down, leave or be removed, whoever asks and however', async () => {
    const { id, owner } = await crew.workspace('admin')
    const words = 'A workspace needs an owner'
    await expect(change(owner, id, owner, 'admin')).rejects.toThrow(words)
    await expect(leave(owner, id)).rejects.toThrow(words)
    await expect(remove(owner, id, owner)).rejects.toThrow(words)
    const directly = crew.db.query(
      `delete from public.members where workspace_id = $1 and role = 'owner'`,
      [id],
    )
    await expect(directly).rejects.toThrow(words)
    expect((await crew.roles(id))[owner.id]).toBe('owner')
  })

  test('is there however two owners demote each other at the same moment', async () => {
    for (let round = 0; round < 5; round++) {
      const { id, owner, members } = await crew.workspace('owner')
      const [other] = members
      await Promise.allSettled([
        change(owner, id, other, 'viewer'),
        change(other, id, owner, 'viewer'),
      ])
      expect(Object.values(await crew.roles(id)).sort()).toEqual(['owner', 'viewer'])
    }
  })

  test('is there however two owners leave at the same moment', async () => {
    for (let round = 0; round < 5; round++) {
      const { id, owner, members } = await crew.workspace('owner')
      await Promise.allSettled([leave(owner, id), leave(members[0], id)])
      expect(Object.values(await crew.roles(id))).toEqual(['owner'])
    }
  })
})

test('ownership is handed over: the other becomes owner, and one stays as an admin', async () => {
  const { id, owner, members } = await crew.workspace('viewer', 'admin')
  const [viewer, admin] = members
  await expect(transfer(admin, id, viewer)).rejects.toThrow('Your role')
  await expect(transfer(owner, id, owner)).rejects.toThrow('You are the owner already')
  await transfer(owner, id, viewer)
  expect(await crew.roles(id)).toMatchObject({ [owner.id]: 'admin', [viewer.id]: 'owner' })
  expect(await crew.log(id)).toContain('workspace.transferred')
})

describe('who goes', () => {
  test('is removed by admins; an owner only by an owner', async () => {
    const { id, owner, members } = await crew.workspace('admin', 'owner', 'viewer')
    const [admin, other, viewer] = members
    await expect(remove(viewer, id, admin)).rejects.toThrow('Your role')
    await expect(remove(admin, id, other)).rejects.toThrow('Only owners')
    await remove(admin, id, viewer)
    await remove(owner, id, other)
    expect(await crew.roles(id)).toEqual({ [owner.id]: 'owner', [admin.id]: 'admin' })
    expect((await crew.log(id)).filter((action) => action === 'member.removed')).toHaveLength(2)
  })

  test('takes keys, sign-ins under way and places on lists along, for good', async () => {
    const { id, owner, members } = await crew.workspace('admin')
    const [admin] = members
    const workflow = await crew.workflow(id, owner)
    const key = await call<string>(admin, 'create_api_key', {
      ...{ p_workspace: id, p_name: 'Till', p_scopes: ['executions:read'] },
    })
    await call(owner, 'restrict_workflow', { p_workflow: workflow, p_people: [admin.id] })
    const { rows } = await crew.db.query<{ id: string }>(
      `insert into connections (workspace_id, name, kind, allowed_hosts) values ($1, 'Service', 'oauth2.code', '{localhost}') returning id`,
      [id],
    )
    await crew.db.query(
      `insert into private.connection_sign_ins (state_hash, workspace_id, connection_id, user_id, return_to, key_id, ciphertext, expires_at)
       values ('\\x01', $1, $2, $3, '/', 'k', '\\x00', now() + interval '1 hour')`,
      [id, rows[0]?.id, admin.id],
    )
    const usable = () =>
      crew.db.query('select from private.use_api_key($1)', [
        createHash('sha256').update(key).digest(),
      ])
    expect((await usable()).rowCount).toBe(1)

    await leave(admin, id)
    expect((await usable()).rowCount).toBe(0)
    await crew.join(id, 'admin', admin)
    // Coming back doesn't wake the key up.
    expect((await usable()).rowCount).toBe(0)
    for (const table of ['workflow_people', 'private.connection_sign_ins']) {
      const left = await crew.db.query(
        `select from ${table} where workspace_id = $1 and user_id = $2`,
        [id, admin.id],
      )
      expect([table, left.rowCount]).toEqual([table, 0])
    }
    expect(await crew.log(id)).toEqual(expect.arrayContaining(['member.left', 'api_key.revoked']))
  })
})
