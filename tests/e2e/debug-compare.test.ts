import type { Browser, Page } from 'playwright-core'
import { afterAll, beforeAll, expect, inject, test } from 'vitest'
import { startTestApp } from '../../local/testing.ts'
import { row, set, webhook } from '../functions/drawing.ts'
import { Office } from '../functions/office.ts'
import { signIn } from './acts.ts'
import { colours, findings } from './axe.ts'
import { launchBrowser, openWindow } from './browser.ts'

let office: Office
let app: { url: string; stop(): Promise<void> }
let browser: Browser
let address: (execution: string) => string
/** Two executions of one workflow that went differently, and a third that is the only one of its workflow. */
let first: string
let second: string
let lonely: string

const drawn = () =>
  row(
    webhook(),
    set('lead', { name: '{{ trigger.body.name }}', size: 3 }),
    set('letter', { text: 'Dear {{ steps.lead.name }}' }),
  )

beforeAll(async () => {
  office = await Office.open({ worker: 1 })
  app = await startTestApp(office.stack)
  browser = await launchBrowser(inject('browserPath'))
  const { workflow, url } = await office.liveWebhook(drawn())
  const send = async (to: string, name: string): Promise<string> => {
    const execution = String((await office.send(to, { name, city: 'Graz' })).body['execution'])
    await office.until(execution)
    return execution
  }
  first = await send(url, 'Ada')
  second = await send(url, 'Bob')
  const alone = await office.liveWebhook(drawn())
  lonely = await send(alone.url, 'Eve')
  address = (execution) => {
    const of = execution === lonely ? alone.workflow : workflow
    return `${app.url}/w/${office.workspace}/workflows/${of}/executions/${execution}`
  }
})
afterAll(async () => {
  await browser.close()
  await app.stop()
  await office.close()
})

async function compared(
  execution: string,
  window: { dark?: boolean; phone?: boolean } = {},
): Promise<Page> {
  const page = await (await openWindow(browser, window)).newPage()
  page.setDefaultTimeout(20_000)
  await signIn(page, app.url, office.person.email, office.person.password)
  await page.goto(address(execution))
  await page.getByRole('button', { name: 'Compare' }).press('Enter')
  await page.getByRole('dialog', { name: 'Compare two executions' }).waitFor()
  return page
}

test('two executions stand side by side, and only what differs is told', async () => {
  const page = await compared(second)
  const dialog = page.getByRole('dialog')
  const list = dialog.getByRole('listbox')
  await list.getByRole('option', { name: /letter/ }).waitFor()
  expect(await list.getByRole('option').count()).toBe(3)
  await list.focus()
  await page.keyboard.press('End')
  const details = dialog.getByRole('region', { name: 'What differs in this step' })
  await details.getByRole('heading', { name: 'letter' }).waitFor()
  const output = details.getByRole('table', { name: 'Output' })
  await output.getByText('Dear Bob').waitFor()
  await output.getByText('Dear Ada').waitFor()
  // What is the same in both is not told.
  await list.getByRole('option', { name: /lead/ }).click()
  await details.getByRole('heading', { name: 'lead' }).waitFor()
  expect(await details.getByRole('cell', { name: 'Graz' }).count()).toBe(0)
  expect(await findings(page, undefined, '[role=dialog]')).toEqual([])
  await page.close()
})

test('dark and on a phone it can be read as well', async () => {
  const page = await compared(first, { dark: true, phone: true })
  await page.getByRole('option', { name: /letter/ }).waitFor()
  expect(await findings(page, colours, '[role=dialog]')).toEqual([])
  const wide = await page.evaluate(() => document.documentElement.scrollWidth)
  expect(wide).toBeLessThanOrEqual(390)
  await page.close()
})

test('the only execution of a workflow says that there is nothing to compare with', async () => {
  const page = await compared(lonely)
  await page.getByText('Nothing to compare with yet').waitFor()
  await page.keyboard.press('Escape')
  await page.getByRole('dialog').waitFor({ state: 'detached' })
  await page.close()
})
