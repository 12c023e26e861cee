import type { Browser, Locator, Page } from 'playwright-core'
import { afterAll, beforeAll, beforeEach, describe, expect, inject, test } from 'vitest'
import { ensureDemo } from '../../local/demo.ts'
import type { Stack } from '../../local/stack.ts'
import { startTestApp, startTestStack } from '../../local/testing.ts'
import { settings, signIn, step } from './acts.ts'
import { findings } from './axe.ts'
import { launchBrowser, openWindow } from './browser.ts'

let stack: Stack
let app: { url: string; stop(): Promise<void> }
let browser: Browser
let page: Page
const complaints: string[] = []

beforeAll(async () => {
  stack = await startTestStack()
  await ensureDemo(stack)
  app = await startTestApp(stack)
  browser = await launchBrowser(inject('browserPath'))
  page = await openDrawing()
})
afterAll(async () => {
  await browser.close()
  await app.stop()
  await stack.stop()
})

/** The demo's workflow in a window of its own. */
async function openDrawing(options: { dark?: boolean } = {}): Promise<Page> {
  const window = await openWindow(browser, options)
  const fresh = await window.newPage()
  fresh.setDefaultTimeout(20_000)
  fresh.on('pageerror', (problem) => complaints.push(problem.message))
  // Things that glide or fade are somewhere else by the time one clicks.
  await fresh.emulateMedia({ reducedMotion: 'reduce' })
  await signIn(fresh, app.url, 'demo@example.com', 'weft-demo')
  await fresh.getByRole('link', { name: /Answer new leads/ }).click()
  await step(fresh, 'Write to them').waitFor()
  return fresh
}

const drawing = (): Locator => page.locator('.weft-canvas')
const selected = (): Promise<number> => page.locator('.svelte-flow__node.selected').count()
const steps = (): Promise<number> => page.locator('.svelte-flow__node-step').count()
const lines = (): Promise<number> => page.locator('.svelte-flow__edge').count()
const group = (name: string): Locator => page.getByRole('button', { name: `Group ${name}` })

interface Point {
  x: number
  y: number
}

async function at(thing: Locator): Promise<Point> {
  const box = await thing.boundingBox()
  if (!box) throw new Error('it is not on the screen')
  return { x: box.x + box.width / 2, y: box.y + Math.min(14, box.height / 2) }
}

async function drag(from: Point, to: Point): Promise<void> {
  await page.mouse.move(from.x, from.y)
  await page.mouse.down()
  for (const part of [0.1, 0.4, 0.7, 1]) {
    await page.mouse.move(from.x + (to.x - from.x) * part, from.y + (to.y - from.y) * part)
  }
  await page.mouse.up()
}

/** A corner of the drawing where nothing lies. */
async function nowhere(): Promise<Point> {
  const box = await drawing().boundingBox()
  if (!box) throw new Error('there is no drawing')
  return { x: box.x + 60, y: box.y + box.height - 150 }
}

async function choose(entry: string): Promise<void> {
  await page.getByRole('menuitem', { name: entry, exact: true }).click()
}

beforeEach(async () => {
  const { x, y } = await nowhere()
  await page.keyboard.press('Escape')
  await page.mouse.click(x, y)
  await expect.poll(selected).toBe(0)
  // A panel that is still there takes room from the drawing; things would move away from under the mouse as it goes.
  await settings(page).waitFor({ state: 'hidden' })
  await page.keyboard.press('f')
})

describe('selecting', () => {
  test('an area with Shift, one more with Shift and a click, and everything by key', async () => {
    const { x, y } = await nowhere()
    await page.keyboard.down('Shift')
    const end = await at(step(page, 'Keep it, high priority'))
    await drag({ x: x - 20, y: y + 20 }, { x: end.x + 300, y: end.y - 60 })
    await page.keyboard.up('Shift')
    await expect.poll(selected).toBe(5)
    await page.keyboard.press('Escape')
    await expect.poll(selected).toBe(0)
    await step(page, 'Keep it').click()
    await step(page, 'Is it a big one?').click({ modifiers: ['Shift'] })
    await expect.poll(selected).toBe(2)
    await page.keyboard.press('Control+a')
    await expect.poll(selected).toBe(5)
  })
})

