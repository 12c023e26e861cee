import type { Browser, Page } from 'playwright-core'
import { afterAll, beforeAll, describe, expect, inject, test } from 'vitest'
import type { Stack } from '../../local/stack.ts'
import { startTestApp, startTestStack } from '../../local/testing.ts'
import * as acts from './acts.ts'
import { findings } from './axe.ts'
import { launchBrowser, openWindow } from './browser.ts'

let stack: Stack
let app: { url: string; stop(): Promise<void> }
let browser: Browser
let ann: Page
let workspace: string
const complaints: string[] = []

/** Both looks of the page as it is, once it has stopped moving. */
async function looksRight(page: Page): Promise<void> {
  for (const colorScheme of ['dark', 'light'] as const) {
    await page.emulateMedia({ colorScheme, reducedMotion: 'reduce' })
    // The headless browser leaves some colours of the other scheme standing until all styles are worked out anew.
    await page.evaluate(async () => {
      document.body.style.display = 'none'
      void document.body.offsetHeight
      document.body.style.display = ''
      await Promise.allSettled(document.getAnimations().map((motion) => motion.finished))
    })
    expect([colorScheme, await findings(page)]).toEqual([colorScheme, []])
  }
}

const tour = (page: Page) => page.getByRole('dialog', { name: tourTitles })
const tourTitles =
  /This starts it|A step, and what|This adds the next|Trying it out|What came of it|Making it live/

beforeAll(async () => {
  stack = await startTestStack()
  app = await startTestApp(stack)
  browser = await launchBrowser(inject('browserPath'))
  ann = await (await openWindow(browser)).newPage()
  ann.setDefaultTimeout(20_000)
  await ann.emulateMedia({ reducedMotion: 'reduce' })
  ann.on('pageerror', (problem) => complaints.push(problem.message))
})
afterAll(async () => {
  await browser.close()
  await app.stop()
  await stack.stop()
})

