import pg from 'pg'
import type { Browser, CDPSession, Locator, Page } from 'playwright-core'
import { afterAll, beforeAll, describe, expect, inject, test } from 'vitest'
import { ensureDemo } from '../../local/demo.ts'
import type { Stack } from '../../local/stack.ts'
import { startTestApp, startTestStack } from '../../local/testing.ts'
import { signIn, signUp, step } from './acts.ts'
import { launchBrowser, openWindow } from './browser.ts'

let stack: Stack
let app: { url: string; stop(): Promise<void> }
let browser: Browser
let page: Page
let fingers: CDPSession
let address: string
const complaints: string[] = []

interface Point {
  x: number
  y: number
}

beforeAll(async () => {
  stack = await startTestStack()
  await ensureDemo(stack)
  app = await startTestApp(stack)
  browser = await launchBrowser(inject('browserPath'))
  page = await newPage({ width: 1180, height: 820 })
  await signIn(page, app.url, 'demo@example.com', 'weft-demo')
  await page.getByRole('link', { name: /Answer new leads/ }).click()
  await step(page, 'Write to them').waitFor()
  address = page.url()
  fingers = await page.context().newCDPSession(page)
})
afterAll(async () => {
  await browser.close()
  await app.stop()
  await stack.stop()
})

/** A window on a screen that is touched. */
async function newPage(viewport: { width: number; height: number }): Promise<Page> {
  const window = await browser.newContext({ viewport, hasTouch: true })
  const fresh = await window.newPage()
  fresh.setDefaultTimeout(20_000)
  fresh.on('pageerror', (problem) => complaints.push(problem.message))
  await fresh.emulateMedia({ reducedMotion: 'reduce' })
  return fresh
}

async function touch(type: 'touchStart' | 'touchMove' | 'touchEnd', at: Point[]): Promise<void> {
  const touchPoints = at.map((point, id) => ({ ...point, id }))
  await fingers.send('Input.dispatchTouchEvent', { type, touchPoints })
  await page.waitForTimeout(20)
}

/** Fingers that move from some places to others. */
async function stroke(from: Point[], to: Point[]): Promise<void> {
  await touch('touchStart', from)
  for (const part of [0.2, 0.4, 0.6, 0.8, 1]) {
    await touch(
      'touchMove',
      from.map((start, index) => {
        const end = to[index] ?? start
        return { x: start.x + (end.x - start.x) * part, y: start.y + (end.y - start.y) * part }
      }),
    )
  }
  await touch('touchEnd', [])
}

async function tap(at: Point): Promise<void> {
  await touch('touchStart', [at])
  await touch('touchEnd', [])
}

async function middle(thing: Locator): Promise<Point> {
  const box = await thing.boundingBox()
  if (!box) throw new Error('it is not on the screen')
  return { x: box.x + box.width / 2, y: box.y + box.height / 2 }
}

/** A place of the drawing where nothing lies. */
async function nowhere(): Promise<Point> {
  const box = await page.locator('.weft-canvas').boundingBox()
  if (!box) throw new Error('there is no drawing')
  return { x: box.x + 120, y: box.y + box.height - 110 }
}

const view = (): Promise<{ x: number; y: number; zoom: number }> =>
  page.locator('.svelte-flow__viewport').evaluate((viewport) => {
    const { e, f, a } = new DOMMatrix(getComputedStyle(viewport).transform)
    return { x: e, y: f, zoom: a }
  })
const panel = (): Locator => page.getByRole('region', { name: 'Settings of the step' })

describe('by touch', () => {
  test('one finger moves the drawing, and two bring it closer', async () => {
    const start = await nowhere()
    const before = await view()
    await stroke([start], [{ x: start.x + 60, y: start.y - 40 }])
    await expect.poll(async () => Math.round((await view()).x - before.x)).toBe(60)
    expect((await view()).zoom).toBeCloseTo(before.zoom, 3)
    const { x, y } = start
    await stroke(
      [
        { x: x - 20, y },
        { x: x + 20, y },
      ],
      [
        { x: x - 40, y },
        { x: x + 40, y },
      ],
    )
    await expect.poll(async () => (await view()).zoom).toBeGreaterThan(before.zoom * 1.5)
    await page.getByRole('button', { name: 'Show everything' }).click()
    await expect.poll(async () => (await view()).zoom).toBeCloseTo(before.zoom, 1)
  })

  test('a long press opens the menu, and nothing lies under it or comes after it', async () => {
    const target = await middle(step(page, 'Keep it'))
    await touch('touchStart', [target])
    const menu = page.getByRole('menu', { name: 'What to do with the step' })
    await menu.waitFor()
    await touch('touchEnd', [])
    await menu.getByRole('menuitem', { name: 'Duplicate' }).waitFor()
    expect(await panel().count()).toBe(0)
    await page.keyboard.press('Escape')
    await menu.waitFor({ state: 'hidden' })
    expect(await panel().count()).toBe(0)
    await tap(await nowhere())
    await expect.poll(() => page.locator('.svelte-flow__node.selected').count()).toBe(0)
  })

  test('a tap on a step opens it', async () => {
    await tap(await middle(step(page, 'Keep it')))
    await panel().waitFor()
    await page.keyboard.press('Escape')
  })
})

