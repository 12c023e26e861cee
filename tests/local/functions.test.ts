import { cpSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { signUp, startTestStack } from '../../local/testing.ts'
import type { Stack } from '../../local/stack.ts'

let stack: Stack
let supabaseFolder: string

const functions: Record<string, string> = {
  open: `Deno.serve(async (request) => {
    const url = new URL(request.url)
    if (url.pathname.endsWith('/throws')) throw new Error('on purpose')
    if (url.pathname.endsWith('/dies')) Deno.kill(Deno.pid, 'SIGKILL')
    if (url.pathname.endsWith('/stream')) {
      const parts = ['one ', 'two ', 'three']
      return new Response(new ReadableStream({
        async pull(controller) {
          const part = parts.shift()
          if (!part) return controller.close()
          controller.enqueue(new TextEncoder().encode(part))
          await new Promise((resolve) => setTimeout(resolve, 150))
        },
      }))
    }
    if (url.pathname.endsWith('/later')) {
      EdgeRuntime.waitUntil(new Promise((resolve) => setTimeout(resolve, 50)).then(() => { globalThis.later = 'done' }))
      return Response.json({ later: globalThis.later ?? 'not yet' })
    }
    return Response.json({
      method: request.method, path: url.pathname, query: url.search, mine: request.headers.get('x-mine'),
      body: await request.text(), database: Deno.env.get('WEFT_DB_URL')?.split(':')[1], path_env: Deno.env.get('npm_config_cache') ?? null,
    }, { status: request.method === 'DELETE' ? 405 : 200, headers: { 'access-control-allow-origin': 'https://own.example', 'x-own': 'yes' } })
  })`,
  people: `Deno.serve({ port: 9 }, () => new Response('for people'))`,
  broken: `import './missing.ts'`,
}

beforeAll(async () => {
  supabaseFolder = mkdtempSync(join(tmpdir(), 'weft-functions-'))
  cpSync(
    join(import.meta.dirname, '../../supabase/migrations'),
    join(supabaseFolder, 'migrations'),
    { recursive: true },
  )
  for (const [name, text] of Object.entries(functions)) {
    mkdirSync(join(supabaseFolder, 'functions', name), { recursive: true })
    writeFileSync(join(supabaseFolder, 'functions', name, 'index.ts'), text)
  }
  mkdirSync(join(supabaseFolder, 'functions/worker'))
  writeFileSync(
    join(supabaseFolder, 'functions/worker/main.ts'),
    `console.log('turning'); while (true) await new Promise((resolve) => setTimeout(resolve, 50))`,
  )
  writeFileSync(
    join(supabaseFolder, 'config.toml'),
    '[functions.open]\n# for all\nverify_jwt = false\n[functions.people]\n',
  )
  stack = await startTestStack({ supabaseFolder, worker: 2 })
})
afterAll(async () => {
  await stack.stop()
  rmSync(supabaseFolder, { recursive: true, force: true })
})

const call = (path: string, init?: RequestInit) =>
  fetch(`${stack.apiUrl}/functions/v1/${path}`, init)

describe('a function', () => {
  test('gets method, path below its name, query, headers and body, and its answer comes back as it is', async () => {
    const answer = await call('open/some/path?a=1', {
      method: 'PUT',
      body: 'tëxt',
      headers: { 'x-mine': 'yes' },
    })
    expect(await answer.json()).toMatchObject({
      method: 'PUT',
      path: '/open/some/path',
      query: '?a=1',
      body: 'tëxt',
      mine: 'yes',
    })
    expect(answer.headers.get('x-own')).toBe('yes')
    expect((await call('open', { method: 'DELETE' })).status).toBe(405)
  })

  test('answers preflight requests and sets CORS headers itself', async () => {
    const answer = await call('open', {
      method: 'OPTIONS',
      headers: { origin: 'https://a.example', 'access-control-request-method': 'POST' },
    })
    expect(answer.headers.get('access-control-allow-origin')).toBe('https://own.example')
  })

  test('knows its settings and nothing else of our environment', async () => {
    expect(await (await call('open')).json()).toMatchObject({
      database: '//weft_engine',
      path_env: null,
    })
  })

  test('can stream its answer', async () => {
    const body = (await call('open/stream')).body
    const arrivals: number[] = []
    let text = ''
    for await (const chunk of body ?? []) {
      arrivals.push(performance.now())
      text += new TextDecoder().decode(chunk as Uint8Array)
    }
    expect(text).toBe('one two three')
    expect((arrivals.at(-1) ?? 0) - (arrivals[0] ?? 0)).toBeGreaterThan(150)
  })

  test('may go on after its answer', async () => {
    expect(await (await call('open/later')).json()).toEqual({ later: 'not yet' })
    await expect
      .poll(async () => (await (await call('open/later')).json()) as unknown)
      .toEqual({ later: 'done' })
  })

  test('is called by supabase-js', async () => {
    const { client } = await signUp(stack, 'ada@example.com')
    const { data, error } = await client.functions.invoke('people')
    expect(error).toBeNull()
    expect(data).toBe('for people')
  })
})

describe('the gateway', () => {
  test('wants a signed-in person where config.toml does not say otherwise', async () => {
    expect((await call('people')).status).toBe(401)
    expect((await call('people', { headers: { authorization: 'Bearer a.b.c' } })).status).toBe(401)
  })

  test('answers 404 for a function that does not exist', async () => {
    const answer = await call('nothing')
    expect(answer.status).toBe(404)
    expect(await answer.json()).toMatchObject({ code: 'NOT_FOUND' })
    expect((await call('..%2f_shared')).status).toBe(404)
  })

  test('answers 503 for one that could not be started and 500 for one that throws', async () => {
    const { accessToken } = await signUp(stack, 'bob@example.com')
    const broken = await call('broken', { headers: { authorization: `Bearer ${accessToken}` } })
    expect(broken.status).toBe(503)
    expect((await call('open/throws')).status).toBe(500)
  })

  test('answers 502 when the functions die over a request, and serves the next one', async () => {
    expect((await call('open/dies', { method: 'POST' })).status).toBe(502)
    expect((await call('open')).status).toBe(200)
  })
})

test('workers that are killed are started again', async () => {
  const pidOf = (name: string) => stack.processes.find((one) => one.name === name)?.pid
  const before = pidOf('worker-2') ?? 0
  expect(before).toBeGreaterThan(0)
  process.kill(before, 'SIGKILL')
  await expect.poll(() => pidOf('worker-2') ?? before, { timeout: 5000 }).not.toBe(before)
  expect(pidOf('worker-1')).toBeGreaterThan(0)
})

test('a change of the code is taken over by a restart', async () => {
  writeFileSync(
    join(supabaseFolder, 'functions/open/index.ts'),
    `Deno.serve(() => new Response('new'))`,
  )
  await stack.restartFunctions()
  expect(await (await call('open')).text()).toBe('new')
})
