import { randomBytes } from 'node:crypto'
import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import pg from 'pg'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { longTextsOf } from '#lib/builder/document/long-texts.ts'
import { writeFile } from '#lib/builder/versions/file.ts'
import { parseDefinition, registry } from '#lib/engine/index.ts'
import { readDraft, writeDraft } from '#lib/server/sync/documents.ts'
import { ConnectionVault } from '../../supabase/functions/_shared/connections/vault.ts'
import { Pool } from '../../supabase/functions/_shared/database/pool.ts'
import { Secrets } from '../../supabase/functions/_shared/secrets.ts'
import { startPartner } from './connection-partner.ts'
import { row, set, webhook } from './drawing.ts'
import { Office } from './office.ts'
import { startSmtpServer } from './smtp-server.ts'

let office: Office
let partner: Awaited<ReturnType<typeof startPartner>>
let smtp: Awaited<ReturnType<typeof startSmtpServer>>
/** Everything that a browser of the workspace's owner got to see, from the api, REST and realtime. */
const seen: string[] = []
/** The names and values of all secrets. One has signs that look different in every encoding. */
const canaries: Record<string, string> = {}

const canary = (name: string): string =>
  (canaries[name] = `canary-${name}-"ü/+&%=?<${Math.random().toString(36).slice(2, 12)}`)
/** Headers only carry plain signs. */
const plainCanary = (name: string): string =>
  (canaries[name] = `canary.${name}/+=${Math.random().toString(36).slice(2, 12)}`)

beforeAll(async () => {
  partner = await startPartner()
  smtp = await startSmtpServer()
  office = await Office.open({
    worker: 1,
    allowPrivateHosts: [partner.host, `127.0.0.1:${smtp.port}`],
  })
})
afterAll(async () => {
  await office.close()
  partner.stop()
  smtp.stop()
})

const ask = async (path: string, body: unknown = {}) => {
  const answer = await office.ask(path, body)
  seen.push(answer.text, JSON.stringify([...answer.headers]))
  return answer
}
const make = async (kind: string, fields: Record<string, unknown>): Promise<string> => {
  const wish = { workspace: office.workspace, kind, name: kind, fields }
  return String((await ask('connections', wish)).body['connection'])
}

/** One connection of each kind, by its kind. */
async function makeAll(): Promise<Record<string, string>> {
  const { url, host } = partner
  const hosts = { hosts: host, testAddress: `${url}/in` }
  partner.oauth.access = plainCanary('access')
  partner.oauth.refresh = canary('refresh')
  const client = { tokenAddress: `${url}/token`, clientId: 'weft', ...hosts }
  const made = {
    'http.basic': await make('http.basic', { user: 'ann', password: canary('basic'), ...hosts }),
    'http.bearer': await make('http.bearer', { token: plainCanary('bearer'), ...hosts }),
    'http.header': await make('http.header', {
      ...{ header: 'X-Key', value: plainCanary('header'), ...hosts },
    }),
    'oauth2.client': await make('oauth2.client', { clientSecret: canary('client'), ...client }),
    'oauth2.code': await make('oauth2.code', {
      ...{ clientSecret: canary('code'), signInAddress: `${url}/authorize`, ...client },
      clientAuth: 'body',
    }),
    unipile: await make('unipile', { dsn: host, apiKey: plainCanary('unipile') }),
    sms: await make('sms', { accountSid: 'AC1', authToken: canary('sms'), address: url }),
    'ai.openai': await make('ai.openai', { apiKey: plainCanary('openai'), address: url }),
    'ai.anthropic': await make('ai.anthropic', { apiKey: plainCanary('anthropic'), address: url }),
  }
  const begun = await office.ask(`connections/${made['oauth2.code']}/sign-in`, {
    return_to: `${office.stack.appUrl}/connections/callback`,
  })
  const address = new URL(String(begun.body['address']))
  partner.oauth.challenge = address.searchParams.get('code_challenge') ?? ''
  await ask('connections/return', { state: address.searchParams.get('state'), code: 'c' })
  return made
}

/** Runs a workflow of these steps and waits for its end. */
async function run(...boxes: Parameters<typeof row>): Promise<string> {
  const { url } = await office.liveWebhook(row(webhook(), ...boxes))
  const { status } = await office.until((await office.send(url)).body['execution'])
  return status
}

const fetching = (id: string, connection: string, path: string, more = {}) => ({
  ...{ id, type: 'http.request' },
  config: { method: 'POST', url: `${partner.url}${path}`, auth: 'connection', connection, ...more },
})

