import type { Browser, Locator, Page } from 'playwright-core'
import pg from 'pg'
import { afterAll, beforeAll, describe, expect, inject, test } from 'vitest'
import type { Stack } from '../../local/stack.ts'
import { startTestApp, startTestStack } from '../../local/testing.ts'
import * as acts from './acts.ts'
import { findings } from './axe.ts'
import { launchBrowser, openWindow } from './browser.ts'

let stack: Stack
let app: { url: string; stop(): Promise<void> }
let browser: Browser
/** Problems that a browser's console told of; a page that people use has none. */
const complaints: string[] = []
let ann: Page
let workspace: string
let workflow: string

async function newPage(options: { dark?: boolean; phone?: boolean } = {}): Promise<Page> {
  const window = await openWindow(browser, options)
  const page = await window.newPage()
  page.setDefaultTimeout(20_000)
  page.on('pageerror', (problem) => complaints.push(problem.message))
  return page
}

const isFocused = (what: Locator): Promise<boolean> =>
  what.evaluateAll((found) => found.some((element) => element === document.activeElement))

/** Presses Tab until something has the focus; nothing else is allowed to get there. */
async function tabTo(page: Page, what: Locator): Promise<void> {
  for (let presses = 0; presses < 80; presses += 1) {
    if (await isFocused(what)) return
    await page.keyboard.press('Tab')
  }
  throw new Error(`Tab never led to ${what}`)
}

const press = async (page: Page, ...keys: string[]): Promise<void> => {
  for (const key of keys) await page.keyboard.press(key)
}

/** The row of a step in the list, by its number and name. */
const row = (page: Page, name: string): Locator =>
  page
    .getByRole('region', { name: 'Steps of the workflow' })
    .locator(`[data-stop^="step "]`)
    .filter({ hasText: name })

const focusIsOn = (page: Page, what: Locator): Promise<void> =>
  expect.poll(() => isFocused(what), { timeout: 10_000 }).toBe(true)

/** Adds a step below the one in focus, by typing what it is. */
async function addBelow(page: Page, search: string, name: string): Promise<void> {
  await press(page, 'a')
  await page.getByRole('dialog', { name: 'Add a step' }).waitFor()
  await page.keyboard.type(search)
  await press(page, 'Enter')
  await focusIsOn(page, row(page, name))
}

const field = (page: Page, name: string): Locator =>
  acts.settings(page).getByLabel(name, { exact: true })

beforeAll(async () => {
  stack = await startTestStack()
  app = await startTestApp(stack)
  browser = await launchBrowser(inject('browserPath'))
  ann = await newPage()
  await acts.signUp(ann, app.url, 'Ann Archer', 'ann@example.org')
  workspace = await acts.createWorkspace(ann, 'Acme')
})
afterAll(async () => {
  await browser.close()
  await app.stop()
  await stack.stop()
})

