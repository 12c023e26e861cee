import { createClient } from '@supabase/supabase-js'
import type { Browser, Page } from 'playwright-core'
import pg from 'pg'
import { afterAll, beforeAll, describe, expect, inject, test } from 'vitest'
import { WebSocket } from 'ws'
import type { Stack } from '../../local/stack.ts'
import { signUp as signUpByApi, startTestApp, startTestStack } from '../../local/testing.ts'
import * as acts from './acts.ts'
import { launchBrowser, openWindow } from './browser.ts'

let stack: Stack
let app: { url: string; stop(): Promise<void> }
let browser: Browser
/** Problems that a browser's console told of; a page that people use has none. */
const complaints: string[] = []

let ann: Page
let workspace: string
let workflow: string
let pipeline: string
let hook: string

const idIn = (url: string): string => /[0-9a-f-]{36}$/.exec(url)?.[0] ?? ''

async function newPage(): Promise<Page> {
  const window = await openWindow(browser)
  const page = await window.newPage()
  page.setDefaultTimeout(20_000)
  page.on('pageerror', (problem) => complaints.push(problem.message))
  return page
}

const post = (body: unknown): Promise<Response> =>
  fetch(hook, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify(body),
  })

beforeAll(async () => {
  stack = await startTestStack()
  app = await startTestApp(stack)
  browser = await launchBrowser(inject('browserPath'))
  ann = await newPage()
})
afterAll(async () => {
  await browser.close()
  await app.stop()
  await stack.stop()
})

describe('from signing up to a record that a webhook made', () => {
  test('somebody signs up and makes a workspace', async () => {
    await acts.signUp(ann, app.url, 'Ann Archer', 'ann@example.org')
    workspace = await acts.createWorkspace(ann, 'Acme')
    await ann.getByRole('heading', { name: 'No workflows yet' }).waitFor()
  })

  test('they make a pipeline for leads', async () => {
    pipeline = await acts.createPipeline(ann, workspace, 'Leads', [
      { title: 'Name' },
      { title: 'E-mail', kind: 'E-mail' },
    ])
  })

  test('they draw a workflow by hand: a webhook, and a record of what it brings', async () => {
    workflow = await acts.createWorkflow(ann, workspace, 'Keep leads')
    await ann.getByRole('button', { name: /^Webhook Starts/ }).click()
    await acts.step(ann, 'Webhook').waitFor()
    const address = ann.getByLabel('Address', { exact: true })
    await expect.poll(() => address.inputValue()).toContain('/functions/v1/webhook/')
    hook = await address.inputValue()
    await acts.addStepAfter(ann, 'Webhook', 'create a', 'Create a record')
    await acts.settings(ann).getByLabel('Pipeline').click()
    await ann.getByRole('option', { name: 'Leads' }).click()
    await acts.insertData(ann, 'Name', 'name')
    await acts.insertData(ann, 'E-mail', 'email')
    await ann.getByText('No problems found.').waitFor()
  })

  test('before it is published, its address answers that there is nothing', async () => {
    expect((await post({ name: 'Too early' })).status).toBe(404)
  })

  test('they publish it', async () => {
    await acts.publish(ann)
    await ann.getByText('Live', { exact: true }).first().waitFor()
  })

  test('the steps of a webhook’s execution appear without a reload', async () => {
    await acts.openExecutions(ann)
    const answer = await post({ name: 'Ada Lovelace', email: 'ada@example.org' })
    expect(answer.status).toBe(202)
    const panel = ann.getByRole('region', { name: 'Executions' })
    await panel.getByRole('option', { name: /^Succeeded.*Webhook/ }).waitFor()
    await panel.getByRole('treeitem', { name: /^Webhook.*Succeeded/ }).waitFor()
    await panel.getByRole('treeitem', { name: /^Create a record.*Succeeded/ }).waitFor()
    await panel.getByRole('treeitem', { name: 'name: Ada Lovelace' }).waitFor()
    await acts.step(ann, 'Create a record').getByText('Succeeded').waitFor()
  })

  test('the record is in the pipeline, and the next one appears there by itself', async () => {
    await ann.goto(pipeline)
    const cells = ann.getByRole('main')
    await cells.getByText('Ada Lovelace').first().waitFor()
    await post({ name: 'Grace Hopper', email: 'grace@example.org' })
    await cells.getByText('Grace Hopper').first().waitFor()
  })

  test('a record that does not fit fails the step, which says why', async () => {
    await ann.goto(workflow)
    await acts.openExecutions(ann)
    await post({ name: 'Nobody', email: 'not an address' })
    const panel = ann.getByRole('region', { name: 'Executions' })
    await panel.getByRole('treeitem', { name: /^Create a record.*Failed/ }).waitFor()
    await panel
      .getByText(/must be an e-mail address/)
      .first()
      .waitFor()
  })
})

