import { env } from 'node:process'
import { Pool } from '../../supabase/functions/_shared/database/pool.ts'
import { Secrets } from '../../supabase/functions/_shared/secrets.ts'
import { systemClock } from '../../supabase/functions/_shared/services/clock.ts'
import { SafeHttp } from '../../supabase/functions/_shared/services/http.ts'
import { SmtpMail } from '../../supabase/functions/_shared/services/mail.ts'
import { PostgresRecords } from '../../supabase/functions/_shared/services/records.ts'
import { transactionScope } from '../../supabase/functions/_shared/store/transaction-scope.ts'
import type { WorkspaceId } from '../../src/lib/engine/ids.ts'

// Uses every service once or twice in the runtime that it's started with (Deno or Node) and prints what came of it.
// A program of its own, because tests run in Node and the functions in Deno.

/** What the test tells this program, as text in the variable EXERCISE. */
export interface Exercise {
  web: string
  secureWeb: string
  smtpUrl: string
  brokenSmtpUrl: string
  databaseUrl: string
  workspace: string
  pipeline: string
}

const exercise = JSON.parse(env['EXERCISE'] ?? '{}') as Exercise // written by the test
const never = new AbortController().signal
const names = (host: string) =>
  host.endsWith('.test') ? Promise.resolve(['127.0.0.1']) : Promise.reject(new Error('unknown'))
const http = new SafeHttp(['good.test', 'evil.test'], names)

async function told(work: () => Promise<unknown>): Promise<unknown> {
  try {
    return await work()
  } catch (problem) {
    const { name, code, message } = problem as { name: string; code?: string; message: string }
    return `${name} ${code ?? message}`
  }
}

const limits = { timeoutMs: 2_000, maxResponseBytes: 50_000 }
const ask = (url: string, method = 'GET', timeoutMs = 2_000) =>
  told(async () => {
    const body = method === 'POST' ? { body: 'x' } : {}
    const request = { ...limits, method, url, headers: {}, timeoutMs, ...body }
    return (await http.request(request, never)).body
  })

const web = (path: string, method?: string, timeoutMs?: number) =>
  ask(`${exercise.web}${path}`, method, timeoutMs)

async function cancelled(): Promise<unknown> {
  const cancel = new AbortController()
  const request = { ...limits, method: 'POST', headers: {}, url: `${exercise.web}/silent` }
  setTimeout(() => cancel.abort(), 100)
  return await told(() => http.request(request, cancel.signal))
}

const send = (url: string) =>
  told(async () => {
    const message = { to: ['Ann <ann@example.org>'], cc: [], bcc: [], subject: 'Grüße', text: 'Hi' }
    await new SmtpMail(url, 'weft@example.com').send({ ...message, key: 'step-1' }, never)
    return 'sent'
  })

async function records(): Promise<unknown> {
  const workspace = exercise.workspace as WorkspaceId // the test's own
  const pool = new Pool(exercise.databaseUrl, 1)
  try {
    return await pool.transaction(transactionScope(workspace), async (queries) => {
      const service = new PostgresRecords(queries, workspace)
      const { id } = await service.create(exercise.pipeline, { customer: 'Ada', amount: '5' })
      const { changed } = await service.update(id, { amount: 6 })
      const where = { all: [{ left: 'amount', op: 'greater_than' as const, right: 5 }] }
      const { total, records } = await service.find(exercise.pipeline, { where, limit: 10 })
      return { changed, total, data: records[0]?.data }
    })
  } finally {
    await pool.close()
  }
}

function secrets(): string {
  const vault = new Secrets(btoa('k'.repeat(32)))
  return vault.open(vault.seal('s3cret', 'token'), 'token')
}

const { host } = new URL(exercise.secureWeb)
const results = {
  web: {
    plain: await web('/ok'),
    packed: await web('/packed'),
    bomb: await web('/bomb'),
    large: await web('/large'),
    redirect: await web('/to-same'),
    inside: await web('/to-loopback'),
    loopback: await ask('http://2130706433/'),
    localhost: await told(() =>
      new SafeHttp([]).request(
        { ...limits, method: 'GET', headers: {}, url: 'http://localhost/' },
        never,
      ),
    ),
    late: await web('/silent', 'GET', 200),
    lateChange: await web('/silent', 'POST', 200),
    lostChange: await web('/breaks-off', 'POST'),
    halfway: await web('/breaks-off-halfway'),
    noHttp: await web('/no-http'),
    refused: await ask('http://good.test:1/', 'POST'),
    cancelled: await cancelled(),
  },
  secureWeb: {
    right: await ask(exercise.secureWeb),
    wrongName: await ask(`https://evil.test:${host.split(':')[1] ?? ''}/`, 'POST'),
    notSecure: await ask(exercise.secureWeb.replace('https:', 'http:')),
    plainAsSecure: await ask(exercise.web.replace('http:', 'https:')),
  },
  mail: {
    sent: await send(exercise.smtpUrl),
    brokenOff: await send(exercise.brokenSmtpUrl),
    nobodyThere: await send('smtp://127.0.0.1:1'),
  },
  records: await told(records),
  secrets: secrets(),
  slept: await systemClock.sleep(60_000, AbortSignal.timeout(10)).then(() => true),
}
console.log(JSON.stringify(results))