describe('the main story by keyboard alone', () => {
  test('somebody creates a workflow and goes to its list of steps', async () => {
    await tabTo(ann, ann.getByRole('button', { name: 'New workflow' }))
    await press(ann, 'Enter')
    await tabTo(ann, ann.getByRole('dialog').getByLabel('Name'))
    await ann.keyboard.type('Big leads')
    await press(ann, 'Enter')
    await ann.waitForURL(/\/workflows\/[0-9a-f-]+$/)
    workflow = ann.url()
    await tabTo(ann, ann.getByRole('radio', { name: 'Drawing' }))
    await press(ann, 'ArrowRight')
    await ann.getByRole('region', { name: 'Steps of the workflow' }).waitFor()
  })

  test('they pick what starts it, and the focus goes to it in the list', async () => {
    await tabTo(ann, ann.getByRole('button', { name: /^Run by hand/ }))
    await press(ann, 'Enter')
    await focusIsOn(ann, row(ann, '1. Run by hand'))
  })

  test('they add a condition and set it up', async () => {
    await addBelow(ann, 'condition', '2. Condition')
    await press(ann, 'Enter')
    await tabTo(ann, acts.settings(ann).getByRole('button', { name: 'Add a rule' }))
    await press(ann, 'Enter')
    await tabTo(ann, field(ann, 'Value to check'))
    await ann.keyboard.type('big')
    await tabTo(ann, field(ann, 'Compare with'))
    await ann.keyboard.type('big')
    await press(ann, 'Escape')
    await focusIsOn(ann, row(ann, '2. Condition'))
  })

  test('they add a step in one of its ways, set it up and name it', async () => {
    await press(ann, 'ArrowDown')
    await focusIsOn(ann, ann.getByRole('button', { name: 'Add a step in True of Condition' }))
    await press(ann, 'Enter')
    await ann.keyboard.type('send an e-mail')
    await press(ann, 'Enter')
    await focusIsOn(ann, row(ann, '3. Send an e-mail'))
    await mail('sales@example.org', 'A big one')
    await press(ann, 'F2')
    await ann.keyboard.type('Tell sales')
    await press(ann, 'Enter')
    await focusIsOn(ann, row(ann, '3. Tell sales'))
  })

  test('they add a step behind it, and let the other way continue there', async () => {
    await addBelow(ann, 'send an e-mail', '4. Send an e-mail')
    await mail('boss@example.org', 'It was done')
    await press(ann, 'ArrowUp')
    await focusIsOn(ann, row(ann, '3. Tell sales'))
    await press(ann, 'ArrowLeft')
    await focusIsOn(ann, row(ann, '2. Condition'))
    await press(ann, 'Shift+F10')
    await ann.getByRole('menuitem', { name: 'False: continue at…' }).waitFor()
    while (!(await isFocused(ann.getByRole('menuitem', { name: 'False: continue at…' }))))
      await press(ann, 'ArrowDown')
    await press(ann, 'Enter')
    await ann.getByRole('dialog', { name: 'Condition, False: continue at…' }).waitFor()
    await ann.keyboard.type('send')
    await press(ann, 'Enter')
    await focusIsOn(ann, row(ann, '2. Condition'))
    await expect
      .poll(() => ann.getByRole('button', { name: 'Continues at 4. Send an e-mail' }).count())
      .toBe(2)
    await ann.getByText('No problems found.').waitFor()
  })

  test('they move a step away and back; the focus stays on it, and it is said where it is', async () => {
    await press(ann, 'ArrowDown')
    await focusIsOn(ann, row(ann, 'Tell sales'))
    await press(ann, 'Alt+ArrowDown')
    await said(ann, 'Moved Tell sales: now step 3, in False of Condition.')
    await focusIsOn(ann, row(ann, 'Tell sales'))
    await press(ann, 'Alt+ArrowUp')
    await said(ann, 'Moved Tell sales: now step 3, in True of Condition.')
    await focusIsOn(ann, row(ann, 'Tell sales'))
  })

  test('they run it and look at what it did', async () => {
    await press(ann, 'Control+Enter')
    const dialog = ann.getByRole('dialog', { name: 'Run this workflow' })
    await dialog.waitFor()
    await tabTo(ann, dialog.getByRole('button', { name: 'Run now' }))
    await press(ann, 'Enter')
    await dialog.waitFor({ state: 'hidden' })
    await row(ann, '4. Send an e-mail').getByText('Succeeded').waitFor()
    const panel = ann.getByRole('region', { name: 'Executions' })
    await tabTo(ann, panel.getByRole('tree', { name: 'Steps, in the order they began' }))
    await press(ann, 'Home', 'ArrowDown', 'Enter')
    await expect.poll(() => row(ann, '2. Condition').getAttribute('aria-current')).toBe('true')
  })

  test('they publish it', async () => {
    await tabTo(ann, ann.getByRole('button', { name: 'Publish', exact: true }))
    await press(ann, 'Enter')
    const dialog = ann.getByRole('dialog', { name: 'Publish this workflow' })
    await dialog.waitFor()
    await tabTo(ann, dialog.getByRole('button', { name: 'Publish' }))
    await press(ann, 'Enter')
    await dialog.waitFor({ state: 'hidden' })
    await ann.getByText('Live', { exact: true }).first().waitFor()
  })
})

/** Fills an e-mail step in, from its row in the list and back. */
async function mail(to: string, subject: string): Promise<void> {
  await press(ann, 'Enter')
  await tabTo(ann, field(ann, 'To'))
  await ann.keyboard.type(to)
  await tabTo(ann, field(ann, 'Subject'))
  await ann.keyboard.type(subject)
  await tabTo(ann, field(ann, 'Text'))
  await ann.keyboard.type('Have a look.')
  await press(ann, 'Escape')
  await focusIsOn(ann, row(ann, 'Send an e-mail').last())
}

const said = async (page: Page, words: string): Promise<void> => {
  await expect
    .poll(async () => (await page.getByRole('status').allTextContents()).join(' '))
    .toContain(words)
}

