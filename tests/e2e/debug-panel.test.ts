import type { Browser, Page } from 'playwright-core'
import { afterAll, beforeAll, describe, expect, inject, test } from 'vitest'
import { startTestApp } from '../../local/testing.ts'
import { row, set, webhook } from '../functions/drawing.ts'
import { Office } from '../functions/office.ts'
import { signIn } from './acts.ts'
import { findings } from './axe.ts'
import { launchBrowser, openWindow } from './browser.ts'

let office: Office
let app: { url: string; stop(): Promise<void> }
let browser: Browser
let page: Page
let dark: Page
let workflow: string
let hook: string

beforeAll(async () => {
  office = await Office.open({ worker: 1 })
  app = await startTestApp(office.stack)
  browser = await launchBrowser(inject('browserPath'))
  const open = async (isDark: boolean) => {
    const window = await openWindow(browser, { dark: isDark })
    await window.grantPermissions(['clipboard-read', 'clipboard-write'], { origin: app.url })
    const opened = await window.newPage()
    opened.setDefaultTimeout(20_000)
    await signIn(opened, app.url, office.person.email, office.person.password)
    return opened
  }
  page = await open(false)
  dark = await open(true)
  ;({ workflow, url: hook } = await office.liveWebhook(greetings))
})
afterAll(async () => {
  await browser.close()
  await app.stop()
  await office.close()
})

/** A list comes in; each of its people is greeted by name, and one who has none makes trouble. */
const each = { items: '{{ trigger.body.people }}', onItemError: 'continue' }
const drawn = row(
  webhook(),
  { id: 'each', type: 'logic.for_each', config: each },
  set('greet', { greeting: 'Hello {{ item.name }}' }),
)
const greetings = {
  ...drawn,
  edges: drawn.edges.map((edge) =>
    edge.source === 'each' ? { ...edge, sourcePort: 'each' } : edge,
  ),
}
const PEOPLE = [{ name: 'Ada' }, { nome: 'nobody' }, { name: 'Grace' }, { name: 'Edsger' }]

async function greeted(): Promise<string> {
  const { body } = await office.send(hook, { people: PEOPLE })
  const execution = String(body['execution'])
  await office.until(execution)
  return execution
}

const addressOf = (execution: string) =>
  `${app.url}/w/${office.workspace}/workflows/${workflow}/executions/${execution}`
const details = (of: Page) => of.getByRole('region', { name: 'Details of the step' })
const view = (of: Page, name: string) =>
  of.getByRole('tablist', { name: 'How to look at the execution' }).getByRole('tab', { name })

describe('one execution', () => {
  let execution: string
  beforeAll(async () => {
    execution = await greeted()
    await Promise.all([page.goto(addressOf(execution)), dark.goto(addressOf(execution))])
    await page
      .getByRole('treeitem', { name: /^greet/ })
      .first()
      .waitFor()
  })

  test('is walked through item by item, and from problem to problem', async () => {
    await page
      .getByRole('treeitem', { name: /^greet/ })
      .first()
      .click()
    await details(page).getByText('of 4').waitFor()
    // What failed is shown first.
    await details(page).getByText('Item 2').waitFor()
    await page.getByRole('button', { name: 'Next item' }).click()
    await details(page).getByText('Hello Grace').waitFor()
    await page.getByRole('button', { name: 'Item before' }).click()
    await details(page).getByText('Item 2').first().waitFor()
    await details(page).getByRole('spinbutton').fill('4')
    await details(page).getByRole('spinbutton').press('Enter')
    await details(page).getByText('Hello Edsger').first().waitFor()
    await details(page).getByRole('button', { name: 'Next problem (1)' }).click()
    await details(page).getByText(/name/).first().waitFor()
    await details(page).getByText('Failed').waitFor()
  })

  test('shows what a step could use; a value is copied as a pill', async () => {
    await page
      .getByRole('treeitem', { name: /^greet/ })
      .first()
      .click()
    await view(page, 'Context').click()
    const data = page.getByRole('tree', { name: 'What this step could use' })
    await page.getByLabel('Search in the data').fill('nobody')
    await data.getByRole('treeitem', { name: 'nome: nobody' }).last().click()
    await page.getByRole('button', { name: 'Copy as a pill' }).click()
    await page.getByText('Copied. Paste it into a field').waitFor()
    const copied = await page.evaluate(() => navigator.clipboard.readText())
    expect(copied).toBe('{{ item.nome }}')
  })

  test('reads as a log that leads to the step', async () => {
    await view(page, 'Log').click()
    const lines = page.getByRole('listbox', { name: 'What happened, in the order of time' })
    await lines.getByRole('option', { name: /hook.*Began/ }).waitFor()
    await page.getByLabel('What to show').click()
    await page.getByRole('option', { name: 'Warnings and problems' }).click()
    await lines.getByRole('option').first().click()
    await details(page).getByText('Failed').waitFor()
    expect(await view(page, 'Flow').getAttribute('aria-selected')).toBe('true')
  })

  test('is accessible in each of its views, light and dark', async () => {
    for (const name of ['Flow', 'Context', 'Log']) {
      await view(page, name).click()
      await view(dark, name).click()
      expect(await findings(page)).toEqual([])
      expect(await findings(dark)).toEqual([])
    }
  })
})

test('a value of 5 MB and 10,000 steps are looked through without drawing them all', async () => {
  const execution = await greeted()
  await office.db.query(
    `update public.execution_steps
     set output = jsonb_build_object('customers', (
       select jsonb_agg(jsonb_build_object('number', n, 'name', 'Customer ' || n, 'note', repeat('x', 80)))
       from generate_series(1, 40000) as n
     ))
     where execution_id = $1 and node_id = 'hook'`,
    [execution],
  )
  await office.db.query(
    `insert into public.execution_steps (
       execution_id, workspace_id, node_id, path, attempt, seq, status, port, input, output, started_at, finished_at
     )
     select execution_id, workspace_id, node_id, 'each:' || n, 1, 100 + n,
            case when n = 9000 then 'failed'::public.step_status else status end, port, input, output, now(), now()
     from public.execution_steps, generate_series(4, 10003) as n
     where execution_id = $1 and node_id = 'greet' and path = 'each:0'`,
    [execution],
  )
  await page.goto(addressOf(execution))
  await page
    .getByRole('treeitem', { name: /^Item 1/ })
    .first()
    .waitFor()
  await page.getByRole('treeitem', { name: /^hook/ }).click()
  await page.getByLabel('Search in the data').fill('Customer 39999')
  await details(page).getByRole('treeitem', { name: 'name: Customer 39999' }).waitFor()
  await page
    .getByRole('treeitem', { name: /^Item 1 / })
    .first()
    .click()
  await page
    .getByRole('treeitem', { name: /^greet/ })
    .first()
    .click()
  await details(page).getByText('of 10,004').waitFor()
  await details(page).getByRole('spinbutton').fill('8000')
  await details(page).getByRole('spinbutton').press('Enter')
  await details(page).getByText('Item 8,000').first().waitFor()
  await details(page)
    .getByRole('button', { name: /Next problem/ })
    .click()
  await details(page).getByText('Item 9,001').first().waitFor()
  expect(await page.getByRole('treeitem').count()).toBeLessThan(200)
})
