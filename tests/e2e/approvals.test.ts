import type { Browser, Page } from 'playwright-core'
import { afterAll, beforeAll, expect, inject, test } from 'vitest'
import { startTestApp } from '../../local/testing.ts'
import { row, set, webhook } from '../functions/drawing.ts'
import { Mailbox } from '../functions/mailbox.ts'
import { Office } from '../functions/office.ts'
import { signIn } from './acts.ts'
import { launchBrowser, openWindow } from './browser.ts'

let office: Office
let app: { url: string; stop(): Promise<void> }
let browser: Browser
let page: Page

beforeAll(async () => {
  office = await Office.open({ worker: 1 })
  app = await startTestApp(office.stack)
  browser = await launchBrowser(inject('browserPath'))
  page = await (await openWindow(browser)).newPage()
  page.setDefaultTimeout(20_000)
  await signIn(page, app.url, office.person.email, office.person.password)
})
afterAll(async () => {
  await browser.close()
  await app.stop()
  await office.close()
})

/** An execution that asks for an approval of a discount. */
async function asked(name: string): Promise<string> {
  const approval = {
    id: 'ask',
    type: 'logic.approval',
    config: { title: `Discount for ${name}`, description: 'Ten per cent.', role: 'operator' },
  }
  const drawn = row(webhook(), approval, set('after', { why: '{{ steps.ask.comment }}' }))
  const edges = drawn.edges.map((edge) =>
    edge.source === 'ask' ? { ...edge, sourcePort: 'approved' } : edge,
  )
  const { url } = await office.liveWebhook({ ...drawn, edges })
  const execution = String((await office.send(url)).body['execution'])
  await office.until(execution, ['waiting'])
  return execution
}

test('a person approves what a workflow asks, and it goes on', async () => {
  const execution = await asked('Ada')
  await page.getByRole('link', { name: 'Approvals' }).click()
  const box = page.getByRole('region', { name: 'Discount for Ada' })
  await box.getByText('Ten per cent.').waitFor()
  await box.getByLabel('Comment').fill('A good customer')
  await box.getByRole('button', { name: 'Approve' }).click()
  await page.getByText('Nothing waits for you').waitFor()
  const { status, steps } = await office.until(execution)
  expect(status).toBe('succeeded')
  expect(steps.find((step) => step.node_id === 'after')?.output).toEqual({ why: 'A good customer' })
  await page.getByText(/approved: A good customer/).waitFor()
})

const numberInNavigation = () =>
  page.getByRole('navigation', { name: 'Main' }).getByRole('link', { name: /^Approvals/ })

test('what is asked arrives by itself, and so does its number, on every page', async () => {
  await page.getByRole('link', { name: 'Workflows' }).click()
  await page.getByRole('heading', { name: 'Workflows' }).waitFor()
  expect(await numberInNavigation().textContent()).toMatch(/^\s*Approvals\s*$/)
  await asked('Lin')
  await numberInNavigation().getByText('1 waits for you').waitFor()
  await numberInNavigation().click()
  await page.getByRole('heading', { name: 'Approvals', exact: true }).waitFor()
  await page
    .getByRole('status')
    .filter({ hasText: /^Live$/ })
    .waitFor()
  await asked('Mary')
  const box = page.getByRole('region', { name: 'Discount for Mary' })
  await box.waitFor()
  await numberInNavigation().getByText('2 wait for you').waitFor()
  for (const name of ['Mary', 'Lin']) {
    const one = page.getByRole('region', { name: `Discount for ${name}` })
    await one.getByRole('button', { name: 'Reject' }).click()
    await one.waitFor({ state: 'detached' })
  }
  await page.getByText('Nothing waits for you').waitFor()
  await expect.poll(() => numberInNavigation().textContent()).toMatch(/^\s*Approvals\s*$/)
})

test('what is over meanwhile goes by itself, and says so', async () => {
  const execution = await asked('Grace')
  const box = page.getByRole('region', { name: 'Discount for Grace' })
  await box.getByLabel('Comment').fill('I was about to')
  await office.rpc('cancel_execution', { p_execution: execution })
  await page.getByText('"Discount for Grace" does not wait for you any more.').waitFor()
  await page.getByText('Nothing waits for you').waitFor()
  await page.getByText('No longer needed').waitFor()
})

test('the e-mail leads to the approval', async () => {
  await asked('Ada Lovelace')
  const mailbox = new Mailbox(office.stack)
  const linkInMail = async () => {
    const mails = await mailbox.of(office.person.email)
    const mail = mails.find(({ subject }) => subject === 'Please decide: Discount for Ada Lovelace')
    return /http\S+/.exec(mail?.text ?? '')?.[0]
  }
  await expect.poll(linkInMail, { timeout: 20_000 }).toBeDefined()
  await page.goto((await linkInMail()) ?? '')
  await page.getByRole('region', { name: 'Discount for Ada Lovelace' }).waitFor()
  expect(await page.locator('.pointed').getByRole('heading').textContent()).toBe(
    'Discount for Ada Lovelace',
  )
})
