import { execFile } from 'node:child_process'
import { readFileSync } from 'node:fs'
import { createServer } from 'node:https'
import type { AddressInfo } from 'node:net'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import type { TLSSocket } from 'node:tls'
import { afterAll, beforeAll, expect, test } from 'vitest'
import pg from 'pg'
import { startTestStack } from '../../local/testing.ts'
import type { Stack } from '../../local/stack.ts'
import { makeTenant } from '../rls/two-workspaces.ts'
import type { Exercise } from './exercise-services.ts'
import { startOutside } from './outside.ts'
import { startSmtpServer } from './smtp-server.ts'

const here = (path: string) => fileURLToPath(new URL(path, import.meta.url))
const certificate = (name: string) => here(`certificates/${name}`)

let stack: Stack
let outside: Awaited<ReturnType<typeof startOutside>>
let brokenMail: Awaited<ReturnType<typeof startSmtpServer>>
let exercise: Exercise

/** UniPile's key, each time that somebody showed it. */
const keysShown: unknown[] = []
const mailServers: Record<
  'start' | 'asked' | 'never',
  Awaited<ReturnType<typeof startSmtpServer>>
> = await startTlsMail()

async function startTlsMail() {
  const certified = {
    key: readFileSync(certificate('good.test.key.pem'), 'utf8'),
    cert: readFileSync(certificate('good.test.pem'), 'utf8'),
  }
  const [start, asked, never] = await Promise.all([
    startSmtpServer({ ...certified, from: 'start' }),
    startSmtpServer({ ...certified, from: 'asked' }),
    startSmtpServer({ ...certified, from: 'asked' }),
  ])
  never.behave({ startTls: false })
  return { start, asked, never }
}

/** Answers with the names it was asked by: the one in TLS and the one in the request. */
const secureWeb = createServer(
  {
    key: readFileSync(certificate('good.test.key.pem')),
    cert: readFileSync(certificate('good.test.pem')),
  },
  (request, response) => {
    const { servername } = request.socket as TLSSocket & { servername?: string } // an https server's
    if ('x-api-key' in request.headers) keysShown.push([request.url, request.headers['x-api-key']])
    response.end(`${servername} ${request.headers.host?.split(':')[0]}`)
  },
)

beforeAll(async () => {
  stack = await startTestStack({ functions: false, worker: 0 })
  outside = await startOutside()
  brokenMail = await startSmtpServer()
  brokenMail.behave({ end: null })
  await new Promise<void>((done) => secureWeb.listen(0, '127.0.0.1', done))
  const { port } = secureWeb.address() as AddressInfo // it listens on a port, not on a socket file
  const admin = new pg.Client(stack.databaseUrl)
  await admin.connect()
  const { workspace } = await makeTenant(admin, 'ann@example.org')
  exercise = {
    ...{ web: `http://good.test:${outside.port}`, secureWeb: `https://good.test:${port}/` },
    ...{ smtpUrl: stack.smtpUrl, brokenSmtpUrl: brokenMail.url },
    tlsMail: {
      start: mailServers.start.port,
      asked: mailServers.asked.port,
      never: mailServers.never.port,
    },
    ...{
      databaseUrl: stack.engineDatabaseUrl,
      workspace,
      pipeline: await newPipeline(admin, workspace),
    },
  }
  await admin.end()
})
afterAll(async () => {
  secureWeb.closeAllConnections()
  secureWeb.close()
  outside.stop()
  brokenMail.stop()
  for (const server of Object.values(mailServers)) server.stop()
  await stack.stop()
})

async function newPipeline(admin: pg.Client, workspace: string): Promise<string> {
  const { rows } = await admin.query<{ id: string }>(
    `with made as (
       insert into public.pipelines (workspace_id, name) values ($1, 'Orders') returning id
     ), fields as (
       insert into public.pipeline_fields (workspace_id, pipeline_id, key, title, type)
       select $1, made.id, f.key, f.key, f.type::public.field_type
       from made, (values ('customer', 'text'), ('amount', 'number')) as f (key, type)
     )
     select id from made`,
    [workspace],
  )
  return rows[0]?.id ?? ''
}