describe('zooming', () => {
  const zoom = (): Promise<number> =>
    page
      .locator('.svelte-flow__viewport')
      .evaluate((viewport) => new DOMMatrix(getComputedStyle(viewport).transform).a)
  const press = (name: string) => page.getByRole('button', { name, exact: true }).click()

  test('goes by button and by key, and “Show everything” leads back', async () => {
    await press('Show everything')
    const whole = await zoom()
    await press('Zoom out')
    await expect.poll(zoom).toBeCloseTo(whole / 1.2, 3)
    await press('Zoom in')
    await expect.poll(zoom).toBeCloseTo(whole, 3)
    await drawing().focus()
    await page.keyboard.press('+')
    await expect.poll(zoom).toBeCloseTo(whole * 1.2, 3)
    await press('Show everything')
    await expect.poll(zoom).toBeCloseTo(whole, 3)
  })

  test('what is shown stays in sight with less room, until one moves it oneself', async () => {
    const size = page.viewportSize()
    if (!size) throw new Error('the window has no size')
    await press('Show everything')
    const whole = await zoom()
    await page.setViewportSize({ ...size, width: size.width - 240 })
    await expect.poll(zoom).toBeLessThan(whole * 0.9)
    await page.setViewportSize(size)
    await expect.poll(zoom).toBeCloseTo(whole, 3)
    const place = await at(step(page, 'Keep it'))
    const { x, y } = await nowhere()
    await drag({ x, y }, { x: x + 30, y })
    await expect.poll(async () => (await at(step(page, 'Keep it'))).x - place.x).toBeCloseTo(30, 0)
    await page.setViewportSize({ ...size, width: size.width - 240 })
    // What is in the middle stays in the middle.
    await expect.poll(async () => (await at(step(page, 'Keep it'))).x - place.x).toBeCloseTo(-90, 0)
    expect(await zoom()).toBeCloseTo(whole, 3)
    await page.setViewportSize(size)
  })
})

describe('copying', () => {
  test('duplicates by key, and undo takes them away', async () => {
    await page.keyboard.press('Control+a')
    await page.keyboard.press('Control+d')
    await expect.poll(steps).toBe(10)
    expect(await lines()).toBe(8)
    await page.keyboard.press('Control+z')
    await expect.poll(steps).toBe(5)
  })

  test('copies as text that people can read, and pastes it; other texts get a sentence', async () => {
    await page.keyboard.press('Control+a')
    await page.keyboard.press('Control+c')
    const text = await page.evaluate(() => navigator.clipboard.readText())
    expect(text).toContain('- A lead comes in → Is it a big one?')
    await page.keyboard.press('Control+v')
    await expect.poll(steps).toBe(10)
    await page.keyboard.press('Control+z')
    await expect.poll(steps).toBe(5)
    await page.evaluate(() => navigator.clipboard.writeText('good morning'))
    await page.keyboard.press('Control+v')
    await page.getByText('not a piece of a workflow').waitFor()
  })
})

