import { Buffer } from 'node:buffer'
import type { Browser, Page, WebSocketRoute } from 'playwright-core'
import pg from 'pg'
import { afterAll, beforeAll, describe, expect, inject, test } from 'vitest'
import type { Stack } from '../../local/stack.ts'
import { startTestApp, startTestStack } from '../../local/testing.ts'
import * as acts from './acts.ts'
import { findings } from './axe.ts'
import { launchBrowser, openWindow } from './browser.ts'
import { circle, crowd, readers } from './together-scene.ts'

let stack: Stack
let app: { url: string; stop(): Promise<void> }
let browser: Browser
let ann: Page
/** In the dark: what is told of colours holds there as well. */
let ben: Page
let workflow: string

/** Pictures of every state, for people to look at: WEFT_PICTURES names a folder. */
async function picture(page: Page, name: string): Promise<void> {
  const folder = process.env['WEFT_PICTURES']
  if (folder !== undefined) await page.screenshot({ path: `${folder}/together-${name}.png` })
}

async function newPage(options: { dark?: boolean } = {}): Promise<Page> {
  const page = await (await openWindow(browser, options)).newPage()
  page.setDefaultTimeout(15_000)
  return page
}

const comments = (page: Page) => page.getByRole('region', { name: 'Comments' })
const placeOf = (page: Page, title: string) => acts.step(page, title).boundingBox()

/** Resolves when a step has stood at one place for some looks in a row. */
async function stillness(page: Page, title: string): Promise<void> {
  let before = ''
  let looks = 0
  const look = async (): Promise<number> => {
    const now = JSON.stringify(await placeOf(page, title))
    looks = now === before ? looks + 1 : 0
    before = now
    return looks
  }
  await expect.poll(look, { interval: 120, timeout: 10_000 }).toBeGreaterThanOrEqual(4)
}

beforeAll(async () => {
  stack = await startTestStack()
  app = await startTestApp(stack)
  browser = await launchBrowser(inject('browserPath'))
  ann = await newPage()
  await acts.signUp(ann, app.url, 'Ann Archer', 'ann@example.org')
  const workspace = await acts.createWorkspace(ann, 'Acme')
  workflow = await acts.createWorkflow(ann, workspace, 'New leads')
  await ann
    .getByRole('button', { name: /^Run by hand/ })
    .first()
    .click()
  await acts.step(ann, 'Run by hand').waitFor()
  await acts.addStepAfter(ann, 'Run by hand', 'e-mail', 'Send an e-mail')
  await acts.addStepAfter(ann, 'Send an e-mail', 'set var', 'Set variables')
  ben = await newPage({ dark: true })
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
  await acts.step(ben, 'Set variables').waitFor()
  // On a machine that does much else at once, building the app alone takes minutes.
}, 300_000)
afterAll(async () => {
  await browser.close()
  await app.stop()
  await stack.stop()
})

