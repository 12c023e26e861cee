import { expect } from 'vitest'
import type { Locator, Page } from 'playwright-core'

/** What people do on the pages, by the names that they read there. */

export async function signUp(page: Page, app: string, name: string, email: string): Promise<void> {
  await page.goto(`${app}/sign-up`)
  await page.getByLabel('Your name').fill(name)
  await page.getByLabel('E-mail address').fill(email)
  await page.getByLabel('Password', { exact: true }).fill('correct horse battery')
  await page.getByRole('button', { name: 'Create account' }).click()
  await page.waitForURL(/\/workspaces\/new/)
}

export async function createWorkspace(page: Page, name: string): Promise<string> {
  await page.getByLabel('Name', { exact: true }).fill(name)
  await page.getByRole('button', { name: 'Create workspace' }).click()
  await page.waitForURL(/\/w\/[0-9a-f-]+\/workflows$/)
  return page.url().replace(/\/workflows$/, '')
}

export async function createPipeline(
  page: Page,
  workspace: string,
  name: string,
  fields: { title: string; kind?: string }[],
): Promise<string> {
  await page.goto(`${workspace}/pipelines`)
  await page.getByRole('button', { name: 'New pipeline' }).click()
  await page.getByRole('dialog').getByLabel('Name').fill(name)
  await page.getByRole('dialog').getByRole('button', { name: 'Create' }).click()
  await page.waitForURL(/\/pipelines\/[0-9a-f-]+$/)
  for (const { title, kind } of fields) {
    await page.getByRole('button', { name: 'Add field' }).first().click()
    const dialog = page.getByRole('dialog')
    await dialog.getByLabel('Title').fill(title)
    if (kind !== undefined) {
      await dialog.getByLabel('Kind').click()
      await page.getByRole('option', { name: kind }).click()
    }
    await dialog.getByRole('button', { name: 'Add field' }).click()
    await dialog.waitFor({ state: 'hidden' })
  }
  return page.url()
}

export async function createWorkflow(page: Page, workspace: string, name: string): Promise<string> {
  await page.goto(`${workspace}/workflows`)
  await page.getByRole('button', { name: 'New workflow' }).click()
  await page.getByRole('dialog').getByLabel('Name').fill(name)
  await page.getByRole('dialog').getByRole('button', { name: 'Create and open' }).click()
  await page.waitForURL(/\/workflows\/[0-9a-f-]+$/)
  return page.url()
}

/** The drawing's box of this title. */
export const step = (page: Page, title: string): Locator =>
  page.getByRole('application').getByRole('group', { name: title, exact: true })

/** Adds a step behind another by its "+", picked from the palette by typing. */
export async function addStepAfter(
  page: Page,
  after: string,
  search: string,
  title: string,
): Promise<void> {
  await page.getByRole('button', { name: `Add a step after ${after}` }).click()
  await page.keyboard.type(search)
  await page.keyboard.press('Enter')
  await step(page, title).waitFor()
}

export const settings = (page: Page): Locator =>
  page.getByRole('region', { name: 'Settings of the step' })

/** Fills a field of the step with data of an earlier step, found by typing its name. */
export async function insertData(page: Page, field: string, search: string): Promise<void> {
  const input = settings(page).getByLabel(field, { exact: true })
  await input.click()
  await page.keyboard.type(`{{${search}`)
  await page
    .getByRole('listbox', { name: 'Insert data' })
    .getByRole('option', { name: search })
    .first()
    .waitFor()
  await page.keyboard.press('Enter')
  await expect.poll(() => input.textContent()).toContain(search)
}

export async function publish(page: Page): Promise<void> {
  await page.getByRole('button', { name: 'Publish' }).click()
  const dialog = page.getByRole('dialog', { name: 'Publish this workflow' })
  await dialog.getByRole('button', { name: 'Publish' }).click()
  await dialog.waitFor({ state: 'hidden' })
}

/** Opens the debug panel, unless it still is from last time. */
export async function openExecutions(page: Page): Promise<void> {
  const button = page
    .getByRole('region', { name: 'Executions' })
    .getByRole('button', { name: 'Executions' })
  if ((await button.getAttribute('aria-expanded')) !== 'true') await button.click()
}

export async function signIn(
  page: Page,
  app: string,
  email: string,
  password: string,
): Promise<void> {
  await page.goto(`${app}/sign-in`)
  await page.getByLabel('E-mail address').fill(email)
  await page.getByLabel('Password', { exact: true }).fill(password)
  await page.getByRole('button', { name: 'Sign in' }).click()
  await page.waitForURL(/\/w\/[0-9a-f-]+\/workflows$/)
}
