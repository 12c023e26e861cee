import type { Browser, Page } from 'playwright-core'
import { afterAll, beforeAll, describe, expect, inject, test } from 'vitest'
import { ensureDemo } from '../../local/demo.ts'
import type { Stack } from '../../local/stack.ts'
import { startTestApp, startTestStack } from '../../local/testing.ts'
import { openExecutions, signIn, step } from './acts.ts'
import { findings } from './axe.ts'
import { launchBrowser, openWindow } from './browser.ts'

let stack: Stack
let app: { url: string; stop(): Promise<void> }
let browser: Browser

beforeAll(async () => {
  stack = await startTestStack()
  const demo = await ensureDemo(stack)
  app = await startTestApp(stack)
  browser = await launchBrowser(inject('browserPath'))
  if (demo.webhookUrl === undefined) throw new Error('the demo has no webhook')
  const answer = await fetch(demo.webhookUrl, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ name: 'Ada', email: 'ada@example.com', budget: 5000 }),
  })
  expect(answer.status).toBe(202)
})
afterAll(async () => {
  await browser.close()
  await app.stop()
  await stack.stop()
})

describe.each([
  { look: 'light', dark: false },
  { look: 'dark', dark: true },
])('in $look colours axe finds nothing', ({ dark }) => {
  let page: Page

  beforeAll(async () => {
    const window = await openWindow(browser, { dark })
    // Things that fade in are half transparent to axe.
    page = await window.newPage()
    await page.emulateMedia({ reducedMotion: 'reduce' })
    page.setDefaultTimeout(20_000)
  })

  test.each(['/sign-in', '/sign-up', '/forgot-password'])('on %s', async (path) => {
    await page.goto(`${app.url}${path}`)
    await page.getByRole('heading', { level: 1 }).waitFor()
    expect(await findings(page)).toEqual([])
  })

  test('on the pages of a workspace', async () => {
    await signIn(page, app.url, 'demo@example.com', 'weft-demo')
    const workspace = page.url().replace(/\/workflows$/, '')
    for (const part of [
      'workflows',
      'executions',
      'approvals',
      'pipelines',
      'settings/members',
      'settings/api-keys',
      'settings/audit',
      'connections',
      'settings',
    ]) {
      await page.goto(`${workspace}/${part}`)
      await page.getByRole('heading', { level: 1 }).waitFor()
      expect({ part, found: await findings(page) }).toEqual({ part, found: [] })
    }
  })

  test('on a pipeline', async () => {
    await page.getByRole('link', { name: 'Pipelines' }).click()
    await page.getByRole('link', { name: 'Leads' }).click()
    await page.getByText('Ada').first().waitFor()
    expect(await findings(page)).toEqual([])
  })

  test('in the builder, with a step and an execution open', async () => {
    await page.getByRole('link', { name: 'Workflows' }).click()
    await page.getByRole('link', { name: /Answer new leads/ }).click()
    await step(page, 'Write to them').waitFor()
    await openExecutions(page)
    await page.getByRole('option', { name: /^Succeeded.*Webhook/ }).click()
    await page.getByRole('treeitem', { name: /^Write to them.*Succeeded/ }).waitFor()
    await step(page, 'Write to them').click()
    await page.getByRole('region', { name: 'Settings of the step' }).waitFor()
    expect(await findings(page)).toEqual([])
  })
})