describe('both views of one document, and two people', () => {
  let ben: Page

  beforeAll(async () => {
    ben = await newPage()
    await acts.signUp(ben, app.url, 'Ben Baker', 'ben@example.org')
    // How somebody is invited is told elsewhere: the colleague's membership is written down directly.
    const database = new pg.Client({ connectionString: stack.databaseUrl })
    await database.connect()
    await database.query(
      `insert into public.members (workspace_id, user_id, role)
       select $1, user_id, 'editor' from public.profiles where email = 'ben@example.org'`,
      [/[0-9a-f-]{36}$/.exec(workspace)?.[0]],
    )
    await database.end()
    await ben.goto(workflow)
    await ben.getByText('Both', { exact: true }).click()
    await acts.step(ben, 'Tell sales').waitFor()
  })

  test('what is selected in one is selected in the other, and colleagues see it', async () => {
    await row(ben, 'Tell sales').click()
    await ben.locator('.svelte-flow__node.selected').filter({ hasText: 'Tell sales' }).waitFor()
    await ann.getByText('Ben Baker has this step open').waitFor({ state: 'attached' })
    await acts.step(ben, 'Condition').focus()
    await press(ben, 'Enter')
    await expect.poll(() => row(ben, 'Condition').getAttribute('aria-current')).toBe('true')
  })

  test('a step that is dragged in the list stands elsewhere for all, and goes back by undo', async () => {
    const titles = async (page: Page): Promise<string[]> =>
      (await row(page, '').locator('.title').allInnerTexts()).map((title) => title.trim())
    const before = await titles(ben)
    const place = ben.getByRole('button', { name: 'Add a step after Run by hand' })
    await row(ben, 'Tell sales').dragTo(place)
    await expect.poll(async () => (await titles(ann))[1]).toBe('2. Tell sales')
    await row(ben, 'Tell sales').focus()
    await press(ben, 'Control+z')
    await expect.poll(() => titles(ann)).toEqual(before)
  })

  test('what one person does in the list is drawn for the other, and the other way round', async () => {
    await tabTo(ann, row(ann, ''))
    await press(ann, 'End', 'Enter')
    await ann.keyboard.type('wait')
    await press(ann, 'Enter')
    const added = ann.locator('[data-stop^="step "][aria-current="true"]')
    await focusIsOn(ann, added)
    const name = (await added.locator('.title').innerText()).replace(/^\d+\.\s*/, '')
    await acts.step(ben, name).waitFor()
    await acts.step(ben, name).focus()
    await press(ben, 'Enter', 'Delete')
    await said(ann, `Somebody else deleted ${name}.`)
    await focusIsOn(ann, row(ann, 'Send an e-mail'))
  })
})

describe.each([
  { look: 'light', dark: false },
  { look: 'dark', dark: true },
])('in $look colours axe finds nothing', ({ dark }) => {
  test('in the list, its menu, its popups and both views', async () => {
    const page = await newPage({ dark })
    await page.emulateMedia({ reducedMotion: 'reduce' })
    await acts.signIn(page, app.url, 'ann@example.org', 'correct horse battery')
    await page.goto(workflow)
    await page.getByText('List', { exact: true }).click()
    await row(page, 'Condition').click()
    expect(await findings(page)).toEqual([])
    await press(page, 'Shift+F10')
    await page.getByRole('menu').waitFor()
    expect(await findings(page)).toEqual([])
    await press(page, 'Escape')
    await focusIsOn(page, row(page, 'Condition'))
    await press(page, 'm')
    await page.getByRole('dialog').waitFor()
    expect(await findings(page)).toEqual([])
    await press(page, 'Escape')
    await page.getByText('Both', { exact: true }).click()
    await acts.step(page, 'Condition').waitFor()
    expect(await findings(page)).toEqual([])
  })
})

test('on a phone it opens as the list; an open step covers it and leads back', async () => {
  const page = await newPage({ phone: true })
  await acts.signIn(page, app.url, 'ann@example.org', 'correct horse battery')
  await page.goto(workflow)
  await row(page, 'Condition').click()
  await acts.settings(page).waitFor()
  await acts.settings(page).getByRole('button', { name: 'Close', exact: true }).click()
  await acts.settings(page).waitFor({ state: 'hidden' })
  await focusIsOn(page, row(page, 'Condition'))
  expect(await findings(page)).toEqual([])
})

test('no page complained', () => {
  expect(complaints).toEqual([])
})