/** A secret as it is, and in the spellings in which it could get out. Compared without regard to case. */
function spellings(secret: string): string[] {
  const bytes = Buffer.from(secret)
  const quoted = JSON.stringify(secret).slice(1, -1)
  // Whatever stands before and after it: what is sure of its base64.
  const base64 = [0, 1, 2].map((before) => {
    const text = Buffer.concat([Buffer.alloc(before), bytes]).toString('base64')
    return text.slice(before + 1, Math.floor(((before + bytes.length) * 8) / 6))
  })
  return [
    ...[secret, quoted, JSON.stringify(quoted).slice(1, -1), encodeURIComponent(secret)],
    new URLSearchParams({ s: secret }).toString().slice(2),
    ...[encodeURI(secret), bytes.toString('hex'), secret.slice(0, 16), ...base64],
    ...base64.map((text) => text.replaceAll('+', '-').replaceAll('/', '_')),
  ].map((text) => text.toLowerCase())
}

const found = (where: string, text: string): string[] => {
  const low = text.toLowerCase()
  return Object.entries(canaries)
    .filter(([, secret]) => spellings(secret).some((spelling) => low.includes(spelling)))
    .map(([name]) => `${where}: ${name}`)
}

/** Every row of every table, as text. */
async function allRows(): Promise<[table: string, text: string][]> {
  const { rows } = await office.db.query<{ name: string }>(
    `select format('%I.%I', schemaname, tablename) as name from pg_tables
     where schemaname not in ('pg_catalog', 'information_schema')`,
  )
  const texts: [string, string][] = []
  for (const { name } of rows) {
    const table = await office.db.query<{ row: string }>(`select t::text as row from ${name} t`)
    texts.push([name, table.rows.map(({ row }) => row).join('\n')])
  }
  return texts
}

function logs(): [file: string, text: string][] {
  const folder = join(office.stack.dataDir, 'logs')
  return readdirSync(folder).map((file) => [file, readFileSync(join(folder, file), 'utf8')])
}

/**
 * What people make of outputs: each is pinned to a step of a shared drawing and kept as a sample; the drawing is read as
 * the app reads it, and leaves as a file.
 */
async function drawWhatWasSeen(): Promise<void> {
  const steps = await office.person.client.from('execution_steps').select('node_id, output')
  const outputs = (steps.data ?? []).filter(({ output }) => output !== null)
  expect(outputs.length).toBeGreaterThan(10)
  const drawing = row(webhook(), ...outputs.map((_output, at) => set(`seen${at}`, {})))
  const nodes = drawing.nodes.map((node, at) => ({ ...node, pinned: outputs[at - 1]?.output }))
  const { workflow } = await office.live(row(webhook(), set('drawn', {})))
  const definition = parseDefinition({ ...drawing, nodes })
  const drafts = new pg.Pool({ connectionString: office.stack.appDatabaseUrl, max: 1 })
  try {
    await writeDraft(drafts, workflow, definition, longTextsOf(registry))
    const draft = await readDraft(drafts, workflow)
    expect(JSON.stringify(draft.definition)).toContain('•••')
    seen.push(JSON.stringify(draft), writeFile({ name: 'Drawn', ...draft }, registry))
  } finally {
    await drafts.end()
  }
  for (const [at, { output }] of outputs.entries())
    await office.rpc('choose_sample', {
      ...{ p_workflow: workflow, p_node: `seen${at}`, p_kind: 'typed', p_data: output },
    })
}