test('a phone shows the whole drawing, with a button that adds steps', async () => {
  const phone = await newPage({ width: 390, height: 844 })
  await signIn(phone, app.url, 'demo@example.com', 'weft-demo')
  await phone.goto(address)
  await phone.getByText('Drawing', { exact: true }).click()
  const drawing = phone.locator('.weft-canvas')
  await drawing.waitFor()
  expect((await drawing.boundingBox())?.width).toBe(390)
  await phone.getByRole('button', { name: 'Add a step', exact: true }).click()
  await phone.getByRole('dialog', { name: 'Add a step' }).waitFor()
  await phone.context().close()
})

describe('somebody who may only look', () => {
  let viewer: Page

  beforeAll(async () => {
    viewer = await (await openWindow(browser)).newPage()
    viewer.setDefaultTimeout(20_000)
    await viewer.emulateMedia({ reducedMotion: 'reduce' })
    await signUp(viewer, app.url, 'Vera Viewer', 'vera@example.org')
    const database = new pg.Client({ connectionString: stack.databaseUrl })
    await database.connect()
    await database.query(
      `insert into public.members (workspace_id, user_id, role)
       select $1, user_id, 'viewer' from public.profiles where email = 'vera@example.org'`,
      [/\/w\/([0-9a-f-]{36})/.exec(address)?.[1]],
    )
    await database.end()
    await viewer.goto(address)
    await step(viewer, 'Keep it').waitFor()
  })

  const entries = (): Promise<string[]> =>
    viewer
      .getByRole('menu')
      .getByRole('menuitem')
      .evaluateAll((all) => all.map((one) => one.querySelector('.label, span')?.textContent ?? ''))
  const changing =
    /\b(add|cut|duplicate|rename|switch|group|delete|paste|tidy|connect|move|publish)\b/i

  test('gets menus without what changes something, and is told why', async () => {
    await step(viewer, 'Keep it').click({ button: 'right' })
    await viewer.getByRole('menuitem', { name: 'Copy' }).waitFor()
    await viewer.getByText('lets you look at this workflow').first().waitFor()
    expect((await entries()).filter((one) => changing.test(one))).toEqual([])
    await viewer.keyboard.press('Escape')
    await viewer
      .locator('.svelte-flow__pane')
      .click({ button: 'right', position: { x: 40, y: 500 } })
    await viewer.getByRole('menuitem', { name: 'Zoom to everything' }).waitFor()
    expect((await entries()).filter((one) => changing.test(one))).toEqual([])
    await viewer.keyboard.press('Escape')
    expect(await viewer.getByRole('button', { name: /^Add a step/ }).count()).toBe(0)
  })

  test('reads the list, folds ways away in it, and changes nothing there', async () => {
    await viewer.getByText('List', { exact: true }).click()
    const steps = viewer.getByRole('region', { name: 'Steps of the workflow' })
    await steps.getByRole('button', { name: /^2\. Is it a big one/ }).click({ button: 'right' })
    await viewer.getByRole('menuitem', { name: 'Hide the steps in its ways' }).waitFor()
    expect((await entries()).filter((one) => changing.test(one))).toEqual([])
    await viewer.keyboard.press('Escape')
    await steps.getByRole('button', { name: /^2\. Is it a big one/ }).focus()
    await viewer.keyboard.press('ArrowLeft')
    await steps.getByText('2 steps hidden').waitFor()
    await steps.getByText('1 step hidden').waitFor()
    expect(await steps.getByRole('button', { name: /Write to them/ }).count()).toBe(0)
    await viewer.keyboard.press('ArrowRight')
    await steps
      .getByRole('button', { name: /Write to them/ })
      .first()
      .waitFor()
  })
})

test('no page told of a problem', () => {
  expect(complaints).toEqual([])
})