describe('two people in one drawing', () => {
  let ben: Page

  test('a colleague opens the same workflow and sees who is there', async () => {
    ben = await newPage()
    await acts.signUp(ben, app.url, 'Ben Baker', 'ben@example.org')
    // Invitations come later: the colleague's membership is written down directly.
    const database = new pg.Client({ connectionString: stack.databaseUrl })
    await database.connect()
    await database.query(
      `insert into public.members (workspace_id, user_id, role)
       select $1, user_id, 'editor' from public.profiles where email = 'ben@example.org'`,
      [idIn(workspace)],
    )
    await database.end()
    await ben.goto(workflow)
    await acts.step(ben, 'Create a record').waitFor()
    await ben.getByText('Ann Archer').first().waitFor({ state: 'attached' })
  })

  test('what each of them adds is there for the other at once', async () => {
    await acts.addStepAfter(ben, 'Create a record', 'delay', 'Delay')
    await acts.step(ann, 'Delay').waitFor()
    await acts.addStepAfter(ann, 'Delay', 'set var', 'Set variables')
    await acts.step(ben, 'Set variables').waitFor()
  })

  test('undo takes back one’s own change and leaves the other’s', async () => {
    await ben.getByRole('button', { name: 'Undo' }).click()
    await acts.step(ben, 'Delay').waitFor({ state: 'detached' })
    await acts.step(ann, 'Delay').waitFor({ state: 'detached' })
    expect(await acts.step(ann, 'Set variables').count()).toBe(1)
  })

  test('the live version goes on as it was while the draft is edited', async () => {
    expect((await post({ name: 'Still live', email: 'live@example.org' })).status).toBe(202)
    await ann.goto(pipeline)
    await ann.getByRole('main').getByText('Still live').first().waitFor()
  })
})

describe('somebody of another workspace', () => {
  test('is shown nothing by the pages', async () => {
    const eve = await newPage()
    await acts.signUp(eve, app.url, 'Eve Else', 'eve@example.org')
    await acts.createWorkspace(eve, 'Elsewhere')
    for (const address of [
      workflow,
      pipeline,
      `${workspace}/workflows`,
      `${workspace}/executions`,
    ]) {
      await eve.goto(address)
      await eve.getByText(/There is no such workspace/).waitFor()
      expect(await eve.content()).not.toMatch(/Keep leads|Ada Lovelace|Acme/)
    }
  })

  test('gets nothing by REST, realtime or websocket', async () => {
    const mallory = await signUpByApi(stack, 'mallory@example.org')
    const client = createClient(stack.apiUrl, stack.anonKey, {
      auth: { persistSession: false },
      accessToken: async () => mallory.accessToken,
    })
    for (const table of [
      'workflows',
      'executions',
      'execution_steps',
      'records',
      'pipelines',
      'members',
    ]) {
      expect([table, (await client.from(table).select('*')).data]).toEqual([table, []])
    }
    const topic = `workflow:${idIn(workflow)}`
    expect((await client.rpc('watch', { p_topic: topic })).error?.code).toBe('42501')
    const listening = await new Promise<string>((resolve) => {
      client.channel(topic, { config: { private: true } }).subscribe((status) => resolve(status))
    })
    expect(listening).toBe('CHANNEL_ERROR')
    await client.removeAllChannels()

    const socket = new WebSocket(
      `${app.url.replace('http', 'ws')}/sync/${idIn(workflow)}?token=${mallory.accessToken}`,
    )
    const received: unknown[] = []
    socket.on('message', (data) => received.push(data))
    socket.on('error', () => undefined)
    await new Promise((resolve) => socket.once('close', resolve))
    // A word on why it's closed may come; the drawing doesn't.
    expect(
      Buffer.concat(received.map((data) => Buffer.from(data as Buffer))).toString('latin1'),
    ).not.toMatch(/records\.create|Webhook/)
  })
})

test('no page complained', () => {
  expect(complaints).toEqual([])
})
