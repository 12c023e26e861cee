import type { Browser, Page } from 'playwright-core'
import { afterAll, beforeAll, describe, expect, inject, test } from 'vitest'
import { startTestApp } from '../../local/testing.ts'
import { Mailbox } from '../functions/mailbox.ts'
import { Office } from '../functions/office.ts'
import { createWorkflow, signIn } from './acts.ts'
import { findings } from './axe.ts'
import { launchBrowser, openWindow } from './browser.ts'

let office: Office
let app: { url: string; stop(): Promise<void> }
let browser: Browser
let owner: Page
let grace: Page
let base: string

async function newPage(): Promise<Page> {
  const page = await (await openWindow(browser)).newPage()
  page.setDefaultTimeout(20_000)
  // Things that fade in are half transparent to axe.
  await page.emulateMedia({ reducedMotion: 'reduce' })
  return page
}

beforeAll(async () => {
  office = await Office.open()
  app = await startTestApp(office.stack)
  browser = await launchBrowser(inject('browserPath'))
  owner = await newPage()
  await signIn(owner, app.url, office.person.email, office.person.password)
  grace = await newPage()
  base = `${app.url}/w/${office.workspace}`
})
afterAll(async () => {
  await browser.close()
  await app.stop()
  await office.close()
})

/** For whoever wants to see how it looks: WEFT_LOOK names a folder. */
async function look(page: Page, name: string): Promise<void> {
  const folder = process.env['WEFT_LOOK']
  if (folder !== undefined) await page.screenshot({ path: `${folder}/${name}.png` })
}

/** In light and dark colours. */
async function isAccessible(page: Page, name: string): Promise<void> {
  for (const colorScheme of ['light', 'dark'] as const) {
    await page.emulateMedia({ colorScheme, reducedMotion: 'reduce' })
    // Colours that are on their way are neither the one nor the other.
    await page.evaluate(async () => {
      const frame = () => new Promise((done) => requestAnimationFrame(done))
      await frame()
      await frame()
      await Promise.allSettled(document.getAnimations().map((one) => one.finished))
      await frame()
    })
    expect({ name, colorScheme, found: await findings(page) }).toEqual({
      name,
      colorScheme,
      found: [],
    })
    await look(page, `${name}-${colorScheme}`)
  }
  await page.emulateMedia({ colorScheme: 'light', reducedMotion: 'reduce' })
}

const confirm = (page: Page, action: string) =>
  page.getByRole('alertdialog').getByRole('button', { name: action }).click()

const memberRow = (page: Page, name: string) => page.getByRole('row', { name: new RegExp(name) })

describe('an invitation', () => {
  test('is sent by e-mail, and its link can be copied', async () => {
    await owner.goto(`${base}/settings/members`)
    await owner.getByRole('button', { name: 'Invite somebody' }).click()
    const dialog = owner.getByRole('dialog')
    await dialog.getByRole('button', { name: 'Send the invitation' }).click()
    await dialog.getByText('Enter an e-mail address.').waitFor()
    await dialog.getByLabel('E-mail address').fill('grace@example.org')
    await isAccessible(owner, 'invite')
    await dialog.getByRole('button', { name: 'Send the invitation' }).click()
    const link = await dialog.getByLabel('Link of the invitation').inputValue()
    expect(link).toMatch(/\/invitations\/[0-9a-f]{64}$/)
    await isAccessible(owner, 'invited')
    await dialog.getByRole('button', { name: 'Done' }).click()
    await memberRow(owner, 'grace@example.org').waitFor()
    await isAccessible(owner, 'members-invited')
  })

  test('isn’t for whoever else is signed in', async () => {
    const [mail] = await new Mailbox(office.stack).until('grace@example.org', 1)
    const path = /\/invitations\/[0-9a-f]{64}/.exec(mail?.text ?? '')?.[0] ?? ''
    await owner.goto(app.url + path)
    await owner.getByRole('heading', { name: 'This invitation is for somebody else' }).waitFor()
    await isAccessible(owner, 'invitation-wrong')
  })

  test('leads a new person to an account and into the workspace', async () => {
    const [mail] = await new Mailbox(office.stack).until('grace@example.org', 1)
    const path = /\/invitations\/[0-9a-f]{64}/.exec(mail?.text ?? '')?.[0] ?? ''
    await grace.goto(app.url + path)
    await grace.getByRole('heading', { name: /^Join / }).waitFor()
    await isAccessible(grace, 'invitation')
    await grace.getByRole('link', { name: 'Create an account' }).click()
    expect(await grace.getByLabel('E-mail address').inputValue()).toBe('grace@example.org')
    await grace.getByLabel('Your name').fill('Grace Hopper')
    await grace.getByLabel('Password', { exact: true }).fill('correct horse battery')
    await grace.getByRole('button', { name: 'Create account' }).click()
    await grace.getByRole('button', { name: 'Join the workspace' }).click()
    await grace.waitForURL(/\/workflows$/)

    await grace.goto(app.url + path)
    await grace.getByRole('heading', { name: 'This invitation was used already' }).waitFor()
    await isAccessible(grace, 'invitation-used')
  })

  test('that has expired or was taken back doesn’t work any more', async () => {
    await owner.goto(`${base}/settings/members`)
    await owner.getByRole('button', { name: 'Invite somebody' }).click()
    await owner.getByRole('dialog').getByLabel('E-mail address').fill('mallory@example.org')
    await owner.getByRole('dialog').getByRole('button', { name: 'Send the invitation' }).click()
    const link = await owner.getByLabel('Link of the invitation').inputValue()
    await owner.getByRole('dialog').getByRole('button', { name: 'Done' }).click()

    const stranger = await newPage()
    const { person } = await office.neighbour()
    await signIn(stranger, app.url, person.email, person.password)
    await stranger.goto(app.url + new URL(link).pathname)
    await stranger.getByRole('button', { name: 'Sign out and go on' }).click()
    await stranger.getByRole('link', { name: 'Create an account' }).waitFor()

    const lasts = (span: string) =>
      office.db.query(
        `update public.invitations set expires_at = now() + $1::interval where email = 'mallory@example.org'`,
        [span],
      )
    await lasts('-1 minute')
    await stranger.reload()
    await stranger.getByRole('heading', { name: 'This invitation has expired' }).waitFor()
    await owner.reload()
    await memberRow(owner, 'mallory@example.org').getByText('Expired').waitFor()
    await lasts('1 day')

    await owner.getByRole('button', { name: 'Take back, from mallory@example.org' }).click()
    await confirm(owner, 'Take back')
    await owner.getByText('The invitation of mallory@example.org is taken back.').waitFor()
    await stranger.reload()
    await stranger.getByRole('heading', { name: 'This invitation was taken back' }).waitFor()
    await stranger.goto(`${app.url}/invitations/${'0'.repeat(64)}`)
    await stranger.getByRole('heading', { name: 'There is no such invitation' }).waitFor()
    await stranger.close()
  })
})