describe('groups and notes', () => {
  test('a group is made, named, moved by its title, and left by key', async () => {
    await page.keyboard.press('Control+a')
    await page.keyboard.press('Control+g')
    await page.getByLabel('Name of the group').waitFor()
    await page.keyboard.type('Intake')
    await page.keyboard.press('Enter')
    await group('Intake, 5 things').waitFor()
    const [before, title] = [await at(step(page, 'Keep it')), await at(group('Intake'))]
    await drag(title, { x: title.x, y: title.y + 50 })
    await expect
      .poll(async () => (await at(step(page, 'Keep it'))).y - before.y)
      .toBeGreaterThan(40)
    await page.keyboard.press('Control+z')
    await expect.poll(async () => (await at(step(page, 'Keep it'))).y - before.y).toBeLessThan(5)
    await step(page, 'Keep it').focus()
    await page.keyboard.press('Enter')
    await step(page, 'Keep it').focus()
    await page.keyboard.press('Control+Shift+g')
    await group('Intake, 4 things').waitFor()
  })

  test('a step that is dragged into a frame stands in it, and one that is dragged out does not', async () => {
    const place = await at(step(page, 'Keep it'))
    const inside = await at(step(page, 'Is it a big one?'))
    await drag(place, { x: inside.x + 20, y: inside.y + 30 })
    await group('Intake, 5 things').waitFor()
    await page.keyboard.press('Control+z')
    await group('Intake, 4 things').waitFor()
    await page.keyboard.press('Control+z')
    await group('Intake, 5 things').waitFor()
    await page.mouse.click((await nowhere()).x, (await nowhere()).y)
    const start = await at(step(page, 'Write to them'))
    await drag(start, { x: start.x, y: start.y - 190 })
    await group('Intake, 4 things').waitFor()
    await page.keyboard.press('Control+z')
    await group('Intake, 5 things').waitFor()
  })

  test('a note is written in Markdown, and nothing in it becomes HTML', async () => {
    const { x, y } = await nowhere()
    await page.mouse.click(x, y, { button: 'right' })
    await choose('Add a note')
    await page.getByLabel('Text of the note').waitFor()
    await page.keyboard.type(
      '# Mind\n\nCall **at once**, [see](https://example.com) <img src=x onerror=alert(1)>',
    )
    await page.keyboard.press('Escape')
    const note = page.locator('.svelte-flow__node-note')
    await note.locator('strong', { hasText: 'at once' }).waitFor()
    expect(await note.locator('a').getAttribute('href')).toBe('https://example.com/')
    expect(await note.locator('img').count()).toBe(0)
    await page.keyboard.press('Delete')
    await expect.poll(() => note.count()).toBe(0)
  })
})

describe('lines', () => {
  test('a step without lines goes into the line that it’s dropped on', async () => {
    const { x, y } = await nowhere()
    await page.mouse.click(x, y, { button: 'right' })
    await choose('Add a step')
    await page.keyboard.type('set variables')
    await page.keyboard.press('Enter')
    await step(page, 'Set variables').waitFor()
    await page.keyboard.press('Escape')
    await page.mouse.click(x, y - 40)
    await page.keyboard.press('f')
    const [from, to] = [
      await at(step(page, 'A lead comes in')),
      await at(step(page, 'Is it a big one?')),
    ]
    const loose = await at(step(page, 'Set variables'))
    const tools = page.getByRole('button', {
      name: 'Add a step between A lead comes in and Is it a big one?',
    })
    const middle = await at(tools)
    expect(middle.x).toBeGreaterThan(from.x)
    expect(middle.x).toBeLessThan(to.x)
    await drag(loose, { x: middle.x - 18, y: middle.y + 1 })
    await page
      .getByRole('button', { name: 'Add a step between A lead comes in and Set variables' })
      .waitFor()
    await page.keyboard.press('Control+z')
    await expect.poll(lines).toBe(4)
  })

  test('the same by keyboard, from a list of lines', async () => {
    await step(page, 'Set variables').focus()
    await page.keyboard.press('Shift+F10')
    await choose('Move into a line…')
    const list = page.getByRole('dialog', { name: 'Move Set variables into a line' })
    await list.waitFor()
    await page.keyboard.type('keep it, high')
    await page.keyboard.press('Enter')
    await expect.poll(lines).toBe(5)
    await page.keyboard.press('Control+z')
    await expect.poll(lines).toBe(4)
    await step(page, 'Set variables').focus()
    await page.keyboard.press('Enter')
    await step(page, 'Set variables').focus()
    await page.keyboard.press('Delete')
    await expect.poll(steps).toBe(5)
  })
})

