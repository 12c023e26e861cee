import { globSync } from 'node:fs'
import { dirname, join } from 'node:path'
import type { Browser, BrowserContext, Page } from 'playwright-core'
import { afterAll, beforeAll, describe, expect, inject, test } from 'vitest'
import { startTestApp } from '../../local/testing.ts'
import { row, set, webhook } from '../functions/drawing.ts'
import { Office } from '../functions/office.ts'
import { signIn } from './acts.ts'
import { colours, findings } from './axe.ts'
import { launchBrowser, openWindow } from './browser.ts'

/** All that a page must keep, wherever and however it is looked at. Its list is the folder of routes itself. */
const routesFolder = join(import.meta.dirname, '../../src/routes')
const routes = globSync('**/+page.svelte', { cwd: routesFolder })
  .map((file) => `/${dirname(file)}`)
  .sort()

/** Pages of people who have not signed in; everybody else is led elsewhere. */
const before = ['/sign-in', '/sign-up', '/forgot-password', '/new-password', '/invitations/[token]']

/** The narrowest screen that WCAG (1.4.10) asks for: also what 1280 pixels are at a zoom of 400 %. */
const phone = { width: 320, height: 640 }
const desktop = { width: 1440, height: 900 }
const tablet = { width: 820, height: 1180 }

let office: Office
let app: { url: string; stop(): Promise<void> }
let browser: Browser
let people: BrowserContext
let strangers: BrowserContext
/** What stands for the parts of an address in brackets. */
let filled: Record<string, string>

beforeAll(async () => {
  office = await Office.open({ worker: 1 })
  app = await startTestApp(office.stack)
  browser = await launchBrowser(inject('browserPath'))
  people = await openWindow(browser)
  strangers = await openWindow(browser)
  const page = await people.newPage()
  await signIn(page, app.url, office.person.email, office.person.password)
  await page.close()
  filled = await fill()
})
afterAll(async () => {
  await browser.close()
  await app.stop()
  await office.close()
})

/** A workspace in which every page has something to show, with names that are hard on a layout. */
async function fill(): Promise<Record<string, string>> {
  const long = 'Donaudampfschifffahrtsgesellschaftskapitän '
  const ask = {
    id: 'ask',
    type: 'logic.approval',
    config: { title: `Discount for ${long}`, description: long.repeat(8), role: 'operator' },
  }
  const drawn = row(webhook(), ask, set('after', { a: 1 }))
  const [, toAfter] = drawn.edges
  if (toAfter) toAfter.sourcePort = 'approved'
  const { workflow, url } = await office.liveWebhook(drawn)
  await office.person.client
    .from('workflows')
    .update({ name: long.repeat(2) })
    .eq('id', workflow)
  const sent = [await office.send(url), await office.send(url)]
  const [execution = '', other] = sent.map(({ body }) => String(body['execution']))
  for (const one of [execution, other]) await office.until(one, ['waiting'])
  const waiting = `select id from public.approvals where execution_id = $1`
  const { rows } = await office.db.query<{ id: string }>(waiting, [other])
  await office.rpc('decide_approval', {
    ...{ p_approval: rows[0]?.id, p_decision: 'approved', p_comment: long },
  })
  const pipeline = await office.pipeline()
  await office.db.query(
    `insert into public.records (workspace_id, pipeline_id, data) values ($1, $2, $3)`,
    [office.workspace, pipeline, { name: long.repeat(4) }],
  )
  await office.db.query(
    `insert into public.connections (workspace_id, name, kind, allowed_hosts, status, report)
     values ($1, $2, 'http.bearer', '{api.example.com}', 'broken', 'The service did not let us in (401).')`,
    [office.workspace, long],
  )
  await office.rpc('create_api_key', {
    ...{ p_workspace: office.workspace, p_name: long, p_expires_at: null },
    p_scopes: ['workflows:read', 'executions:read'],
  })
  const [invited] = await office.rpc<{ token: string }[]>('invite_member', {
    ...{ p_workspace: office.workspace, p_role: 'viewer' },
    p_email: `${'very.long.'.repeat(6)}address@subsidiary.example.org`,
  })
  return {
    ...{ workspace: office.workspace, workflow, execution, pipeline },
    token: invited?.token ?? '',
  }
}