describe('roles', () => {
  test('change what somebody may do, and only admins change them', async () => {
    await grace.goto(`${base}/settings/members`)
    await memberRow(grace, 'Grace Hopper').waitFor()
    expect(await grace.getByLabel(/^Role of/).count()).toBe(0)
    await isAccessible(grace, 'members-as-editor')

    await owner.goto(`${base}/settings/members`)
    await owner.getByLabel('Role of Grace Hopper').click()
    await owner.getByRole('option', { name: /^Viewer/ }).click()
    await owner.getByText('Grace Hopper is now Viewer.').waitFor()
    await grace.goto(`${base}/workflows`)
    await grace.getByRole('button', { name: 'New workflow' }).hover()
    await grace
      .getByText(/Your role here is Viewer/)
      .first()
      .waitFor()
  })

  test('the only owner can neither step down nor leave', async () => {
    await owner.goto(`${base}/settings/members`)
    await memberRow(owner, 'Grace Hopper').waitFor()
    expect(await owner.getByLabel('Role of person').count()).toBe(0)
    await owner.goto(`${base}/settings`)
    await owner.getByText('You are its only owner.', { exact: false }).first().waitFor()
    await isAccessible(owner, 'settings')
  })
})

test('the settings fit a phone', async () => {
  const phone = await (await openWindow(browser, { phone: true })).newPage()
  await phone.emulateMedia({ reducedMotion: 'reduce' })
  await signIn(phone, app.url, office.person.email, office.person.password)
  for (const part of ['settings', 'settings/members', 'settings/api-keys', 'settings/audit']) {
    await phone.goto(`${base}/${part}`)
    await phone.getByRole('heading', { level: 1 }).waitFor()
    await isAccessible(phone, `phone-${part.replace('/', '-')}`)
    const tooWide = await phone.evaluate(() => document.documentElement.scrollWidth - innerWidth)
    expect({ part, tooWide }).toEqual({ part, tooWide: 0 })
  }
  await phone.close()
})

test('a workflow for some members only isn’t there for the others', async () => {
  await createWorkflow(owner, base, 'Salaries')
  await owner.goto(`${base}/workflows`)
  await owner.getByRole('button', { name: /Salaries/ }).click()
  await owner.getByRole('menuitem', { name: 'Who can see it' }).click()
  const dialog = owner.getByRole('dialog')
  await dialog.getByLabel('Only some members').click()
  await dialog.getByLabel(/Grace Hopper/).waitFor()
  await isAccessible(owner, 'restrict')
  await dialog.getByRole('button', { name: 'Save' }).click()
  await owner.getByText('Only some members can see it').first().waitFor({ state: 'attached' })
  await look(owner, 'workflows-restricted')

  await grace.goto(`${base}/workflows`)
  await grace.getByRole('heading', { level: 1 }).waitFor()
  expect(await grace.getByText('Salaries').count()).toBe(0)

  await owner.getByRole('button', { name: /Salaries/ }).click()
  await owner.getByRole('menuitem', { name: 'Who can see it' }).click()
  await dialog.getByLabel(/Grace Hopper/).check()
  await dialog.getByRole('button', { name: 'Save' }).click()
  await dialog.waitFor({ state: 'hidden' })
  await grace.reload()
  await grace.getByRole('link', { name: /Salaries/ }).waitFor()
})

