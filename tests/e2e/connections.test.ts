import type { Browser, Page } from 'playwright-core'
import { afterAll, beforeAll, expect, inject, test } from 'vitest'
import { startTestApp } from '../../local/testing.ts'
import { startPartner } from '../functions/connection-partner.ts'
import { Office } from '../functions/office.ts'
import { addStepAfter, createWorkflow, settings, signIn } from './acts.ts'
import { launchBrowser, openWindow } from './browser.ts'

let office: Office
let app: { url: string; stop(): Promise<void> }
let browser: Browser
let page: Page
let partner: Awaited<ReturnType<typeof startPartner>>

beforeAll(async () => {
  partner = await startPartner()
  office = await Office.open({ worker: 0, allowPrivateHosts: [partner.host] })
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
  partner.stop()
})

test('a connection is made, tested, replaced and revoked; its secret never comes back', async () => {
  const received: string[] = []
  page.on('response', (response) => {
    void response.text().then(
      (text) => received.push(text),
      () => undefined, // of redirects there is no text
    )
  })
  await page.getByRole('link', { name: 'Connections' }).click()
  await page.getByText('No connections yet').waitFor()
  await page.getByRole('button', { name: 'Add a connection' }).click()
  await page.getByRole('button', { name: /^Token/ }).click()
  const dialog = page.getByRole('dialog')
  await dialog.getByRole('button', { name: 'Save connection' }).click()
  await dialog.getByText('Fill this in.').first().waitFor()
  await dialog.getByLabel('Name').fill('Shop')
  await dialog.getByRole('textbox', { name: 'Token' }).fill('canary-token-1')
  await dialog.getByLabel('May be sent to').fill(partner.url)
  await dialog.getByLabel('Address for testing').fill(`${partner.url}/closed`)
  await dialog.getByRole('button', { name: 'Save connection' }).click()
  await page.getByText('"Shop" is saved.').waitFor()

  const act = async (name: string) => {
    await page.getByRole('button', { name: 'What can be done with Shop' }).click()
    await page.getByRole('menuitem', { name, exact: true }).click()
  }
  partner.letIn(({ authorization }) => authorization === 'Bearer canary-token-2')
  await act('Test')
  await page.getByRole('cell', { name: /did not let us in/ }).waitFor()
  await act('Replace the secret')
  expect(await dialog.getByRole('textbox', { name: 'Token' }).inputValue()).toBe('')
  await dialog.getByRole('textbox', { name: 'Token' }).fill('canary-token-2')
  await dialog.getByRole('button', { name: 'Replace' }).click()
  await page.getByText('The secret of "Shop" is replaced.').waitFor()
  await act('Test')
  await page.getByRole('cell', { name: /It works/ }).waitFor()

  await act('Name and sharing')
  await dialog.getByLabel('Name').fill('Web shop')
  await dialog.getByRole('button', { name: 'Save' }).click()
  await page.getByRole('button', { name: 'What can be done with Web shop' }).click()
  await page.getByRole('menuitem', { name: 'Revoke' }).click()
  await page.getByRole('button', { name: 'Revoke' }).click()
  await page.getByText('Revoked (1)').waitFor()
  expect(received.join('\n')).not.toContain('canary-token')
})

test('a person signs in at a service and comes back', async () => {
  await page.getByRole('button', { name: 'Add a connection' }).click()
  await page.getByRole('button', { name: /^OAuth 2 \(sign in\)/ }).click()
  const dialog = page.getByRole('dialog')
  await dialog.getByLabel('Name').fill('Calendar')
  await dialog.getByLabel('Address for signing in').fill(`${partner.url}/authorize`)
  await dialog.getByLabel('Address for tokens').fill(`${partner.url}/token`)
  await dialog.getByLabel('Client ID').fill('weft')
  await dialog.getByLabel('May be sent to').fill(partner.host)
  await dialog.getByRole('button', { name: 'Save, then sign in' }).click()
  await page.getByText('You are signed in. The connection is ready.').waitFor()
  await page.getByRole('cell', { name: 'Ready' }).waitFor()
  expect(partner.oauth.grants.at(-1)).toMatchObject({ grant_type: 'authorization_code' })
})

test('a step chooses among those that fit it', async () => {
  await createWorkflow(page, `${app.url}/w/${office.workspace}`, 'Remind')
  await page.getByRole('button', { name: /^Webhook Starts/ }).click()
  await addStepAfter(page, 'Webhook', 'HTTP', 'HTTP request')
  await settings(page).getByLabel('Sign in with').click()
  await page.getByRole('option', { name: 'A connection' }).click()
  await settings(page).getByLabel('Connection', { exact: true }).click()
  await page.getByRole('option', { name: 'Calendar' }).waitFor()
  expect(await page.getByRole('option', { name: 'Web shop' }).count()).toBe(0)
  await page.getByRole('option', { name: 'Calendar' }).click()
  await settings(page).getByText('"Connection" needs a value.').waitFor({ state: 'hidden' })
})
