import { z } from 'zod'
import { WorkspaceId } from '../../../../src/lib/engine/ids.ts'
import { answer, Refused } from '../../_shared/http/answers.ts'
import { hasTokens } from '../../_shared/connections/tokens.ts'
import { runtime } from '../../_shared/runtime.ts'
import { requireRole } from '../membership.ts'
import { readRequest } from '../read-request.ts'
import type { Asked } from '../routes.ts'
import { changeable, fields, name, readFields, unreadable, usedBy } from './requests.ts'

const wanted = z.object({
  workspace: WorkspaceId,
  kind: z.string().max(40),
  name,
  used_by: usedBy.default('editor'),
  fields,
})

const FORGET_SIGN_INS = `
delete from private.connection_sign_ins where workspace_id = $1 and connection_id = $2`

/** POST connections: makes one. Its secrets are never to be seen again. */
export async function createConnection({ person, request }: Asked): Promise<Response> {
  const wish = await readRequest(request, wanted)
  const { workspace } = wish
  // Nobody makes what they could not use themselves.
  await requireRole(person, workspace, wish.used_by)
  const { kind, settings, secrets, hosts } = readFields(wish.kind, wish.fields)
  const { vault } = runtime().connections
  const status = kind.signIn ? 'unfinished' : 'ready'
  const values = [workspace, wish.name, kind.kind, settings, hosts, wish.used_by, status, person.id]
  const id = await unlessNameTaken(
    vault.onBehalf(person.id, workspace, async (queries) => {
      const [made] = await queries.query<{ id: string }>(
        `insert into public.connections
           (workspace_id, name, kind, settings, allowed_hosts, used_by, status, created_by)
         values ($1, $2, $3, $4, $5, $6, $7, $8)
         returning id`,
        values,
      )
      if (made === undefined) throw new Error('An insert answered without its row.')
      const options = { tokens: hasTokens(kind.kind) }
      await vault.replaceSecrets(queries, { workspace, id: made.id }, secrets, options)
      return made.id
    }),
  )
  return answer(201, { connection: id })
}

/**
 * POST connections/<id>/rotate: puts new fields in the place of all old ones. All of them, as whoever could send an old
 * secret to a new host could read it.
 */
export async function rotateConnection({ person, request, parts }: Asked): Promise<Response> {
  const seen = await changeable(person, parts['id'])
  const wish = await readRequest(request, z.object({ fields }))
  const { kind, settings, secrets, hosts } = readFields(seen.kind, wish.fields)
  const { id, workspace_id: workspace } = seen
  const { vault } = runtime().connections
  await vault.onBehalf(person.id, workspace, async (queries) => {
    await queries.query(
      `update public.connections
       set settings = $3, allowed_hosts = $4, status = $5, report = null, tested_at = null, rotated_at = now()
       where workspace_id = $1 and id = $2`,
      [workspace, id, settings, hosts, kind.signIn ? 'unfinished' : 'ready'],
    )
    // Who is away to sign in began it with the old fields.
    await queries.query(FORGET_SIGN_INS, [workspace, id])
    const options = { tokens: hasTokens(kind.kind) }
    await vault.replaceSecrets(queries, { workspace, id }, secrets, options)
  })
  return answer(200, { connection: id })
}

const sharing = z.object({
  name,
  used_by: usedBy,
  allowed_hosts: z.array(z.string().max(260)).min(1).max(20).optional(),
})

/** POST connections/<id>/share: its name, who may use it, and fewer hosts (more of them take the secret again). */
export async function shareConnection({ person, request, parts }: Asked): Promise<Response> {
  const seen = await changeable(person, parts['id'])
  const wish = await readRequest(request, sharing)
  const { id, workspace_id: workspace } = seen
  // Nobody makes what they could not use themselves.
  await requireRole(person, workspace, wish.used_by)
  const hosts = wish.allowed_hosts ?? seen.allowed_hosts
  if (!hosts.every((host) => seen.allowed_hosts.includes(host))) {
    throw unreadable('A new host can only be added together with the secret: use "Replace".')
  }
  await unlessNameTaken(
    runtime().connections.vault.onBehalf(person.id, workspace, (queries) =>
      queries.query(
        `update public.connections set name = $3, used_by = $4, allowed_hosts = $5
         where workspace_id = $1 and id = $2`,
        [workspace, id, wish.name, wish.used_by, hosts],
      ),
    ),
  )
  return answer(200, { connection: id })
}

/** POST connections/<id>/revoke: its secrets are deleted at once; steps that use it fail from then on. */
export async function revokeConnection({ person, parts }: Asked): Promise<Response> {
  const { id, workspace_id: workspace } = await changeable(person, parts['id'])
  await runtime().connections.vault.onBehalf(person.id, workspace, async (queries) => {
    await queries.query(
      `delete from private.connection_secrets where workspace_id = $1 and connection_id = $2`,
      [workspace, id],
    )
    await queries.query(FORGET_SIGN_INS, [workspace, id])
    await queries.query(
      `update public.connections set status = 'revoked', revoked_at = now(), report = null
       where workspace_id = $1 and id = $2`,
      [workspace, id],
    )
  })
  return answer(200, { revoked: true })
}

async function unlessNameTaken<T>(work: Promise<T>): Promise<T> {
  try {
    return await work
  } catch (problem) {
    const { code, constraint } = problem as { code?: unknown; constraint?: unknown } // Postgres' errors have these
    if (code !== '23505' || constraint !== 'connections_by_name') throw problem
    throw new Refused({
      status: 409,
      code: 'connection.name_taken',
      title: 'This name is taken',
      detail: 'Another connection of this workspace has this name.',
      hint: 'Choose another name.',
    })
  }
}