const programs = {
  Deno: [here('../../node_modules/deno/deno'), 'run', '-A', '--cached-only'],
  Node: [process.execPath],
}

test.each(Object.entries(programs))(
  'in %s, every service does what it promises',
  async (_, [program = '', ...args]) => {
    const authority = certificate('authority.pem')
    const { stdout } = await promisify(execFile)(program, [...args, here('exercise-services.ts')], {
      cwd: here('../..'),
      env: {
        ...process.env,
        ...{ EXERCISE: JSON.stringify(exercise), NO_COLOR: '1' },
        ...{ DENO_CERT: authority, NODE_EXTRA_CA_CERTS: authority },
      },
      timeout: 50_000,
    })
    expect(JSON.parse(stdout)).toEqual({
      web: {
        plain: 'fine',
        packed: 'unpacked',
        bomb: 'StepFailure http.too_large',
        large: 'StepFailure http.too_large',
        redirect: 'fine',
        inside: 'StepFailure http.private_address',
        loopback: 'StepFailure http.private_address',
        localhost: 'StepFailure http.private_address',
        late: 'StepFailure http.timeout',
        lateChange: 'Uncertain http.timeout',
        lostChange: 'Uncertain http.connection_lost',
        halfway: 'StepFailure http.connection_lost',
        noHttp: 'StepFailure http.unreadable',
        refused: 'StepFailure http.refused',
        cancelled: expect.stringMatching(/^AbortError/) as string,
      },
      secureWeb: {
        right: 'good.test good.test',
        wrongName: 'StepFailure http.certificate',
        notSecure: expect.stringMatching(
          /^StepFailure http\.(connection_lost|unreadable)$/,
        ) as string,
        plainAsSecure: 'StepFailure http.unreadable',
      },
      mail: {
        sent: 'sent',
        brokenOff: 'Uncertain mail.unclear',
        nobodyThere: 'StepFailure mail.no_connection',
      },
      tlsMail: {
        fromTheStart: 'sent',
        whenAsked: 'sent',
        otherName: 'StepFailure mail.no_connection',
        otherNameWhenAsked: 'StepFailure mail.no_connection',
        notOffered: 'StepFailure mail.not_secure',
        plainAsSecure: 'StepFailure mail.no_connection',
      },
      unipile: {
        right: { ok: true, report: expect.stringMatching(/^It works: good\.test/) as string },
        elsewhere: {
          ok: false,
          report: expect.stringMatching(/^This connection is not for this address/) as string,
        },
      },
      records: {
        changed: ['amount'],
        total: expect.any(Number) as number,
        data: { customer: 'Ada', amount: 6 },
      },
      secrets: 's3cret',
      slept: true,
    })
  },
)

test('the e-mails are in the mailbox', async () => {
  const answer = await fetch(`${stack.mailboxUrl}/api/messages?to=ann@example.org`)
  const { messages } = (await answer.json()) as { messages: { subject: string; text: string }[] }
  expect(messages).toHaveLength(2)
  expect(messages[0]).toMatchObject({
    subject: 'Grüße',
    text: expect.stringContaining('Hi') as string,
  })
})

test('over TLS, only servers that prove their name got the password, and nobody in the clear', () => {
  const { start, asked, never } = mailServers
  // Once by each of the two programs.
  expect(start.signIns).toEqual(['\0ann\0s3cret', '\0ann\0s3cret'])
  expect(asked.signIns).toEqual(['\0ann\0s3cret', '\0ann\0s3cret'])
  expect(asked.inTheClear.join('\n')).not.toMatch(/AUTH|MAIL|RCPT/)
  expect(asked.inTheClear).toContain('STARTTLS')
  expect([never.signIns, never.messages]).toEqual([[], []])
  expect(never.inTheClear.join('\n')).not.toMatch(/AUTH|MAIL|RCPT/)
  expect(keysShown).toEqual(Array(2).fill(['/api/v1/accounts?limit=1', 'unipile-key']))
})