describe('two people in one drawing', () => {
  test('see each other’s pointer, selection, and the field that the other is in', async () => {
    await acts.step(ann, 'Send an e-mail').click()
    await ben.getByText('Ann Archer has this step open').waitFor({ state: 'attached' })
    const box = await placeOf(ann, 'Set variables')
    await ann.mouse.move((box?.x ?? 0) + 30, (box?.y ?? 0) + 160)
    await ben.locator('.cursor').filter({ hasText: 'Ann Archer' }).waitFor()
    await acts.step(ben, 'Send an e-mail').click()
    await acts.settings(ann).getByLabel('Subject', { exact: true }).click()
    await acts.settings(ben).getByText('Ann Archer is typing here').waitFor()
    await picture(ben, 'dark-field')
    await picture(ann, 'light-field')
  })

  const text = (page: Page) => acts.settings(page).getByLabel('Text', { exact: true })
  const caretOf = (page: Page, name: string) => page.locator(`[data-caret="${name}"]`)

  test('type in one text, and neither loses a letter', async () => {
    await text(ann).click()
    await ann.keyboard.type('Hello from Ann. ')
    await expect
      .poll(() => text(ben).textContent(), { timeout: 10_000 })
      .toContain('Hello from Ann.')
    await text(ben).click()
    await ben.keyboard.press('Control+End')
    await Promise.all([
      ben.keyboard.type('And from Ben.', { delay: 15 }),
      ann.keyboard.type('Bye. ', { delay: 15 }),
    ])
    for (const page of [ann, ben]) {
      await expect
        .poll(() => text(page).textContent(), { timeout: 10_000 })
        .toContain('And from Ben.')
      await expect.poll(() => text(page).textContent(), { timeout: 10_000 }).toContain('Bye.')
    }
  })

  test('see each other’s caret and selection in the text, at its letter while the other types before it', async () => {
    await ann.keyboard.press('Control+Home')
    const leftOf = async (): Promise<number> =>
      Math.round((await caretOf(ben, 'Ann Archer').boundingBox())?.x ?? 0)
    const edge = Math.round((await text(ben).boundingBox())?.x ?? 0)
    await expect.poll(leftOf, { timeout: 10_000 }).toBeLessThan(edge + 20)
    await ann.keyboard.press('Control+ArrowRight')
    await expect.poll(leftOf, { timeout: 10_000 }).toBeGreaterThan(edge + 20)
    const before = await leftOf()
    await ben.keyboard.press('Control+Home')
    await ben.keyboard.type('Now: ')
    await expect.poll(leftOf, { timeout: 10_000 }).toBeGreaterThan(before + 20)
    await ann.keyboard.press('Shift+ArrowRight')
    await ann.keyboard.press('Shift+ArrowRight')
    await expect
      .poll(() => acts.settings(ben).locator('.mark').count(), { timeout: 10_000 })
      .toBeGreaterThan(0)
    await picture(ben, 'dark-carets')
    await picture(ann, 'light-carets')
    expect(await findings(ben)).toEqual([])
  })

  test('write one note of a step, and see each other in it; who leaves is gone from it', async () => {
    const note = (page: Page) => acts.settings(page).getByLabel('Note', { exact: true })
    for (const page of [ann, ben]) {
      await acts.settings(page).getByRole('tab', { name: 'Settings' }).click()
      await note(page).click()
    }
    await ann.keyboard.type('Ask Cleo.')
    await expect.poll(() => note(ben).inputValue(), { timeout: 10_000 }).toBe('Ask Cleo.')
    await caretOf(ben, 'Ann Archer').waitFor()
    await ben.keyboard.press('Control+Home')
    await ben.keyboard.type('First: ')
    await expect.poll(() => note(ann).inputValue(), { timeout: 10_000 }).toBe('First: Ask Cleo.')
    // One's own caret is where it was in the words.
    await ann.keyboard.type(' Today')
    await expect
      .poll(() => note(ben).inputValue(), { timeout: 10_000 })
      .toBe('First: Ask Cleo. Today')
    await picture(ben, 'dark-note')
    await note(ann).blur()
    await caretOf(ben, 'Ann Archer').waitFor({ state: 'detached' })
  })

  test('one follows the other by keyboard, until a move of one’s own', async () => {
    const follow = ben.getByRole('button', { name: 'Follow Ann Archer' })
    await follow.focus()
    await ben.keyboard.press('Enter')
    await ben.getByText('Following Ann Archer', { exact: false }).first().waitFor()
    await ann.getByText('Ben Baker follows you').waitFor()
    await acts.step(ann, 'Set variables').click()
    await ben.locator('.svelte-flow__node.selected').filter({ hasText: 'Set variables' }).waitFor()
    // The click moves the drawing a little, and a movement under way would swallow the next.
    await stillness(ann, 'Set variables')
    await ann.getByRole('button', { name: 'Show everything' }).click()
    const width = async (page: Page): Promise<number> =>
      Math.round((await placeOf(page, 'Set variables'))?.width ?? 0)
    await expect.poll(() => width(ann), { timeout: 10_000 }).not.toBe(232)
    await expect
      .poll(async () => Math.abs((await width(ben)) - (await width(ann))), { timeout: 10_000 })
      .toBeLessThan(4)
    await picture(ben, 'dark-following')
    await picture(ann, 'light-followed')
    expect(await findings(ann)).toEqual([])
    await ben.keyboard.press('Escape')
    await ann.getByText('Ben Baker follows you').waitFor({ state: 'detached' })
  })
})

