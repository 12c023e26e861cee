import type { Browser, Page } from 'playwright-core'
import { afterAll, beforeAll, expect, inject, test } from 'vitest'
import { startTestApp } from '../../local/testing.ts'
import { Office } from '../functions/office.ts'
import { signIn } from './acts.ts'
import { launchBrowser, openWindow } from './browser.ts'

let office: Office
let app: { url: string; stop(): Promise<void> }
let browser: Browser
let page: Page

beforeAll(async () => {
  office = await Office.open()
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

const list = (key: string): Promise<Response> =>
  fetch(`${office.stack.apiUrl}/functions/v1/api/workspaces/${office.workspace}/workflows`, {
    headers: { authorization: `Bearer ${key}` },
  })

/** For whoever wants to see how it looks: WEFT_LOOK names a folder. */
async function look(name: string): Promise<void> {
  const folder = process.env['WEFT_LOOK']
  if (folder !== undefined) await page.screenshot({ path: `${folder}/${name}.png` })
}

test('an admin makes a key, sees it once, uses it and revokes it', async () => {
  const at = `${app.url}/w/${office.workspace}/settings/api-keys`
  await page.goto(at)
  await page.getByText('No keys yet').waitFor()
  await page.getByRole('button', { name: 'New key' }).click()
  const dialog = page.getByRole('dialog')
  await dialog.getByRole('button', { name: 'Make the key' }).click()
  await dialog.getByText('Give the key a name.').waitFor()
  await dialog.getByLabel('Name').fill('Web shop')
  await look('api-keys-new')
  await dialog.getByRole('button', { name: 'Make the key' }).click()
  const key = await dialog.getByRole('textbox', { name: 'Key' }).inputValue()
  expect(key).toMatch(/^weft_[0-9a-f]{64}$/)
  await look('api-keys-fresh')
  expect((await list(key)).status).toBe(200)
  await dialog.getByRole('button', { name: 'I have copied it' }).click()

  await page.goto(at)
  await page.getByRole('cell', { name: /^Web shop/ }).waitFor()
  expect(await page.content()).not.toContain(key)
  await look('api-keys')
  await page.emulateMedia({ colorScheme: 'dark' })
  await look('api-keys-dark')
  await page.getByRole('button', { name: 'Revoke Web shop' }).click()
  await page.getByRole('alertdialog').getByRole('button', { name: 'Revoke' }).click()
  await page.getByText('“Web shop” is revoked.').waitFor()
  expect((await list(key)).status).toBe(401)
})
