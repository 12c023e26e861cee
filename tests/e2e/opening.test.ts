import type { Browser, Page } from 'playwright-core'
import { afterAll, beforeAll, expect, inject, test } from 'vitest'
import { ensureDemo } from '../../local/demo.ts'
import type { Stack } from '../../local/stack.ts'
import { startTestApp, startTestStack } from '../../local/testing.ts'
import { signIn, step } from './acts.ts'
import { launchBrowser, openWindow } from './browser.ts'

let stack: Stack
let app: { url: string; stop(): Promise<void> }
let browser: Browser
let page: Page

beforeAll(async () => {
  stack = await startTestStack()
  await ensureDemo(stack)
  app = await startTestApp(stack)
  browser = await launchBrowser(inject('browserPath'))
  page = await (await openWindow(browser)).newPage()
  page.setDefaultTimeout(20_000)
  await signIn(page, app.url, 'demo@example.com', 'weft-demo')
})
afterAll(async () => {
  await browser.close()
  await app.stop()
  await stack.stop()
})

/** How often each table is asked for, from now on. */
function asked(): Map<string, number> {
  const counts = new Map<string, number>()
  page.on('request', (request) => {
    const table = /\/rest\/v1\/([^?]+)/.exec(request.url())?.[1]
    if (table !== undefined) counts.set(table, (counts.get(table) ?? 0) + 1)
  })
  return counts
}

test('a workflow is there without a question of the page’s own, and then asks a few times, not for ever', async () => {
  await page.getByRole('link', { name: /Answer new leads/ }).click()
  await step(page, 'Write to them').waitFor()
  const address = page.url()
  const counts = asked()
  // Slow answers: the live channel is up before the first of them has come.
  await page.route('**/rest/v1/executions?**', async (route) => {
    await new Promise((resolve) => setTimeout(resolve, 1_500))
    await route.continue()
  })
  await page.goto(address)
  await step(page, 'Write to them').waitFor()
  // The page brought the workflow along.
  expect([counts.get('workflows'), counts.get('pipelines')]).toEqual([undefined, undefined])
  await page.waitForTimeout(5_000)
  expect(counts.get('executions')).toBeLessThanOrEqual(5)
})

test('a workflow that is not there says so', async () => {
  const address = page.url().replace(/[0-9a-f-]{36}$/, '00000000-0000-7000-8000-000000000000')
  await page.goto(address)
  await page.getByText('There is no such workflow.').waitFor()
})
