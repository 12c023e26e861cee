import { readFile } from 'node:fs/promises'
import type { Browser, Page, Route } from 'playwright-core'
import { afterAll, beforeAll, expect, inject, test } from 'vitest'
import { startTestApp } from '../../local/testing.ts'
import { Office } from '../functions/office.ts'
import { settings, signIn, step } from './acts.ts'
import { findings } from './axe.ts'
import { launchBrowser, openWindow } from './browser.ts'
import { publishedThrice } from './versions-scene.ts'

let office: Office
let app: { url: string; stop(): Promise<void> }
let browser: Browser
/** Two windows, one of them dark. */
let page: Page
let other: Page

beforeAll(async () => {
  office = await Office.open({ functions: false, worker: 0 })
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
})

/** A workflow that was published three times; answers with its page's address. */
const workflow = async () =>
  `${app.url}/w/${office.workspace}/workflows/${await publishedThrice(office)}`

/** Pictures of every state, for people to look at: WEFT_PICTURES names a folder. */
async function picture(of: Page, name: string): Promise<void> {
  const folder = process.env['WEFT_PICTURES']
  if (folder !== undefined) await of.screenshot({ path: `${folder}/versions-${name}.png` })
}

const changes = (of: Page) => of.getByRole('region', { name: 'What changed' })
const summary = (of: Page) => of.getByRole('status').filter({ hasText: /step|Nothing/ })
const row = (of: Page, name: string) =>
  of.getByRole('navigation', { name: 'History' }).getByRole('listitem').filter({ hasText: name })
const notices = (of: Page) => of.getByRole('dialog')
const asks = (of: Page) => of.getByRole('alertdialog')

test('the versions tell what differs between any two and the draft, in words that anybody reads', async () => {
  const address = await workflow()
  await page.goto(address)
  await page.getByRole('link', { name: 'Versions' }).click()
  await changes(page).getByRole('article').first().waitFor()
  expect(await summary(page).textContent()).toContain(
    '1 step added, 1 removed, 1 changed, and 4 connections changed.',
  )
  const mail = changes(page).getByRole('article').filter({ hasText: 'Write to the customer' })
  const said = (await mail.textContent())?.replaceAll(/\s+/g, ' ') ?? ''
  expect(said).toContain('Before: We will send it tomorrow.')
  expect(said).toContain('After: We will send it the day after tomorrow.')
  expect(said).not.toContain('{{')
  await page.getByText('In one drawing').click()
  const drawn = page.getByRole('group', { name: 'Drawing with the changes marked' })
  await drawn.getByRole('group', { name: 'Tell the storehouse: removed' }).waitFor()
  await drawn.getByRole('group', { name: 'New order: unchanged' }).waitFor()
  expect(await findings(page)).toEqual([])
  await page.getByText('Side by side').click()

  // What one version brought has an address that others can open.
  await row(page, 'Version 2').getByRole('link').click()
  await page.waitForURL(/compare=1\.\.2/)
  await other.goto(page.url())
  await changes(other).getByRole('article').first().waitFor()
  expect(await summary(other).textContent()).toContain('2 steps added, 1 changed')
  expect(await findings(other)).toEqual([])
  await other.getByRole('button', { name: 'Swap before and after' }).click()
  await other.waitForURL(/compare=2\.\.1/)
  await summary(other).getByText('2 steps removed, 1 changed').waitFor()
})

