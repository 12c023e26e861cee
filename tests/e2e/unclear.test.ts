import { createServer, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import type { Browser, Page } from 'playwright-core'
import { afterAll, beforeAll, expect, inject, test } from 'vitest'
import { startTestApp } from '../../local/testing.ts'
import { row, set, webhook } from '../functions/drawing.ts'
import { Office } from '../functions/office.ts'
import { signIn } from './acts.ts'
import { launchBrowser, openWindow } from './browser.ts'

let office: Office
let app: { url: string; stop(): Promise<void> }
let browser: Browser
let server: Server
let host: string
/** Two who look at the same execution. */
let page: Page
let other: Page
/** The other side answers nobody, until it's told to. */
let isAnswering = false
let keys: string[] = []

beforeAll(async () => {
  server = createServer((request, response) => {
    keys.push(String(request.headers['idempotency-key']))
    if (!isAnswering) return
    response.writeHead(200, { 'content-type': 'application/json' }).end('{"id": 7}')
  })
  await new Promise<void>((done) => server.listen(0, '127.0.0.1', done))
  host = `127.0.0.1:${(server.address() as AddressInfo).port}`
  office = await Office.open({ worker: 1, allowPrivateHosts: [host] })
  app = await startTestApp(office.stack)
  browser = await launchBrowser(inject('browserPath'))
  const open = async (dark: boolean) => {
    const window = await (await openWindow(browser, { dark })).newPage()
    window.setDefaultTimeout(20_000)
    await signIn(window, app.url, office.person.email, office.person.password)
    return window
  }
  page = await open(false)
  other = await open(true)
})
afterAll(async () => {
  await browser.close()
  await app.stop()
  await office.close()
  server.closeAllConnections()
  server.close()
})

/** An execution whose request got no answer in time, open in both windows. */
async function unclear(): Promise<string> {
  isAnswering = false
  keys = []
  const order = {
    id: 'order',
    type: 'http.request',
    config: { method: 'POST', url: `http://${host}/`, ifUnclear: 'ask', timeoutSeconds: 1 },
  }
  const drawn = row(webhook(), order, set('after', { id: '{{ steps.order.body.id }}' }))
  const { workflow, url } = await office.liveWebhook(drawn)
  const execution = String((await office.send(url)).body['execution'])
  await office.until(execution, ['waiting'])
  const address = `${app.url}/w/${office.workspace}/workflows/${workflow}/executions/${execution}`
  await Promise.all([page.goto(address), other.goto(address)])
  return execution
}

const question = (of: Page) => of.getByRole('region', { name: 'Did this happen?' })

test('whoever looks is asked what became of an unclear step; one says so, and all see it', async () => {
  const execution = await unclear()
  await question(other).waitFor()
  const asked = question(page)
  await asked.getByText('Say what came back').click()
  await asked.getByLabel('body').fill('{"id": 42}')
  await asked.getByRole('button', { name: 'It happened' }).click()
  const seen = await office.until(execution)
  expect(seen.status).toBe('succeeded')
  expect(seen.steps.at(-1)?.output).toEqual({ id: 42 })
  expect(keys).toHaveLength(1)
  await question(page).waitFor({ state: 'detached' })
  await question(other).waitFor({ state: 'detached' })
})

test('the list of executions says which of them asks', async () => {
  const execution = await unclear()
  await other.goto(`${app.url}/w/${office.workspace}/executions`)
  const asks = other.getByText('It is unclear whether this happened')
  await asks.waitFor()
  await office.rpc('decide_unclear_step', {
    ...{ p_execution: execution, p_node: 'order', p_path: '', p_verdict: 'happened' },
    p_output: { body: { id: 1 } },
  })
  await asks.waitFor({ state: 'detached' })
})

test('"Do it again" sends once more, with the same key', async () => {
  const execution = await unclear()
  isAnswering = true
  const again = question(other).getByRole('button', { name: 'do it again' })
  await again.focus()
  await other.keyboard.press('Enter')
  expect((await office.until(execution)).steps.at(-1)?.output).toEqual({ id: 7 })
  expect(keys).toHaveLength(2)
  expect(new Set(keys).size).toBe(1)
  await question(page).waitFor({ state: 'detached' })
})

test('"Treat as failed" ends it, and who says something too late is told', async () => {
  const execution = await unclear()
  await question(other).waitFor()
  // While the news is on its way, the other one still sees the question.
  await other.route('**/rpc/decide_unclear_step', async (route) => {
    await question(page).getByRole('button', { name: 'Treat as failed' }).click()
    await office.until(execution, ['failed'])
    await route.continue()
  })
  const late = other.waitForResponse('**/rpc/decide_unclear_step')
  await question(other).getByRole('button', { name: 'It happened' }).click()
  expect((await late).status()).toBe(400)
  const { status, error } = await office.seen(execution)
  expect([status, error?.code]).toEqual(['failed', 'step.outcome_unknown'])
  expect(keys).toHaveLength(1)
})