describe('by keyboard', () => {
  test('the menu key opens the menu of the step in focus; Escape gives the focus back', async () => {
    await step(page, 'Keep it').focus()
    await page.keyboard.press('Shift+F10')
    const menu = page.getByRole('menu', { name: 'What to do with the step' })
    await menu.getByRole('menuitem', { name: 'Duplicate' }).waitFor()
    await page.keyboard.press('Escape')
    await menu.waitFor({ state: 'hidden' })
    await expect
      .poll(() => page.evaluate(() => document.activeElement?.getAttribute('aria-label')))
      .toBe('Keep it')
  })

  test('the search jumps to what has a text, and the palette to whatever can be done', async () => {
    await page.keyboard.press('Control+f')
    await page
      .getByRole('combobox', { name: 'Search in the drawing' })
      .fill('thank you for writing')
    await page.getByRole('option', { name: /Write to them/ }).waitFor()
    await page.keyboard.press('Enter')
    await expect
      .poll(() => page.evaluate(() => document.activeElement?.getAttribute('aria-label')))
      .toBe('Write to them')
    await page.keyboard.press('Control+k')
    await page.getByRole('combobox', { name: 'Commands' }).fill('select all')
    await page.keyboard.press('Enter')
    await expect.poll(selected).toBe(5)
  })

  test('all keys stand on one sheet', async () => {
    await page.keyboard.press('?')
    const sheet = page.getByRole('dialog', { name: 'Keyboard shortcuts' })
    await sheet.getByText('Take out of the group').waitFor()
    await sheet.getByText('Align left').waitFor()
    await page.keyboard.press('Escape')
    await sheet.waitFor({ state: 'hidden' })
  })

  test('tidying up moves the steps, and one undo brings all of them back', async () => {
    const before = await at(step(page, 'Keep it'))
    const start = await at(step(page, 'Keep it'))
    await drag(start, { x: start.x - 200, y: start.y + 120 })
    await page.keyboard.press('Escape')
    const moved = await at(step(page, 'Keep it'))
    await drawing().focus()
    await page.keyboard.press('t')
    await expect.poll(async () => (await at(step(page, 'Keep it'))).x).not.toBe(moved.x)
    await page.keyboard.press('Control+z')
    const off = async (from: Point) => Math.abs((await at(step(page, 'Keep it'))).x - from.x)
    await expect.poll(() => off(moved)).toBeLessThan(3)
    await page.keyboard.press('Control+z')
    await expect.poll(() => off(before)).toBeLessThan(3)
  })
})

describe.each([
  { look: 'light', dark: false },
  { look: 'dark', dark: true },
])('in $look colours axe finds nothing', ({ dark }) => {
  test('with a note, a frame, a menu, the palette of commands and the sheet of keys', async () => {
    const mine = await openDrawing({ dark })
    await mine.keyboard.press('n')
    await mine.getByLabel('Text of the note').fill('# Mind\n\n- [ ] this')
    await mine.keyboard.press('Escape')
    await mine.locator('.svelte-flow__node-note li').waitFor()
    expect(await findings(mine)).toEqual([])
    await mine.keyboard.press('Shift+F10')
    await mine.getByRole('menu').waitFor()
    expect(await findings(mine)).toEqual([])
    await mine.keyboard.press('Escape')
    await mine.keyboard.press('Control+k')
    await mine.getByRole('combobox', { name: 'Commands' }).waitFor()
    expect(await findings(mine)).toEqual([])
    await mine.keyboard.press('Escape')
    await mine.getByRole('combobox', { name: 'Commands' }).waitFor({ state: 'hidden' })
    await mine.keyboard.press('?')
    await mine.getByRole('dialog', { name: 'Keyboard shortcuts' }).waitFor()
    expect(await findings(mine)).toEqual([])
    await mine.keyboard.press('Escape')
    await mine.locator('.svelte-flow__node-note').focus()
    await mine.keyboard.press('Delete')
    await mine.context().close()
  })
})

test('no page told of a problem', () => {
  expect(complaints).toEqual([])
})
