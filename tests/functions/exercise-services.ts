import { env } from 'node:process'
import { Pool } from '../../supabase/functions/_shared/database/pool.ts'
import type { Connections } from '../../supabase/functions/_shared/connections/connections.ts'
import {
  MailServers,
  withServer,
} from '../../supabase/functions/_shared/connections/connected-mail.ts'
import { tryOut } from '../../supabase/functions/_shared/connections/trial.ts'
import type { OpenConnection } from '../../supabase/functions/_shared/connections/vault.ts'
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
  /** Mail servers of good.test: encrypted from the start; when asked; one that doesn't offer what it's asked for. */
  tlsMail: { start: number; asked: number; never: number }
  databaseUrl: string
  workspace: string
  pipeline: string
}

const exercise = JSON.parse(env['EXERCISE'] ?? '{}') as Exercise // written by the test
const never = new AbortController().signal
const names = (host: string) =>
  host.endsWith('.test') ? Promise.resolve(['127.0.0.1']) : Promise.reject(new Error('unknown'))
const http = new SafeHttp(['good.test', 'evil.test'], names)
const mailServers = new MailServers(['good.test', 'evil.test'], names)

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

type MailHost = 'good.test' | 'evil.test'

/** One e-mail through a connection, as a step sends it. */
const sendConnected = (host: MailHost, port: number, security: 'tls' | 'starttls') =>
  told(async () => {
    const connection = connectionOf(
      'smtp',
      { host, port, security, user: 'ann', from: 'ann@example.org' },
      { password: 's3cret' },
    )
    const message = { to: ['bob@example.org'], cc: [], bcc: [], subject: 'Hi', text: 'Hi' }
    await withServer(connection, mailServers, never, (reached, from) =>
      new SmtpMail(reached, from).send({ ...message, key: 'step-1' }, never),
    )
    return 'sent'
  })

function connectionOf(
  kind: string,
  settings: OpenConnection['settings'],
  secrets: Record<string, string>,
): OpenConnection {
  const { host } = new URL(exercise.secureWeb)
  return {
    ...{ id: 'c', workspace: exercise.workspace, kind, name: kind, status: 'ready' },
    ...{ settings, secrets, allowedHosts: [host], rotatedAt: '', tokensUntil: null },
  }
}

/** UniPile's own test call, to a server of ours: only over TLS, and with its key in the header. */
const tryUnipile = (dsn: string) =>
  told(async () => {
    const unused = {} as Connections['tokens'] // UniPile has a key, not tokens
    const connections = { http, mailServers, tokens: unused } as Connections // all that a trial asks for
    const connection = connectionOf('unipile', { dsn }, { apiKey: 'unipile-key' })
    return await tryOut(connection, connections, never)
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
  tlsMail: {
    fromTheStart: await sendConnected('good.test', exercise.tlsMail.start, 'tls'),
    whenAsked: await sendConnected('good.test', exercise.tlsMail.asked, 'starttls'),
    otherName: await sendConnected('evil.test', exercise.tlsMail.start, 'tls'),
    otherNameWhenAsked: await sendConnected('evil.test', exercise.tlsMail.asked, 'starttls'),
    notOffered: await sendConnected('good.test', exercise.tlsMail.never, 'starttls'),
    plainAsSecure: await sendConnected('good.test', exercise.tlsMail.asked, 'tls'),
  },
  unipile: {
    right: await tryUnipile(host),
    elsewhere: await tryUnipile(`evil.test:${host.split(':')[1] ?? ''}`),
  },
  records: await told(records),
  secrets: secrets(),
  slept: await systemClock.sleep(60_000, AbortSignal.timeout(10)).then(() => true),
}
console.log(JSON.stringify(results))