/** The address of a route; a part that nobody has filled above is an error. */
function addressOf(route: string): string {
  return (
    app.url +
    route.replace(/\[([a-z]+)\]/g, (_, part: string) => {
      const value = filled[part]
      if (value === undefined) throw new Error(`Say in fill() what stands for [${part}].`)
      return value
    })
  )
}

/** A new tab, and whatever it complains about. */
async function openTab(window: BrowserContext, size: { width: number; height: number }) {
  const page = await window.newPage()
  page.setDefaultTimeout(20_000)
  await page.setViewportSize(size)
  // Things that fade in are half transparent to axe.
  await page.emulateMedia({ colorScheme: 'light', reducedMotion: 'reduce' })
  const complaints: string[] = []
  page.on('console', (message) => {
    if (message.type() === 'error') complaints.push(message.text())
  })
  page.on('pageerror', (error) => complaints.push(error.message))
  return { page, complaints }
}

/** What axe finds in light, and then in dark colours: there within what lies on top, as the rest is dimmed. */
async function foundInBoth(page: Page, onTop?: string): Promise<string[]> {
  const light = await findings(page)
  await page.emulateMedia({ colorScheme: 'dark', reducedMotion: 'reduce' })
  // Colours that are on their way are neither the one nor the other.
  await page.evaluate(async () => {
    const frame = () => new Promise((done) => requestAnimationFrame(done))
    await frame()
    await frame()
    await Promise.allSettled(document.getAnimations().map((one) => one.finished))
    await frame()
  })
  let dark = await findings(page, colours, onTop)
  if (dark.length > 0) {
    // A browser that has much to do is late with some: what is wrong stays so.
    await page.waitForTimeout(500)
    dark = await findings(page, colours, onTop)
  }
  await page.emulateMedia({ colorScheme: 'light', reducedMotion: 'reduce' })
  return [...light, ...dark.map((line) => `dark: ${line}`)]
}

const tooWide = (page: Page) =>
  page.evaluate(() => document.documentElement.scrollWidth - innerWidth)

async function tooWideOn(page: Page, size: { width: number; height: number }): Promise<number> {
  await page.setViewportSize(size)
  return await tooWide(page)
}

/** What is wrong with the page as it is now. */
async function wrong(page: Page, onTop?: string): Promise<Record<string, unknown>> {
  const [first] = await page.getByRole('heading', { level: 1 }).all()
  await first?.waitFor()
  return {
    found: await foundInBoth(page, onTop),
    tooWide: await tooWide(page),
    headings: await page.getByRole('heading', { level: 1 }).count(),
    title: await page.title(),
  }
}

const right = { found: [], tooWide: 0, headings: 1, complaints: [] }

const sizes = [
  { on: 'a desktop', size: desktop },
  { on: 'a phone', size: phone },
]

describe.each(sizes)('on $on', ({ size }) => {
  test.each(routes)('%s is accessible, fits, has one heading and a title', async (route) => {
    const tab = await openTab(before.includes(route) ? strangers : people, size)
    await tab.page.goto(addressOf(route))
    await tab.page.getByRole('heading', { level: 1 }).first().waitFor()
    const { title, ...rest } = await wrong(tab.page)
    expect({ ...rest, complaints: tab.complaints }).toEqual(right)
    if (size === desktop) expect(await tooWideOn(tab.page, tablet)).toBe(0)
    expect(title).toMatch(/^\S.* · Weft$/)
    await tab.page.close()
  })

  test.each([
    { what: 'no page', path: '/nowhere' },
    { what: 'no page in a workspace', path: '/w/[workspace]/nowhere' },
    { what: 'no such pipeline', path: '/w/[workspace]/pipelines/[workspace]' },
    { what: 'no such workflow', path: '/w/[workspace]/workflows/[workspace]' },
    { what: 'a workspace of others', path: '/w/[pipeline]/workflows' },
  ])('$what: it says so and leads back', async ({ path }) => {
    const { page } = await openTab(people, size)
    await page.goto(addressOf(path))
    await page.getByRole('main').getByRole('link').first().waitFor()
    const { title, ...rest } = await wrong(page)
    expect(rest).toEqual({ found: [], tooWide: 0, headings: 1 })
    expect(title).toBe('Not found · Weft')
    await page.close()
  })
})

