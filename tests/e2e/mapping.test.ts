import type { Browser, Page } from 'playwright-core'
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
let database: pg.Client
let ann: Page
let workspace: string
let workflow: string
let hook: string
/** Problems that a browser's console told of; a page that people use has none. */
const complaints: string[] = []

const idIn = (url: string): string => /[0-9a-f-]{36}$/.exec(url)?.[0] ?? ''
const form = () => acts.settings(ann)
const box = (name: string) => form().getByRole('textbox', { name, exact: true }).first()
const listbox = (name: string) => ann.getByRole('listbox', { name })

async function newPage(): Promise<Page> {
  const page = await (await openWindow(browser)).newPage()
  page.setDefaultTimeout(20_000)
  await page.setViewportSize({ width: 1700, height: 1200 })
  page.on('pageerror', (problem) => complaints.push(problem.message))
  return page
}

/** Picks data in the text that has the focus, as people do who type. */
async function pick(call: string, search: string): Promise<void> {
  await ann.keyboard.type(`${call}${search}`)
  await listbox('Insert data').getByRole('option').first().waitFor()
  await ann.keyboard.press('Enter')
}

/** Opens a step, wherever the drawing was moved to meanwhile. */
async function open(title: string, page = ann): Promise<void> {
  await page.getByRole('button', { name: 'Show everything' }).click()
  await page.waitForTimeout(500)
  await acts.step(page, title).click({ position: { x: 60, y: 12 } })
}

beforeAll(async () => {
  stack = await startTestStack()
  app = await startTestApp(stack)
  browser = await launchBrowser(inject('browserPath'))
  database = new pg.Client({ connectionString: stack.databaseUrl })
  await database.connect()
  ann = await newPage()
  await acts.signUp(ann, app.url, 'Ann Archer', 'ann@example.org')
  workspace = await acts.createWorkspace(ann, 'Acme')
  await acts.createPipeline(ann, workspace, 'Leads', [{ title: 'Name' }])
  workflow = await acts.createWorkflow(ann, workspace, 'Greet leads')
}, 300_000)
afterAll(async () => {
  await database.end()
  await browser.close()
  await app.stop()
  await stack.stop()
})