describe('many people in one drawing', () => {
  test('are a few avatars and a menu; everybody can be followed from the keyboard', async () => {
    const page = await ben.context().newPage()
    let socket: WebSocketRoute | undefined
    await page.routeWebSocket(/\/sync\//, (route) => {
      socket = route
      route.connectToServer()
    })
    await page.goto(workflow)
    await acts.step(page, 'Send an e-mail').waitFor()
    await page.getByRole('button', { name: 'Follow Ann Archer' }).waitFor()
    socket?.send(Buffer.from(crowd(19)))
    const more = page.getByRole('button', { name: '16 more people have this open' })
    await more.waitFor()
    await picture(page, 'dark-crowd')
    await more.focus()
    await page.keyboard.press('Enter')
    await page.getByRole('menuitem', { name: 'Follow Person 19' }).waitFor()
    await picture(page, 'dark-crowd-menu')
    expect(await findings(page)).toEqual([])
    await page.keyboard.press('End')
    await page.keyboard.press('Enter')
    await page.getByText('Following Person 19', { exact: false }).first().waitFor()
    // Whom one follows is in sight, not in the menu.
    await page.getByRole('button', { name: 'Stop following Person 19' }).waitFor()
    await page.close()
  })
})

describe('lines that together would be a circle', () => {
  test('are not drawn, are told in a sentence, and can be deleted and brought back', async () => {
    const id = await circle(stack.databaseUrl)
    await ann.goto(workflow.replace(/[0-9a-f-]{36}$/, id))
    await acts.step(ann, 'Order more').waitFor()
    const told = ann.getByText('The line from “Order more” to “Check the stock” is left out')
    await told.waitFor()
    await picture(ann, 'light-circle')
    expect(await findings(ann)).toEqual([])
    await ann.getByRole('button', { name: 'Delete this line' }).click()
    await told.waitFor({ state: 'detached' })
    await ann.getByRole('button', { name: 'Undo', exact: true }).click()
    await told.waitFor()
    await ann.goto(workflow)
    await acts.step(ann, 'Send an e-mail').waitFor()
  })
})