test('two drawings stand beside each other, move together, and keys lead from change to change', async () => {
  const address = await workflow()
  const phone = await (await openWindow(browser, { dark: true, phone: true })).newPage()
  await signIn(phone, app.url, office.person.email, office.person.password)
  const side = (of: Page, name: string) => of.getByRole('group', { name, exact: true })
  const [before, after] = ['Before: Version 3', 'After: Draft']
  const placeOf = async (of: Page, name: string, thing: string) => {
    const [box, around] = await Promise.all([
      side(of, name).getByRole('group', { name: thing }).boundingBox(),
      side(of, name).boundingBox(),
    ])
    if (!box || !around) throw new Error(`${thing} is not in sight in ${name}.`)
    return { x: Math.round(box.x - around.x), y: Math.round(box.y - around.y) }
  }
  for (const of of [page, other, phone]) {
    await of.goto(`${address}?compare=3..draft`)
    await side(of, before).getByRole('group', { name: 'Tell the storehouse: removed' }).waitFor()
    await side(of, after).getByRole('group', { name: 'Wait a day: added' }).waitFor()
    for (const name of [before, after]) {
      await side(of, name).getByRole('group', { name: 'Note: changed' }).waitFor()
      await side(of, name).locator('.frame.changed').waitFor()
    }
  }
  await picture(page, 'light-beside')
  await picture(other, 'dark-beside')
  await picture(phone, 'phone-beside')
  for (const of of [page, other, phone]) expect(await findings(of)).toEqual([])

  // What is the same stands at the same place in both, also after one of them was moved.
  const same = 'New order: unchanged'
  expect(await placeOf(page, after, same)).toEqual(await placeOf(page, before, same))
  const was = await placeOf(page, before, same)
  const box = await side(page, after).boundingBox()
  await page.mouse.move((box?.x ?? 0) + 200, (box?.y ?? 0) + 20)
  await page.mouse.wheel(60, 40)
  await expect.poll(() => placeOf(page, before, same)).not.toEqual(was)
  await expect
    .poll(async () => [await placeOf(page, after, same)])
    .toEqual([await placeOf(page, before, same)])

  const stop = page.getByText(/^\d+ of \d+: /)
  await page.keyboard.press('Alt+ArrowDown')
  await expect.poll(() => stop.textContent()).toContain('1 of ')
  await page.locator('article.chosen').waitFor()
  await page.keyboard.press('Alt+ArrowUp')
  const said = (await stop.textContent()) ?? ''
  expect(said).toMatch(/^(\d+) of \1: Frame, changed$/)
  await picture(page, 'light-stop')
  await page.getByRole('button', { name: 'Next change' }).click()
  await expect.poll(() => stop.textContent()).toContain('1 of ')
  await phone.context().close()
})

test('a version comes back into the draft for all who draw, and one undo takes it away again', async () => {
  const address = await workflow()
  await other.goto(address)
  await step(other, 'Wait a day').waitFor()
  await page.goto(`${address}?compare=start..1`)
  await row(page, 'Version 1').getByRole('button', { name: 'Bring back' }).click()
  await asks(page).getByText('What this does to the draft').waitFor()
  expect(await findings(page)).toEqual([])
  await asks(page).getByRole('button', { name: 'Bring it back' }).click()
  await page.waitForURL(address)
  await step(page, 'Thank the customer').waitFor()
  await step(other, 'Wait a day').waitFor({ state: 'detached' })
  await step(other, 'Thank the customer').waitFor()
  await page.getByRole('button', { name: 'Undo', exact: true }).click()
  await step(other, 'Wait a day').waitFor()
  await step(other, 'Write to the customer').waitFor()
})

test('a version comes back while somebody is offline: what they did meanwhile is merged into it', async () => {
  const address = await workflow()
  await other.goto(address)
  await step(other, 'Wait a day').click()
  await settings(other).getByLabel('Name of the step').waitFor()
  await other.context().setOffline(true)
  await other.getByText(/Offline since/).waitFor()
  await settings(other).getByLabel('Name of the step').fill('Wait a week')
  await step(other, 'Write to the customer').click()
  await settings(other).getByRole('tab', { name: 'Settings' }).click()
  await settings(other).getByLabel('Note', { exact: true }).fill('Ask Ana first')
  await other.getByText(/changes? (is|are) kept in this browser/).waitFor()
  await picture(other, 'dark-offline')

  await page.goto(`${address}?compare=start..1`)
  await row(page, 'Version 1').getByRole('button', { name: 'Bring back' }).click()
  await asks(page).getByRole('button', { name: 'Bring it back' }).click()
  await page.waitForURL(address)
  await step(page, 'Thank the customer').waitFor()
  await other.context().setOffline(false)
  await other.getByText('The connection is back').waitFor()
  // What the version doesn't have is gone, whoever changed it; what it has keeps what was done to it.
  for (const of of [page, other]) {
    await step(of, 'Thank the customer').waitFor()
    expect(await step(of, 'Wait a week').count()).toBe(0)
  }
  await step(page, 'Thank the customer').click()
  await settings(page).getByRole('tab', { name: 'Settings' }).click()
  await expect
    .poll(() => settings(page).getByLabel('Note', { exact: true }).inputValue())
    .toBe('Ask Ana first')
})