test('no secret of any connection gets out, whatever becomes of the steps that use it', async () => {
  const channel = office.person.client
    .channel(`workspace:${office.workspace}`, { config: { private: true } })
    .on('broadcast', { event: '*' }, (message) => seen.push(JSON.stringify(message)))
  await office.rpc('watch', { p_topic: `workspace:${office.workspace}` })
  await new Promise<void>((joined) => channel.subscribe((to) => to === 'SUBSCRIBED' && joined()))

  const made = await makeAll()
  const outcomes: string[] = []
  for (const [kind, connection] of Object.entries(made)) {
    const echoed = fetching('echo', connection, '/echo')
    const keep = set('keep', { all: '{{ steps.echo }}', text: 'got {{ steps.echo.body | json }}' })
    outcomes.push(`${kind} ${await run(echoed, keep)}`)
    // Each is what a step's error or output is made of.
    await run(fetching('bytes', connection, '/echo?as=bytes'))
    await run(fetching('fails', connection, '/echo?status=422'))
    await run(fetching('breaks', connection, '/hangs-up', { ifUnclear: 'fail' }))
    await run(fetching('elsewhere', connection, '/echo', { url: 'https://example.com/' }))
    await ask(`connections/${connection}/test`)
  }
  await run(
    fetching('slow', made['http.bearer'] ?? '', '/silent', {
      timeoutSeconds: 1,
      ifUnclear: 'fail',
    }),
  )
  expect(outcomes).toEqual(Object.keys(made).map((kind) => `${kind} succeeded`))

  const mail = await make('smtp', {
    ...{ host: '127.0.0.1', port: smtp.port, security: 'none', user: 'ann' },
    ...{ password: canary('smtp'), from: 'ann@example.org' },
  })
  const letter = { to: 'bob@example.org', subject: 'Hi', body: 'Hello', connection: mail }
  const step = { id: 'mail', type: 'mail.send', config: letter }
  smtp.behave({})
  expect(await run(step)).toBe('succeeded')
  const [sent = ''] = smtp.messages
  const bare = smtp.signIns.at(-1) ?? ''
  smtp.behave({ auth: `535 ${bare} (${Buffer.from(bare).toString('base64')}) is wrong` })
  expect(await run(step)).toBe('failed')
  await ask(`connections/${mail}/test`)

  // The test looks for the right thing: the services did get every one of them.
  const given = partner.asked
    .map(({ headers, body }) => {
      const [, basic = ''] = /^Basic (.*)/.exec(headers.authorization ?? '') ?? []
      return JSON.stringify(headers) + body + Buffer.from(basic, 'base64').toString('utf8')
    })
    .join('\n')
  const arrived = found('service', `${given}\n${bare}\n${Buffer.from(bare).toString('base64')}`)
  expect(arrived.sort()).toEqual(
    Object.keys(canaries)
      .filter((name) => name !== 'refresh')
      .map((name) => `service: ${name}`)
      .sort(),
  )

  const tables = ['connections', 'executions', 'execution_steps', 'execution_payloads']
  for (const table of [...tables, 'workflow_versions', 'triggers', 'audit_entries']) {
    const { data } = await office.person.client.from(table).select('*')
    seen.push(JSON.stringify(data))
  }
  const secret = await office.person.client.schema('private').from('connection_secrets').select('*')
  expect(secret.error).not.toBeNull()
  await channel.unsubscribe()

  await drawWhatWasSeen()
  const mailbox = readFileSync(join(office.stack.dataDir, 'mail.jsonl'), {
    encoding: 'utf8',
    flag: 'a+',
  })
  expect(seen.join('')).toContain('•••')
  expect([
    ...(await allRows()).flatMap(([table, text]) => found(table, text)),
    ...logs().flatMap(([file, text]) => found(file, text)),
    ...seen.flatMap((text) => found('answer', text)),
    ...found('mail', sent),
    ...found('mailbox', mailbox),
  ]).toEqual([])
})

test('a key is replaced: what it encrypted is encrypted anew, and opens with the new one alone', async () => {
  const { rows: before } = await office.db.query<{ key_id: string; ciphertext: Buffer }>(
    `select key_id, ciphertext from private.connection_secrets`,
  )
  expect(before.length).toBeGreaterThan(10)
  const oldKey = office.stack.functionsEnv['WEFT_SECRETS_KEY'] ?? ''
  const newKey = randomBytes(32).toString('base64')
  const pool = new Pool(office.stack.engineDatabaseUrl, 2)
  const both = new ConnectionVault(pool, new Secrets(`${newKey},${oldKey}`))
  const onlyNew = new ConnectionVault(pool, new Secrets(newKey))
  // Without the old key nothing is touched, rather than lost.
  expect(await onlyNew.reseal()).toBe(0)
  while ((await both.reseal(5)) > 0);
  const { rows: after } = await office.db.query<{ key_id: string; id: string; workspace: string }>(
    `select distinct key_id, connection_id as id, workspace_id as workspace from private.connection_secrets`,
  )
  expect(new Set(after.map(({ key_id }) => key_id))).toEqual(
    new Set([new Secrets(newKey).currentKeyId]),
  )
  const opened = []
  for (const { id, workspace } of after)
    opened.push(await onlyNew.open(workspace, id, { use: false }))
  const texts = opened.map((one) => JSON.stringify(one?.secrets)).join('')
  expect(found('opened', texts).length).toBe(Object.keys(canaries).length)
  await pool.close()
})