describe('comments', () => {
  test('are written with a mention, counted on the step, and heard by the other at once', async () => {
    await acts.step(ann, 'Send an e-mail').click()
    await ann.getByRole('button', { name: 'Comments, none open' }).click()
    await picture(ann, 'light-no-comments')
    const field = comments(ann).getByRole('textbox', {
      name: 'Write a comment about Send an e-mail',
    })
    await field.click()
    await ann.keyboard.type('Is this the right text, @be')
    await comments(ann).getByRole('option', { name: 'Ben Baker' }).waitFor()
    await picture(ann, 'light-mention')
    await ann.keyboard.press('Enter')
    await ann.keyboard.type('?')
    await ann.keyboard.press('Control+Enter')
    await comments(ann).getByText('@Ben Baker', { exact: true }).waitFor()
    await ben.getByRole('button', { name: 'Comments, 1 open, 1 new' }).waitFor()
  })

  test('that mention somebody are shown to them on the page of workflows, until they were read', async () => {
    const list = workflow.replace(/\/[0-9a-f-]{36}$/, '')
    await ben.goto(list)
    const asked = ben.getByRole('region', { name: 'You were mentioned' })
    await asked.getByText('Is this the right text').waitFor()
    await picture(ben, 'dark-mentioned')
    expect(await findings(ben)).toEqual([])
    await asked.getByRole('link').click()
    await comments(ben).getByText('Is this the right text').waitFor()
    await comments(ben).getByText('New', { exact: true }).waitFor()
    await picture(ben, 'dark-new')
    for (const page of [ann, ben]) expect(await findings(page)).toEqual([])
    await expect
      .poll(() => readers(stack.databaseUrl), { timeout: 10_000 })
      .toContain('ben@example.org')
    await ben.goto(list)
    await ben.getByRole('link', { name: 'New leads' }).waitFor()
    await ben.waitForLoadState('networkidle')
    expect(await asked.count()).toBe(0)
    await ben.goto(workflow)
    await acts.step(ben, 'Send an e-mail').waitFor()
    await ben.getByRole('button', { name: '1 open comment', exact: true }).click()
    expect(await comments(ben).getByText('New', { exact: true }).count()).toBe(0)
  })

  test('are put right by who wrote them, for everybody at once', async () => {
    await comments(ann)
      .getByRole('button', { name: 'More about the comment of Ann Archer' })
      .click()
    await ann.getByRole('menuitem', { name: 'Edit' }).click()
    const field = comments(ann).getByRole('textbox', { name: 'Change your comment' })
    await field.click()
    await ann.keyboard.press('Control+End')
    await ann.keyboard.type(' Or too long?')
    await ann.keyboard.press('Control+Enter')
    await comments(ben).getByText('Or too long?').waitFor()
    await comments(ben).getByText('edited').waitFor()
    await comments(ben)
      .getByRole('button', { name: 'More about the comment of Ann Archer' })
      .click()
    await ben.getByRole('menuitem', { name: 'Copy link' }).waitFor()
    expect(await ben.getByRole('menuitem', { name: 'Edit' }).count()).toBe(0)
    await ben.keyboard.press('Escape')
  })

  test('are answered, resolved, and opened again by an answer', async () => {
    await comments(ben).getByRole('button', { name: 'Reply', exact: true }).click()
    await comments(ben).getByRole('textbox', { name: 'Reply to Ann Archer' }).waitFor()
    await ben.keyboard.type('Nearly: say who we are.')
    await ben.keyboard.press('Control+Enter')
    await comments(ann).getByText('Nearly: say who we are.').waitFor()
    await picture(ann, 'light-comments')
    await picture(ben, 'dark-comments')
    await comments(ann).getByRole('button', { name: 'Resolve', exact: true }).click()
    await ben.getByRole('button', { name: 'Comments, none open' }).waitFor()
    await comments(ben)
      .getByRole('button', { name: /^Resolved/ })
      .click()
    await comments(ben).getByText('Resolved by Ann Archer').waitFor()
    await picture(ben, 'dark-resolved')
    await comments(ben).getByRole('button', { name: 'Open again' }).click()
    await ann.getByRole('button', { name: 'Comments, 1 open' }).waitFor()
  })

  test('are found by their link', async () => {
    const database = new pg.Client({ connectionString: stack.databaseUrl })
    await database.connect()
    const { rows } = await database.query<{ id: string }>(
      'select id from public.workflow_comments where thread_id is null',
    )
    await database.end()
    await ben.goto(`${workflow}?comment=${rows[0]?.id}`)
    await comments(ben).locator('.thread.shown').getByText('Is this the right text').waitFor()
  })
})

describe('without a connection', () => {
  test('people read since when, and what waits here; back again, all of it is saved and merged', async () => {
    await ben.context().setOffline(true)
    await ben.getByText(/^\s*Offline since \d\d:\d\d: everything so far is saved/).waitFor()
    await acts.addStepAfter(ben, 'Set variables', 'delay', 'Delay')
    await ben.getByText(/Offline since \d\d:\d\d: \d+ changes? (is|are) kept/).waitFor()
    await picture(ben, 'dark-offline')
    await acts.addStepAfter(ann, 'Set variables', 'condition', 'Condition').catch(async () => {
      throw new Error('Ann could not go on drawing while Ben was away.')
    })
    await ben.context().setOffline(false)
    await ben.getByText('The connection is back. All your changes are saved.').waitFor()
    await picture(ben, 'dark-back')
    await acts.step(ann, 'Delay').waitFor()
    await acts.step(ben, 'Condition').waitFor()
  })
})
