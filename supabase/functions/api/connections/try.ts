import { z } from 'zod'
import { beginSignIn, takeReturn } from '../../_shared/connections/sign-in.ts'
import { tryOut } from '../../_shared/connections/trial.ts'
import type { OpenConnection } from '../../_shared/connections/vault.ts'
import { answer, Refused } from '../../_shared/http/answers.ts'
import { runtime } from '../../_shared/runtime.ts'
import { WeftError } from '../../../../src/lib/engine/errors.ts'
import { notFound } from '../membership.ts'
import { readRequest } from '../read-request.ts'
import type { Asked } from '../routes.ts'
import { changeable, forUse, unreadable, type SeenConnection } from './requests.ts'

/** A test is answered within a request. */
const PATIENCE_MS = 30_000

/** POST connections/<id>/test: a real, cheap call to the service, and what came of it. */
export async function testConnection({ person, parts }: Asked): Promise<Response> {
  const connection = await opened(await forUse(person, parts['id']))
  const { connections } = runtime()
  const trial = await tryOut(connection, connections, AbortSignal.timeout(PATIENCE_MS))
  const { id, workspace } = connection
  await connections.vault.within(workspace, (queries) =>
    queries.query(
      `update public.connections set report = left($3, 500), tested_at = now(),
              status = case when status = 'unfinished' or $5 then status when $4 then 'ready' else 'broken' end
       where workspace_id = $1 and id = $2`,
      [workspace, id, trial.report, trial.ok, trial.untested ?? false],
    ),
  )
  return answer(200, { ok: trial.ok, report: trial.report })
}

/** Where the app takes people back who signed in at a service. */
const BACK = '/connections/callback'

/** POST connections/<id>/sign-in: the address at the service where this person signs in. */
export async function signInConnection({ person, request, parts }: Asked): Promise<Response> {
  const seen = await changeable(person, parts['id'])
  const { return_to: returnTo } = await readRequest(request, z.object({ return_to: z.url() }))
  const back = new URL(returnTo)
  if (back.pathname !== BACK || back.search !== '' || !/^https?:$/.test(back.protocol)) {
    throw unreadable('The address to come back to is not one of the app.')
  }
  if (seen.kind !== 'oauth2.code') throw unreadable('Nobody signs in to this kind of connection.')
  const { vault } = runtime().connections
  const address = await beginSignIn(vault, await opened(seen), person.id, back.href)
  return answer(200, { address })
}

const returned = z.object({ state: z.string().max(200), code: z.string().min(1).max(4_000) })

/** POST connections/return: a person is back from a service with a code, which is changed for tokens. */
export async function returnToConnection({ person, request }: Asked): Promise<Response> {
  const { state, code } = await readRequest(request, returned)
  const { vault, tokens } = runtime().connections
  const back = await takeReturn(vault, state, person.id)
  if (back === null) throw notExpected()
  const connection = await opened(await changeable(person, back.connection))
  try {
    await tokens.exchangeCode(connection, { code, ...back }, AbortSignal.timeout(PATIENCE_MS))
  } catch (problem) {
    if (!(problem instanceof WeftError)) throw problem
    throw new Refused({
      ...{ status: 502, code: problem.code, title: problem.title, detail: problem.detail },
      hint: 'Check the fields of the connection, then sign in again.',
    })
  }
  return answer(200, { connection: connection.id, workspace: connection.workspace })
}

async function opened({ id, workspace_id: workspace }: SeenConnection): Promise<OpenConnection> {
  const connection = await runtime().connections.vault.open(workspace, id, { use: false })
  if (connection === null) throw notFound('connection')
  return connection
}

const notExpected = () =>
  new Refused({
    status: 409,
    code: 'connection.sign_in_lost',
    title: 'This sign-in was not expected',
    detail: 'It was begun by somebody else, too long ago, or finished already.',
    hint: 'Go to Connections and choose "Sign in" again.',
  })