test('who is removed is told so on the page that is open, and on every other one', async () => {
  await grace.goto(`${base}/workflows`)
  await owner.goto(`${base}/settings/members`)
  await owner.getByRole('button', { name: 'Remove Grace Hopper' }).click()
  await isAccessible(owner, 'remove')
  await confirm(owner, 'Remove')
  await owner.getByText('Grace Hopper is no longer a member.').waitFor()
  const told = grace.getByRole('heading', { name: /^You are no longer a member of “.+”\.$/ })
  await told.waitFor()
  await isAccessible(grace, 'removed')
  await grace.goto(`${base}/executions`)
  await told.waitFor()
})

describe('a workspace', () => {
  test('is made and renamed, is one of several to change between, and the next visit begins in the last one', async () => {
    const { person } = await office.neighbour()
    const page = await newPage()
    await signIn(page, app.url, person.email, person.password)
    const switcher = page.getByRole('button', { name: /^Switch workspace/ })
    const first = (await switcher.innerText()).split('\n').at(-1) ?? ''
    const firstAddress = page.url()

    await switcher.click()
    await page.getByRole('menuitem', { name: 'Create a workspace' }).click()
    await page.getByLabel('Name', { exact: true }).fill('Second')
    await page.getByRole('button', { name: 'Create' }).click()
    await page.waitForURL((url) => /\/w\/.*\/workflows/.test(url.href) && url.href !== firstAddress)
    const secondAddress = page.url()
    await page.goto(secondAddress.replace('workflows', 'settings'))
    await page.getByLabel('Name', { exact: true }).fill('Second thoughts')
    await page.getByRole('button', { name: 'Save changes' }).click()
    await page.getByText('The settings are saved.').waitFor()
    await page.getByRole('button', { name: 'Switch workspace: Second thoughts' }).click()
    await page.getByRole('menuitem', { name: first, exact: true }).click()
    await page.waitForURL(firstAddress)
    await page.goto(app.url)
    await page.waitForURL(firstAddress)
    await page.goto(secondAddress)
    await page.goto(app.url)
    await page.waitForURL(secondAddress)
    await page.context().close()
  })

  test('is handed over, left, and its old owner is out', async () => {
    const heir = await newPage()
    const other = await office.neighbour()
    await office.db.query(
      `insert into public.members (workspace_id, user_id, role) values ($1, $2, 'editor')`,
      [office.workspace, other.person.id],
    )
    await signIn(heir, app.url, other.person.email, other.person.password)
    await heir.goto(`${base}/settings`)
    await heir.getByRole('button', { name: 'Delete the workspace' }).hover()
    await heir.getByText('Only an owner can do this.').first().waitFor()

    await owner.goto(`${base}/settings`)
    await owner.getByRole('button', { name: 'Hand over' }).click()
    await confirm(owner, 'Hand over')
    await owner.getByText('Choose who becomes the owner.').waitFor()
    await owner.getByLabel('New owner').click()
    await owner.getByRole('option').first().click()
    await isAccessible(owner, 'hand-over')
    await confirm(owner, 'Hand over')
    await owner.getByText(/is the owner now\./).waitFor()
    await owner.getByRole('button', { name: 'Leave' }).click()
    await confirm(owner, 'Leave')
    await owner.waitForURL(/\/workspaces\/new/)
    await owner.goto(`${base}/workflows`)
    await owner.getByText(/You are no longer a member of/).waitFor()

    await heir.goto(`${base}/settings`)
    await heir.getByRole('button', { name: 'Delete the workspace' }).click()
    await heir.getByRole('alertdialog').getByRole('button', { name: 'Delete' }).click()
    await heir.getByText('This is not the name of the workspace.').waitFor()
    const { rows } = await office.db.query<{ name: string }>(
      'select name from workspaces where id = $1',
      [office.workspace],
    )
    await heir.getByLabel(/^Type /).fill(rows[0]?.name ?? '')
    await isAccessible(heir, 'delete')
    await confirm(heir, 'Delete the workspace')
    await heir.getByText(/is deleted\. You can restore it/).waitFor()
    await heir.goto(`${base}/workflows`)
    await heir.getByRole('heading', { name: /is deleted\.$/ }).waitFor()

    await heir.goto(`${app.url}/workspaces/new`)
    await heir.getByRole('button', { name: `Restore ${rows[0]?.name}` }).waitFor()
    await isAccessible(heir, 'deleted')
    await heir.getByRole('button', { name: `Restore ${rows[0]?.name}` }).click()
    await heir.waitForURL(/\/workflows$/)
    await heir.getByRole('link', { name: /Salaries/ }).waitFor()
  })
})