test('what goes live is shown before, with whose changes are in it, and kept with its note', async () => {
  const address = await workflow()
  await page.goto(address)
  await step(page, 'Wait a day').click()
  await settings(page).getByLabel('Name of the step').fill('Wait a night')
  await page.getByText('Saved').waitFor()
  await page.getByRole('button', { name: 'Publish' }).click()
  const dialog = notices(page)
  await dialog.getByText('1 step added, 1 removed, 1 changed').waitFor()
  await dialog.getByText(/With changes by .+\./).waitFor()
  await dialog.getByText('Show what changes').click()
  await dialog.getByRole('article').first().waitFor()
  expect(await findings(page)).toEqual([])

  await other.goto(address)
  await step(other, 'Wait a night').waitFor()
  // What somebody else changes meanwhile is not published unseen.
  const once = { times: 1 }
  const meanwhile = async (route: Route) => {
    await step(other, 'Wait a night').click()
    await settings(other).getByLabel('Name of the step').fill('Wait two nights')
    await other.getByText('Saved').waitFor()
    await route.continue()
  }
  await page.route('**/publish', meanwhile, once)
  await dialog.getByLabel('What changed?').fill('No storehouse any more')
  await dialog.getByRole('button', { name: 'Publish' }).click()
  await dialog.getByText('Somebody changed the drawing just now').waitFor()
  await dialog.getByRole('heading', { name: 'Wait two nights' }).waitFor()
  await dialog.getByRole('button', { name: 'Publish' }).click()
  await dialog.waitFor({ state: 'hidden' })
  await page.getByRole('link', { name: 'Versions' }).click()
  const newest = row(page, 'Version 4')
  await newest.getByText('No storehouse any more').waitFor()
  await newest.getByText('Live', { exact: true }).waitFor()
})

test('an earlier version goes live again in one step, and says which it repeats', async () => {
  const address = await workflow()
  await page.goto(`${address}?compare=start..1`)
  await row(page, 'Version 1').getByRole('button', { name: 'Make it live again' }).click()
  await asks(page).getByText('Compared with what is live now').waitFor()
  await asks(page).getByRole('button', { name: 'Make it live' }).click()
  const newest = row(page, 'Version 4')
  await newest.getByText('Live', { exact: true }).waitFor()
  await newest.getByText('Version 1 again').first().waitFor()
})

test('a version becomes a workflow of its own', async () => {
  const address = await workflow()
  await page.goto(`${address}?compare=1..2`)
  await row(page, 'Version 2').getByRole('button', { name: 'More to do' }).click()
  await page.getByRole('menuitem', { name: 'New workflow from it' }).click()
  await notices(page).getByLabel('Name').fill('Orders abroad')
  await notices(page).getByRole('button', { name: 'Create and open' }).click()
  await page.waitForURL(
    (url) => url.pathname.includes('/workflows/') && !url.href.startsWith(address),
  )
  await step(page, 'Tell the storehouse').waitFor()
  expect(await page.title()).toContain('Orders abroad')
})

test('a version leaves as a file, which is recorded, and comes back into a draft', async () => {
  const address = await workflow()
  await page.goto(`${address}?compare=1..2`)
  await row(page, 'Version 2').getByRole('button', { name: 'More to do' }).click()
  const [download] = await Promise.all([
    page.waitForEvent('download'),
    page.getByRole('menuitem', { name: 'Download as a file' }).click(),
  ])
  expect(download.suggestedFilename()).toBe('test-version-2.json')
  const file = await readFile(await download.path(), 'utf8')
  expect(file).toContain('Tell the storehouse')
  const { rows } = await office.db.query(
    `select details ->> 'version' as version from audit_entries where action = 'workflow.exported'`,
  )
  expect(rows).toEqual([{ version: '2' }])

  const input = page.locator('input[type="file"]')
  const buffer = (text: string) => ({
    name: 'orders.json',
    mimeType: 'application/json',
    buffer: Buffer.from(text),
  })
  await input.setInputFiles(buffer('a letter'))
  await page.getByText('This is not a file of a workflow').waitFor()
  await input.setInputFiles(buffer(file))
  await asks(page).getByRole('button', { name: 'Replace the draft' }).click()
  await page.waitForURL(address)
  await step(page, 'Tell the storehouse').waitFor()
  await step(page, 'Wait a day').waitFor({ state: 'detached' })
})
