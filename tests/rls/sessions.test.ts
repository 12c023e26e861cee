import { Client } from 'pg'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import type { Stack } from '../../local/stack.ts'
import {
  anonymousClient,
  createWorkspace,
  signUp,
  startTestStack,
  type TestPerson,
} from '../../local/testing.ts'

let stack: Stack
let db: Client
let ada: TestPerson

beforeAll(async () => {
  stack = await startTestStack({ functions: false, worker: 0 })
  db = new Client({ connectionString: stack.databaseUrl })
  await db.connect()
  ada = await signUp(stack, 'ada@example.com')
})
afterAll(async () => {
  await db.end()
  await stack.stop()
})

async function alsoSignedIn(): Promise<TestPerson['client']> {
  const client = anonymousClient(stack)
  const { error } = await client.auth.signInWithPassword(ada)
  if (error) throw error
  return client
}

const sessions = async () => {
  const { data, error } = await ada.client.rpc('my_sessions')
  if (error) throw error
  return data as { id: string; agent: string; address: string; is_this: boolean }[]
}

async function sees(session: string, workspace: string | null, agent = 'Firefox') {
  const { rows } = await db.query<{ open: boolean }>(
    `select private.see_session($1, $2, $3, $4, '192.0.2.7') as open`,
    [ada.id, session, workspace, agent],
  )
  return rows[0]?.open
}

describe('where somebody is signed in', () => {
  test('is listed with where it was first seen, the present session first', async () => {
    await alsoSignedIn()
    const [here, there, ...more] = await sessions()
    expect([here?.is_this, there?.is_this, more]).toEqual([true, false, []])
    await sees(here?.id ?? '', null)
    await sees(here?.id ?? '', null, 'something else')
    expect((await sessions())[0]).toMatchObject({ agent: 'Firefox', address: '192.0.2.7' })
  })

  test('can be ended, one by one: the session is not open and not renewed any more', async () => {
    const other = await alsoSignedIn()
    const [, there] = await sessions()
    const { error } = await ada.client.rpc('end_session', { p_session: there?.id })
    expect(error).toBeNull()
    expect(await sees(there?.id ?? '', null)).toBe(false)
    expect((await other.auth.refreshSession()).error).not.toBeNull()
  })

  test('is nobody else’s: neither seen nor ended by others', async () => {
    const eve = await signUp(stack, 'eve@example.com')
    const [mine] = await sessions()
    const hers = (await eve.client.rpc('my_sessions')).data as { id: string }[]
    expect(hers.map(({ id }) => id)).not.toContain(mine?.id)
    const { error } = await eve.client.rpc('end_session', { p_session: mine?.id })
    expect(error?.code).toBe('42501')
    expect(await sees(mine?.id ?? '', null)).toBe(true)
  })

  test('"sign out everywhere else" of the auth server ends all but the present one', async () => {
    await alsoSignedIn()
    await ada.client.auth.signOut({ scope: 'others' })
    expect((await sessions()).map(({ is_this }) => is_this)).toEqual([true])
  })

  test('a session’s first entry into a workspace is recorded there, once', async () => {
    const workspace = (await createWorkspace(ada)).id
    const [here] = await sessions()
    await sees(here?.id ?? '', workspace)
    await sees(here?.id ?? '', workspace)
    const { rows } = await db.query(
      `select actor_id, details from audit_entries where workspace_id = $1 and action = 'session.started'`,
      [workspace],
    )
    expect(rows).toEqual([
      { actor_id: ada.id, details: { agent: 'Firefox', address: '192.0.2.7' } },
    ])
  })
})

describe('trying passwords', () => {
  const attempt = async (account: string, address: string): Promise<number> => {
    const { rows } = await db.query<{ wait: number }>(
      `select private.begin_sign_in($1, $2) as wait`,
      [account, address],
    )
    return rows[0]?.wait ?? -1
  }
  const forget = () => db.query('truncate private.sign_in_attempts')
  /** As if so many seconds had passed. */
  const later = (seconds: number) =>
    db.query(
      `update private.sign_in_attempts
       set last_at = last_at - $1 * interval '1 second', locked_until = locked_until - $1 * interval '1 second'`,
      [seconds],
    )

  test('an account has ten attempts, wherever they come from; then each costs a longer wait', async () => {
    await forget()
    for (let n = 0; n < 10; n += 1) expect(await attempt('Ada@example.com', `${n}`)).toBe(0)
    expect(await attempt('ada@example.com', 'new')).toBeGreaterThan(25)
    await later(31)
    expect(await attempt('ada@example.com', 'new')).toBe(0)
    expect(await attempt('ada@example.com', 'new')).toBeGreaterThan(55)
    expect(await attempt('grace@example.com', 'new')).toBe(0)
  })

  test('a place has thirty, whatever accounts it tries', async () => {
    await forget()
    for (let n = 0; n < 30; n += 1) expect(await attempt(`${n}@example.com`, 'here')).toBe(0)
    expect(await attempt('other@example.com', 'here')).toBeGreaterThan(25)
    expect(await attempt('other@example.com', 'there')).toBe(0)
  })

  test('a quarter of an hour without one forgets them, and so does a right password', async () => {
    await forget()
    for (let n = 0; n < 10; n += 1) await attempt('ada@example.com', 'here')
    await later(16 * 60)
    for (let n = 0; n < 9; n += 1) expect(await attempt('ada@example.com', 'here')).toBe(0)
    await db.query(`select private.end_sign_in('ADA@example.com', 'here')`)
    for (let n = 0; n < 10; n += 1) expect(await attempt('ada@example.com', 'here')).toBe(0)
  })

  test('attempts at the same moment all count', async () => {
    await forget()
    const clients = await Promise.all(
      Array.from({ length: 8 }, async () => {
        const client = new Client({ connectionString: stack.databaseUrl })
        await client.connect()
        return client
      }),
    )
    const waits: (number | undefined)[] = []
    for (const place of ['one', 'two', 'three'])
      waits.push(
        ...(await Promise.all(
          clients.map(async (client) => {
            const { rows } = await client.query<{ wait: number }>(
              `select private.begin_sign_in('ada@example.com', $1) as wait`,
              [place],
            )
            return rows[0]?.wait
          }),
        )),
      )
    await Promise.all(clients.map((client) => client.end()))
    expect(waits.filter((wait) => wait === 0)).toHaveLength(10)
  })
})