describe('mapping data without code', () => {
  test('what arrives while one listens becomes the sample, though nothing is published', async () => {
    await ann.getByRole('button', { name: /^Webhook Starts/ }).click()
    await acts.step(ann, 'Webhook').waitFor()
    const address = form().getByLabel('Address', { exact: true })
    await expect.poll(() => address.inputValue()).toContain('/functions/v1/webhook/')
    hook = await address.inputValue()
    await form().getByRole('button', { name: 'Change', exact: true }).click()
    const dialog = ann.getByRole('dialog', { name: 'Choose a sample' })
    await dialog.getByRole('button', { name: 'Listen for a test' }).click()
    await dialog.getByText('Listening. Send something now…').waitFor()
    const sent = await fetch(hook, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ name: 'Grace Hopper', amount: 250, tags: ['navy', 'cobol'] }),
    })
    expect([sent.status, await sent.json()]).toEqual([202, { status: 'kept_as_sample' }])
    await dialog.getByText('Something arrived. It is the sample now.').waitFor()
    expect(await findings(ann)).toEqual([])
    await dialog.getByRole('button', { name: 'Done' }).click()
    await form().getByText('a message that arrived').waitFor()
    await form().getByText('Grace Hopper').waitFor()
  })

  test('“/” and “{{” open the picker; pills show names and values, and the field what comes of it', async () => {
    await acts.addStepAfter(ann, 'Webhook', 'set var', 'Set variables')
    await form().getByRole('button', { name: 'Add a variable' }).click()
    await form().getByLabel('Name 1').fill('greeting')
    await box('Value: greeting').click()
    await ann.keyboard.type('Hello ')
    await pick('/', 'name')
    await expect.poll(() => box('Value: greeting').textContent()).toContain('Grace Hopper')
    await ann.keyboard.type(', for ')
    await pick('{{', 'amount')
    await form().getByText('Hello Grace Hopper, for 250', { exact: true }).first().waitFor()
  })

  test('a value is changed by a menu with plain names and live results, by keyboard alone', async () => {
    await ann.keyboard.press('Alt+ArrowDown')
    const menu = ann.getByRole('dialog', { name: 'Change Webhook › body › amount' })
    await menu
      .getByRole('option', { name: /^Round/ })
      .first()
      .waitFor()
    await ann.keyboard.type('multiply')
    await ann.keyboard.press('Enter')
    await menu.getByLabel(/./).last().waitFor()
    await ann.keyboard.type('3')
    await menu.getByText('750', { exact: true }).first().waitFor()
    expect(await findings(ann)).toEqual([])
    await ann.keyboard.press('Escape')
    await form().getByText('Hello Grace Hopper, for 750', { exact: true }).first().waitFor()
    // The focus is where it was: one goes on typing.
    await ann.keyboard.type('!')
    await form().getByText('Hello Grace Hopper, for 750!', { exact: true }).first().waitFor()
  })

  test('what was copied as a pill is pasted as one', async () => {
    await form().getByRole('button', { name: 'Add a variable' }).click()
    await form().getByLabel('Name 2').fill('copied')
    await box('Value: copied').click()
    await ann.evaluate(() => navigator.clipboard.writeText('To {{ trigger.body.name }}'))
    await ann.keyboard.press('Control+V')
    await expect.poll(() => box('Value: copied').textContent()).toContain('Grace Hopper')
    await form().getByText('To Grace Hopper', { exact: true }).first().waitFor()
    await form()
      .getByRole('button', { name: /^Remove: copied/ })
      .click()
  })

  test('a single value keeps its type', async () => {
    await form().getByRole('button', { name: 'Add a variable' }).click()
    await form().getByLabel('Name 2').fill('tags')
    await box('Value: tags').click()
    await pick('{{', 'tags')
    await ann.getByRole('treeitem', { name: /^tags: 2 entries/ }).waitFor()
  })

  test('renaming a step renames its pills; without the step they are broken, and say so', async () => {
    await acts.addStepAfter(ann, 'Set variables', 'set var', 'Set variables 2')
    await form().getByRole('button', { name: 'Add a variable' }).click()
    await form().getByLabel('Name 1').fill('copy')
    await box('Value: copy').click()
    await pick('{{', 'greeting')
    await expect
      .poll(() => box('Value: copy').textContent())
      .toContain('Hello Grace Hopper, for 750!')
    await open('Set variables')
    await form().getByLabel('Name of the step').fill('Greeting')
    await open('Set variables 2')
    await expect.poll(() => box('Value: copy').textContent()).toContain('Greeting')
    await open('Greeting')
    await ann.keyboard.press('Delete')
    await open('Set variables 2')
    await expect.poll(() => box('Value: copy').textContent()).toContain('Unknown step')
    await form()
      .getByText(/^Nothing leads to this step yet/)
      .waitFor()
    await ann.getByRole('button', { name: 'Undo' }).click()
    await acts.step(ann, 'Greeting').waitFor()
  })

  test('rules have verdicts, each and as a whole, and offer only comparisons that fit', async () => {
    await acts.addStepAfter(ann, 'Set variables 2', 'condition', 'Condition')
    await form().getByRole('button', { name: 'Add a rule' }).click()
    await box('Value to check').click()
    await pick('{{', 'amount')
    await form().getByRole('combobox', { name: 'Comparison' }).click()
    await ann.getByRole('option', { name: 'is greater than' }).waitFor()
    expect(await ann.getByRole('option', { name: 'starts with' }).count()).toBe(0)
    await ann.getByRole('option', { name: 'is greater than' }).click()
    await box('Compare with').click()
    await ann.keyboard.type('100')
    await form().getByText('On the sample, this is true.').waitFor()
    await ann.keyboard.type('0')
    await form().getByText('On the sample, this is not true.').waitFor()
    await form().getByText('it is 250').waitFor()
    await form().getByText('It would go on at “False”.').waitFor()
  })
})