/** Buttons answer once the page has come alive. */
const alive = { waitUntil: 'networkidle' } as const

describe.each(sizes)('what opens over a page is accessible on $on', ({ size }) => {
  test.each([
    {
      what: 'a menu',
      at: 'workflows',
      open: (page: Page) => page.getByRole('button', { name: /^(Actions|What can)/ }).first(),
      opened: 'menu',
    },
    {
      what: 'a list of choices',
      at: 'settings/members',
      open: (page: Page) => page.getByRole('button', { name: 'Invite somebody' }),
      then: (page: Page) => page.getByRole('dialog').getByLabel('Role'),
      opened: 'listbox',
    },
    {
      what: 'a dialog',
      at: 'settings/api-keys',
      open: (page: Page) => page.getByRole('button', { name: 'New key' }),
      opened: 'dialog',
    },
    {
      what: 'a question',
      at: 'settings/api-keys',
      open: (page: Page) => page.getByRole('button', { name: /^Revoke/ }).first(),
      opened: 'alertdialog',
    },
  ] as const)('$what', async ({ at, open, opened, ...more }) => {
    const { page, complaints } = await openTab(people, size)
    await page.goto(addressOf(`/w/[workspace]/${at}`), alive)
    await open(page).click()
    if ('then' in more) await more.then(page).click()
    await page.getByRole(opened).waitFor()
    const { tooWide, found } = await wrong(page, `[role="${opened}"]`)
    expect({ tooWide, found, complaints }).toEqual({ tooWide: 0, found: [], complaints: [] })
    await page.close()
  })

  test('a message, which leaves the navigation free', async () => {
    const { page } = await openTab(people, size)
    await page.goto(addressOf('/w/[workspace]/connections'), alive)
    await page.getByRole('button', { name: /^What can be done/ }).click()
    await page.getByRole('menuitem', { name: 'Test' }).click()
    const message = page.getByRole('region', { name: 'Messages' }).getByText(/\S/).first()
    await message.waitFor()
    expect(await findings(page)).toEqual([])
    const under = page.getByRole('navigation', { name: 'Main' }).getByRole('link').first()
    const [one, other] = [await message.boundingBox(), await under.boundingBox()]
    const isClear =
      one && other && (one.y + one.height <= other.y || one.x >= other.x + other.width)
    expect(isClear).toBe(true)
    await page.close()
  })

  test('the connection is gone: it is said, until it is back', async () => {
    const { page } = await openTab(people, size)
    await page.goto(addressOf('/w/[workspace]/executions'))
    await page.getByRole('heading', { level: 1 }).waitFor()
    const notice = page.getByText(/^You are offline/)
    await people.setOffline(true)
    await notice.waitFor()
    const found = await findings(page)
    await people.setOffline(false)
    await notice.waitFor({ state: 'hidden' })
    expect(found).toEqual([])
    await page.close()
  })
})

test('a hint that opens by keyboard lies within a part of the page', async () => {
  const { page } = await openTab(people, desktop)
  await page.goto(addressOf('/w/[workspace]/connections'), alive)
  await page.getByRole('button', { name: /^What can be done/ }).focus()
  await page.keyboard.press('Shift+Tab')
  await page.keyboard.press('Tab')
  await page.locator('.ui-tooltip').waitFor()
  expect(await findings(page)).toEqual([])
  await page.close()
})

test('what each role can do is told on a phone, too', async () => {
  const { page } = await openTab(people, phone)
  await page.goto(addressOf('/w/[workspace]/settings/members'))
  const invite = page.getByRole('row', { name: /^Invite and remove people/ })
  await invite.getByText('Admin or higher').waitFor()
  await page.close()
})
