import { createClient } from '@supabase/supabase-js'
import postgres from 'postgres'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { anonymousClient, signUp, startTestStack } from '../../local/testing.ts'
import type { Stack } from '../../local/stack.ts'
import type { ReceivedMessage } from '../../local/mail/mailbox.ts'

let stack: Stack
beforeAll(async () => {
  stack = await startTestStack({ functions: false, worker: 0 })
})
afterAll(() => stack.stop())

async function mailTo(address: string): Promise<ReceivedMessage[]> {
  const answer = await fetch(`${stack.mailboxUrl}/api/messages?to=${encodeURIComponent(address)}`)
  return ((await answer.json()) as { messages: ReceivedMessage[] }).messages
}

describe('people', () => {
  test('sign up, are signed in at once, sign out and sign in again', async () => {
    const ada = await signUp(stack, 'ada@example.com', 'analytical engine')
    expect((await ada.client.auth.getUser()).data.user?.email).toBe('ada@example.com')
    expect((await ada.client.auth.signOut()).error).toBeNull()
    expect((await ada.client.auth.getUser()).data.user).toBeNull()

    const again = anonymousClient(stack)
    const wrong = await again.auth.signInWithPassword({
      email: 'ada@example.com',
      password: 'difference engine',
    })
    expect(wrong.error?.code).toBe('invalid_credentials')
    const right = await again.auth.signInWithPassword({
      email: 'ada@example.com',
      password: 'analytical engine',
    })
    expect(right.data.session?.access_token).toBeTruthy()
  })

  test('get new tokens for their refresh token', async () => {
    const { client } = await signUp(stack, 'refresh@example.com')
    const { data, error } = await client.auth.refreshSession()
    expect(error).toBeNull()
    expect(data.user?.email).toBe('refresh@example.com')
  })

  test('choose a new password by the link in the mail, which leads to the app', async () => {
    await signUp(stack, 'grace@example.com', 'first password')
    const forgetful = anonymousClient(stack)
    expect((await forgetful.auth.resetPasswordForEmail('grace@example.com')).error).toBeNull()

    const [message] = await mailTo('grace@example.com')
    const link = new URL(
      /href="([^"]*)"/.exec(message?.html ?? '')?.[1]?.replaceAll('&amp;', '&') ?? '',
    )
    expect(link.origin).toBe(stack.appUrl)
    expect(link.pathname).toBe('/auth/confirm')
    expect(message?.text).toContain(link.href)

    const { error } = await forgetful.auth.verifyOtp({
      type: 'recovery',
      token_hash: link.searchParams.get('token_hash') ?? '',
    })
    expect(error).toBeNull()
    expect((await forgetful.auth.updateUser({ password: 'second password' })).error).toBeNull()
    const signedIn = await anonymousClient(stack).auth.signInWithPassword({
      email: 'grace@example.com',
      password: 'second password',
    })
    expect(signedIn.error).toBeNull()
  })

  test('use a reset link only once', async () => {
    await signUp(stack, 'once@example.com')
    const client = anonymousClient(stack)
    await client.auth.resetPasswordForEmail('once@example.com')
    const [message] = await mailTo('once@example.com')
    const token_hash = /token_hash=([0-9a-f]+)/.exec(message?.html ?? '')?.[1] ?? ''
    expect((await client.auth.verifyOtp({ type: 'recovery', token_hash })).error).toBeNull()
    expect((await client.auth.verifyOtp({ type: 'recovery', token_hash })).error).not.toBeNull()
  })

  test('learn nothing about which addresses have accounts from asking for a reset', async () => {
    const { error } = await anonymousClient(stack).auth.resetPasswordForEmail('nobody@example.com')
    expect(error).toBeNull()
    expect(await mailTo('nobody@example.com')).toEqual([])
  })
})

test('what people say about themselves is stored as an object and read back as one', async () => {
  const client = anonymousClient(stack)
  const { data } = await client.auth.signUp({
    email: 'meta@example.com',
    password: 'correct horse battery',
    options: { data: { display_name: 'Mét "A"', likes: ['tea'] } },
  })
  expect(data.user?.user_metadata).toMatchObject({ display_name: 'Mét "A"', likes: ['tea'] })
  const sql = postgres(stack.databaseUrl, { max: 1 })
  const [row] = await sql`
    select jsonb_typeof(raw_user_meta_data) as kind, raw_user_meta_data ->> 'display_name' as name
    from auth.users where email = 'meta@example.com'
  `
  const [profile] =
    await sql`select display_name from public.profiles where email = 'meta@example.com'`
  await sql.end()
  expect(row).toEqual({ kind: 'object', name: 'Mét "A"' })
  expect(profile).toEqual({ display_name: 'Mét "A"' })
})

test('a token says who its person is and runs out after an hour', async () => {
  const { accessToken, id } = await signUp(stack, 'claims@example.com')
  const claims = JSON.parse(
    Buffer.from(accessToken.split('.')[1] ?? '', 'base64url').toString(),
  ) as Record<string, unknown>
  expect(claims).toMatchObject({ sub: id, role: 'authenticated', email: 'claims@example.com' })
  expect(Number(claims.exp) - Number(claims.iat)).toBe(3600)
})

test('without a key, or with a wrong one, nothing answers', async () => {
  const settings = `${stack.apiUrl}/auth/v1/settings`
  expect((await fetch(settings)).status).toBe(401)
  expect((await fetch(settings, { headers: { apikey: 'sb_publishable_wrong' } })).status).toBe(401)
  expect((await fetch(settings, { headers: { apikey: stack.anonKey } })).status).toBe(200)
})

test('the secret key is refused from a browser', async () => {
  const answer = await fetch(`${stack.apiUrl}/rest/v1/workspaces`, {
    headers: { apikey: stack.serviceRoleKey, 'user-agent': 'Mozilla/5.0 (X11; Linux x86_64)' },
  })
  expect(answer.status).toBe(401)
})

test('the service role sees past row-level security only with its key', async () => {
  const options = { auth: { persistSession: false } }
  const service = createClient(stack.apiUrl, stack.serviceRoleKey, options)
  const { error } = await service.from('workspaces').select('id')
  // Migrations grant it nothing on workspaces: passing policies is not the same as being allowed.
  expect(error?.code).toBe('42501')
})