describe('the first five minutes', () => {
  test('an empty workspace offers three ways in', async () => {
    await acts.signUp(ann, app.url, 'Ann Archer', 'ann@example.org')
    workspace = await acts.createWorkspace(ann, 'Acme')
    await ann.getByRole('heading', { name: /^No workflows yet/ }).waitFor()
    for (const name of ['Look at starter workflows', 'Fill in the form', 'Show me around']) {
      expect(await ann.getByRole('link', { name }).count()).toBe(1)
    }
    await looksRight(ann)
  })

  test('starter workflows are found by what they are about', async () => {
    await ann.getByRole('link', { name: 'Look at starter workflows' }).click()
    await ann.getByRole('heading', { name: 'Starter workflows', level: 1 }).waitFor()
    await looksRight(ann)
    await ann.getByRole('searchbox', { name: 'Search starter workflows' }).fill('nothing like it')
    await ann.getByRole('heading', { name: 'No starter workflow fits' }).waitFor()
    await ann.getByRole('button', { name: 'Show all' }).click()
    await ann.getByRole('searchbox', { name: 'Search starter workflows' }).fill('crm')
    await expect.poll(() => ann.getByRole('article').count()).toBe(1)
  })

  test('one of them is used, tried with its example, and finishes', async () => {
    await ann.getByRole('button', { name: 'Use this: Keep and thank new contacts' }).click()
    await ann.waitForURL(/\/workflows\/[0-9a-f-]{36}$/)
    await acts.step(ann, 'Keep the contact').waitFor()
    await ann.getByText('No problems found.').waitFor()
    await ann.getByRole('button', { name: 'Run', exact: true }).click()
    const dialog = ann.getByRole('dialog', { name: /Run|Try/ })
    await expect
      .poll(() => dialog.getByLabel('Value: message').inputValue())
      .toBe('I would like to know more about your offer.')
    await dialog.getByRole('button', { name: /Run|Start/ }).click()
    const panel = ann.getByRole('region', { name: 'Executions' })
    await panel.getByRole('treeitem', { name: /^Thank them.*Succeeded/ }).waitFor()
    await panel.getByRole('option', { name: /^Succeeded/ }).waitFor()
  })

  test('the contact is in the pipeline that came with it', async () => {
    await ann.goto(`${workspace}/pipelines`)
    await ann.getByRole('link', { name: 'Contacts' }).first().click()
    await ann.getByRole('main').getByText('Ada Lovelace').first().waitFor()
  })

  test('the plain form draws what was described', async () => {
    await ann.goto(`${workspace}/workflows`)
    await ann.getByRole('button', { name: 'More ways to begin' }).click()
    await ann.getByRole('menuitem', { name: 'Describe a workflow' }).click()
    await ann.getByLabel('What is it called?').fill('Answer customers')
    await ann.getByRole('radio', { name: /Something is sent to it/ }).check()
    const first = ann.getByRole('listitem', { name: 'Step 1' })
    await first.getByLabel('In your own words').fill('Write to them')
    await first.getByLabel('To', { exact: true }).fill('')
    await first.getByRole('button', { name: 'Put email into “To”' }).click()
    await first.getByRole('textbox', { name: 'Subject' }).fill('Hello ')
    await first.getByRole('button', { name: 'Put name into “Subject”' }).click()
    await first.getByLabel('Text', { exact: true }).fill('We have your message.')
    await first.getByRole('button', { name: 'Only if …' }).click()
    await first.getByLabel('Compared with').fill('Ada Lovelace')
    await ann.getByRole('button', { name: 'Add a step' }).click()
    const second = ann.getByRole('listitem', { name: 'Step 2' })
    await second.getByLabel('It should').click()
    await ann.getByRole('option', { name: 'Wait for some time' }).click()
    await second.getByRole('button', { name: 'Move step 2 up' }).click()
    await looksRight(ann)
    await ann.getByRole('button', { name: 'Draw it' }).click()
    await ann.waitForURL(/\/workflows\/[0-9a-f-]{36}$/)
    for (const title of ['Wait for some time', 'Only if name is Ada Lovelace', 'Write to them']) {
      await acts.step(ann, title).waitFor()
    }
    await ann.getByText('No problems found.').waitFor()
  })

  test('the tour leads through a real example by keyboard, runs it, and is left for good', async () => {
    await ann.goto(`${workspace}/workflows/tour`)
    await ann.waitForURL(/\?tour/)
    await tour(ann).getByText('Stop 1 of 6').waitFor()
    await looksRight(ann)
    for (const title of [
      'A step, and what it works with',
      'This adds the next step',
      'Trying it out',
    ]) {
      await tour(ann).getByRole('button', { name: 'Next' }).focus()
      await ann.keyboard.press('Enter')
      await tour(ann).getByRole('heading', { name: title }).waitFor()
    }
    await ann.keyboard.press('Enter')
    const panel = ann.getByRole('region', { name: 'Executions' })
    await panel.getByRole('treeitem', { name: /^Add a gift.*Succeeded/ }).waitFor()
    await ann.keyboard.press('Escape')
    await tour(ann).waitFor({ state: 'detached' })
    await ann.reload()
    await acts.step(ann, 'Add a gift').waitFor()
    expect(await tour(ann).count()).toBe(0)
  })

  test('the tour can be taken again, on the same example', async () => {
    const example = ann.url()
    await ann.getByRole('button', { name: 'More', exact: true }).click()
    await ann.getByRole('menuitem', { name: 'Take the tour' }).click()
    await ann.waitForURL(/\?tour/)
    await tour(ann).getByText('Stop 1 of 6').waitFor()
    expect(ann.url()).toContain(example.replace(/\?.*/, ''))
  })

  test('a file that is no workflow is refused at the door, one that is comes in', async () => {
    await ann.goto(`${workspace}/workflows`)
    const choose = async (content: string): Promise<void> => {
      const chooser = ann.waitForEvent('filechooser')
      await ann.getByRole('button', { name: 'More ways to begin' }).click()
      await ann.getByRole('menuitem', { name: 'Bring in a file' }).click()
      const file = { name: 'file.json', mimeType: 'application/json', buffer: Buffer.from(content) }
      await (await chooser).setFiles(file)
    }
    await choose('{"holiday": true}')
    await ann.getByText(/This is no workflow that Weft has written/).waitFor()
    const definition = { schema: 1, nodes: [], edges: [], settings: {} }
    await choose(JSON.stringify({ weftWorkflow: 1, name: 'From a file', definition }))
    await ann.waitForURL(/\/workflows\/[0-9a-f-]{36}$/)
    await ann.getByText('“From a file” is brought in.').waitFor()
  })

  test('no page complained', () => {
    expect(complaints).toEqual([])
  })
})