describe('trying it', () => {
  const leads = async (): Promise<unknown[]> => {
    const { rows } = await database.query(`select data->>'name' as name from public.records`)
    return rows
  }

  test('a step that acts shows what it would do, and does not do it', async () => {
    await ann.getByRole('button', { name: /^Add a step after Condition.*True/ }).click()
    await ann.keyboard.type('create a')
    await ann.keyboard.press('Enter')
    await acts.step(ann, 'Create a record').waitFor()
    await form().getByLabel('Pipeline').click()
    await ann.getByRole('option', { name: 'Leads' }).click()
    await acts.insertData(ann, 'Name', 'greeting')
    const preview = form().getByRole('region', { name: 'On the sample' })
    await preview.getByText('The sample does not lead to this step. If it did:').waitFor()
    await preview.getByText('Hello Grace Hopper, for 750!').first().waitFor()
    await preview.getByText('Nothing is sent or changed until it runs.').waitFor()
    expect(await leads()).toEqual([])
    expect(await findings(ann)).toEqual([])
  })

  test('testing it really runs it, once, and nothing else', async () => {
    await form().getByRole('button', { name: 'Test this step' }).click()
    await form().getByRole('button', { name: 'Result of the test' }).waitFor()
    await expect.poll(leads).toEqual([{ name: 'Hello Grace Hopper, for 750!' }])
  })

  test('its real output can be pinned; running to a step behind it then uses that', async () => {
    await form().getByRole('tab', { name: 'Output' }).click()
    await form().getByText('What it gave out in the test just now.').waitFor()
    await form().getByRole('button', { name: 'Pin this output' }).click()
    await form()
      .getByText(/^Pinned: while testing/)
      .waitFor()
    await acts.addStepAfter(ann, 'Create a record', 'set var', 'Set variables')
    await form().getByRole('button', { name: 'Add a variable' }).click()
    await form().getByLabel('Name 1').fill('made')
    await box('Value: made').click()
    await pick('{{', 'created')
    // The sample must lead there: 250 is more than 100.
    await open('Condition')
    await box('Compare with').click()
    await ann.keyboard.press('Backspace')
    await form().getByText('On the sample, this is true.').waitFor()
    await open('Set variables')
    await form().getByRole('button', { name: 'Run to here' }).click()
    await form()
      .getByRole('button', { name: 'Result of the test' })
      .getByText('Succeeded')
      .waitFor()
    expect(await leads()).toHaveLength(1)
  })

  test('a colleague looks at the same sample', async () => {
    const ben = await newPage()
    await acts.signUp(ben, app.url, 'Ben Baker', 'ben@example.org')
    await database.query(
      `insert into public.members (workspace_id, user_id, role)
       select $1, user_id, 'editor' from public.profiles where email = 'ben@example.org'`,
      [idIn(workspace)],
    )
    await ben.goto(workflow)
    await acts.step(ben, 'Webhook').waitFor()
    await open('Webhook', ben)
    await acts.settings(ben).getByText('a message that arrived').waitFor()
    // And sees at once when it's another.
    await open('Webhook')
    await form().getByRole('button', { name: 'Change', exact: true }).click()
    const dialog = ann.getByRole('dialog', { name: 'Choose a sample' })
    await dialog.getByRole('tab', { name: 'Type it in' }).click()
    // What was sent has a list in it, which doesn't fit on a line: the text is shown at once.
    await dialog.getByLabel('Data').fill('{"name": "Typed Person", "amount": 7}')
    await dialog.getByRole('button', { name: 'Use this' }).click()
    await acts.settings(ben).getByText('data that was typed in').waitFor()
    await acts.settings(ben).getByText('Typed Person').waitFor()
    await ben.context().close()
  })
})

test('no page complained', () => {
  expect(complaints).toEqual([])
})
