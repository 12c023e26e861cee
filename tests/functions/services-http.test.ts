import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { SafeHttp } from '../../supabase/functions/_shared/services/http.ts'
import { allowing, codeOf, never, request, startOutside } from './outside.ts'

let outside: Awaited<ReturnType<typeof startOutside>>
beforeAll(async () => {
  outside = await startOutside()
})
afterAll(() => outside.stop())

const get = (path: string, more: Parameters<typeof request>[1] = {}) =>
  allowing('good.test').request(request(`http://good.test:${outside.port}${path}`, more), never)

describe('a request', () => {
  test('carries its method, headers and body', async () => {
    await get('/ok', { method: 'put', body: 'Füße', headers: { 'X-Name': 'Ann' } })
    expect(outside.last()).toMatchObject({
      ...{ method: 'PUT', body: 'Füße' },
      headers: { 'x-name': 'Ann', 'content-length': '6' },
    })
  })

  test('cannot smuggle a header through a line break, nor say for itself where it goes', async () => {
    const headers = {
      ...{ 'x-name': 'a\r\nx-evil: 1', host: 'evil.example' },
      ...{ 'transfer-encoding': 'chunked', 'content-length': '3' },
    }
    await get('/ok', { method: 'POST', body: 'whole', headers })
    expect(outside.last()).toMatchObject({
      ...{ host: `good.test:${outside.port}`, body: 'whole' },
      headers: { 'x-name': 'a x-evil: 1', 'content-length': '5' },
    })
    expect(outside.last()?.headers).not.toHaveProperty('x-evil')
  })

  test.each([{ 'x-name': '名前' }, { 'two words': 'x' }, { '': 'x' }, { 'x:y': 'x' }])(
    'with a header that cannot be sent is a problem of the step (%j)',
    async (headers) => {
      expect(await codeOf(get('/ok', { headers: headers as Record<string, string> }))).toBe(
        'ConfigProblem http.invalid_header',
      )
    },
  )

  test.each(['CONNECT', 'TRACE', 'GET / HTTP/1.1\r\nx:'])('has no method %j', async (method) => {
    expect(await codeOf(get('/ok', { method }))).toBe('ConfigProblem http.unknown_method')
  })

  test('tries the next address when the first does not take it', async () => {
    // Nothing listens at 127.0.0.9.
    const http = new SafeHttp(['good.test'], () => Promise.resolve(['127.0.0.9', '127.0.0.1']))
    const url = `http://good.test:${outside.port}/ok`
    expect((await http.request(request(url, { method: 'POST', body: 'x' }), never)).status).toBe(
      200,
    )
  })
})

describe('an answer', () => {
  test.each(['/large', '/large-in-chunks', '/bomb', '/brotli-bomb'])(
    'that is too large is cut off, packed or not (%s)',
    async (path) => {
      expect(await codeOf(get(path))).toBe('StepFailure http.too_large')
    },
  )

  test('as long as allowed is not too large', async () => {
    expect((await get('/large', { maxResponseBytes: 100_000 })).body).toHaveLength(100_000)
  })

  test.each(['/packed', '/packed-by-brotli'])('is unpacked (%s)', async (path) => {
    const { body, headers } = await get(path)
    expect(body).toBe('unpacked')
    expect(headers).not.toHaveProperty('content-encoding')
  })

  test('without a body needs no unpacking', async () => {
    expect(await get('/packed-nothing')).toMatchObject({ status: 204, body: '' })
    expect(await get('/packed', { method: 'HEAD' })).toMatchObject({ status: 200, body: '' })
  })

  test('that is no text comes as base64', async () => {
    expect(await get('/binary')).toMatchObject({ encoding: 'base64', body: 'if8A' })
  })

  test('is read in the character set that it names', async () => {
    expect(await get('/latin-1')).toMatchObject({ encoding: 'text', body: 'Füße' })
  })

  test('keeps all of its headers', async () => {
    expect((await get('/cookies')).headers['set-cookie']).toBe('a=1, b=2')
  })

  test.each([
    ['/badly-packed', 'StepFailure http.unreadable'],
    ['/no-http', 'StepFailure http.unreadable'],
    ['/breaks-off-halfway', 'StepFailure http.connection_lost'],
  ])('that makes no sense is a failure (%s)', async (path, code) => {
    expect(await codeOf(get(path))).toBe(code)
  })

  test.each(['/silent', '/drips'])('has to be complete in time (%s)', async (path) => {
    const started = Date.now()
    expect(await codeOf(get(path, { timeoutMs: 300 }))).toBe('StepFailure http.timeout')
    expect(Date.now() - started).toBeLessThan(2_000)
  })
})

describe('an outcome that nobody knows', () => {
  const change = (path: string, method = 'POST') => get(path, { method, body: 'x', timeoutMs: 400 })

  test.each([
    ['/silent', 'Uncertain http.timeout'],
    ['/breaks-off', 'Uncertain http.connection_lost'],
    ['/breaks-off-halfway', 'Uncertain http.connection_lost'],
    ['/to-unknown', 'Uncertain http.dns'],
  ])('is called uncertain when what was sent could have taken effect (%s)', async (path, code) => {
    expect(await codeOf(change(path))).toBe(code)
    expect(await codeOf(change(path, 'DELETE'))).toBe(code)
  })

  test.each([
    ['/silent', 'StepFailure http.timeout'],
    ['/breaks-off', 'StepFailure http.connection_lost'],
    ['/to-unknown', 'StepFailure http.dns'],
  ])('is a plain failure when it was only read (%s)', async (path, code) => {
    expect(await codeOf(get(path, { timeoutMs: 400 }))).toBe(code)
  })

  test('is a plain failure when nothing was sent', async () => {
    const nothingThere = request('http://good.test:1/', { method: 'POST', body: 'x' })
    const problem: unknown = await allowing('good.test')
      .request(nothingThere, never)
      .catch((thrown: unknown) => thrown)
    expect(problem).toMatchObject({ name: 'StepFailure', code: 'http.refused', retryable: true })
  })

  test('does not hide a cancel', async () => {
    const cancel = new AbortController()
    const url = `http://good.test:${outside.port}/silent`
    const waiting = allowing('good.test').request(request(url, { method: 'POST' }), cancel.signal)
    setTimeout(() => cancel.abort(), 50)
    expect(await codeOf(waiting)).toMatch(/^AbortError/)
    expect(await codeOf(allowing('good.test').request(request(url), cancel.signal))).toMatch(
      /^AbortError/,
    )
  })
})
