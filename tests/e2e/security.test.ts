import type { Browser, BrowserContext, Page } from 'playwright-core'
import { Client } from 'pg'
import { afterAll, beforeAll, describe, expect, inject, test } from 'vitest'
import type { Stack } from '../../local/stack.ts'
import {
  createWorkspace,
  signUp,
  startTestApp,
  startTestStack,
  type TestPerson,
} from '../../local/testing.ts'
import { createWorkflow, signIn } from './acts.ts'
import { launchBrowser, openWindow } from './browser.ts'

let stack: Stack
let app: { url: string; stop(): Promise<void> }
let db: Client
let browser: Browser
let ada: TestPerson
let workspace: string

beforeAll(async () => {
  stack = await startTestStack({ functions: false, worker: 0 })
  db = new Client({ connectionString: stack.databaseUrl })
  await db.connect()
  app = await startTestApp(stack)
  browser = await launchBrowser(inject('browserPath'))
  ada = await signUp(stack, 'ada@example.com')
  workspace = (await createWorkspace(ada, 'Acme')).id
})
afterAll(async () => {
  await browser.close()
  await app.stop()
  await db.end()
  await stack.stop()
})

/** A window in which Ada is signed in. */
async function signedIn(): Promise<{ window: BrowserContext; page: Page }> {
  const window = await openWindow(browser)
  const page = await window.newPage()
  page.setDefaultTimeout(20_000)
  await signIn(page, app.url, ada.email, ada.password)
  return { window, page }
}

/** Sends the sign-in form as a browser without scripts would. */
const postSignIn = (password: string, origin = app.url, email = ada.email) =>
  fetch(`${app.url}/sign-in`, {
    method: 'POST',
    headers: { origin, accept: 'text/html' },
    body: new URLSearchParams({ email, password }),
    redirect: 'manual',
  })

const forgetAttempts = () => db.query('truncate private.sign_in_attempts')

describe('what the app tells browsers', () => {
  test('scripts run only from the app itself and by a page’s own nonce', async () => {
    const [one, other] = await Promise.all([
      fetch(`${app.url}/sign-in`),
      fetch(`${app.url}/sign-in`),
    ])
    const policy = (answer: Response) => answer.headers.get('content-security-policy') ?? ''
    const scripts = /script-src ([^;]*)/.exec(policy(one))?.[1] ?? ''
    expect(scripts).toMatch(/^'self' 'nonce-[^']+'$/)
    expect(policy(one)).not.toBe(policy(other))
    const { origin, host } = new URL(stack.apiUrl)
    expect(policy(one)).toContain(`connect-src 'self' ${origin} ws://${host}`)
    for (const rule of ["object-src 'none'", "base-uri 'none'", "frame-ancestors 'none'"])
      expect(policy(one)).toContain(rule)
  })

  test('and the other headers are there', async () => {
    const { headers } = await fetch(`${app.url}/sign-in`)
    expect(headers.get('x-content-type-options')).toBe('nosniff')
    expect(headers.get('x-frame-options')).toBe('DENY')
    expect(headers.get('referrer-policy')).toBe('strict-origin-when-cross-origin')
    expect(headers.get('permissions-policy')).toContain('camera=()')
    // Without TLS there's nothing to hold browsers to.
    expect(headers.get('strict-transport-security')).toBeNull()
  })

  test('a form that another site sends is refused', async () => {
    expect((await postSignIn(ada.password, 'https://evil.example')).status).toBe(403)
    const answer = await postSignIn(ada.password)
    expect(answer.status).toBe(303)
    for (const cookie of answer.headers.getSetCookie()) expect(cookie).toMatch(/SameSite=Lax/i)
  })

  test('nothing on the main pages breaks the policy, the builder included', async () => {
    const { window, page } = await signedIn()
    const violations: string[] = []
    await window.exposeFunction('tellViolation', (text: string) => violations.push(text))
    await window.addInitScript(() => {
      document.addEventListener('securitypolicyviolation', (event) => {
        // Playwright puts the function there.
        const { tellViolation } = window as unknown as { tellViolation(text: string): void }
        tellViolation(`${location.pathname}: ${event.violatedDirective} ${event.blockedURI}`)
      })
    })
    page.on('console', (message) => {
      if (/Content Security Policy/.test(message.text())) violations.push(message.text())
    })
    const base = `${app.url}/w/${workspace}`
    await createWorkflow(page, base, 'Guarded')
    await page.getByRole('application').waitFor()
    const places = [
      'workflows',
      'executions',
      'approvals',
      'pipelines',
      'settings/members',
      'connections',
    ]
    const settings = ['settings', 'settings/api-keys', 'settings/audit']
    for (const place of [...places, ...settings]) {
      await page.goto(`${base}/${place}`)
      await page.getByRole('heading', { level: 1 }).first().waitFor()
      await page.waitForLoadState('networkidle')
    }
    for (const place of ['/account', '/workspaces/new']) {
      await page.goto(app.url + place)
      await page.waitForLoadState('networkidle')
    }
    await page.getByRole('button').first().waitFor()
    expect(violations).toEqual([])

    // And the listener does hear of violations.
    await page.evaluate(() => {
      const script = document.createElement('script')
      script.textContent = 'window.wasRun = true'
      document.head.append(script)
    })
    await expect.poll(() => violations.length).toBeGreaterThan(0)
    expect(await page.evaluate(() => 'wasRun' in window)).toBe(false)
    await window.close()
  })
})

describe('trying passwords at the sign-in page', () => {
  test('after ten the page says how long to wait, also for the right one, and then lets in', async () => {
    await forgetAttempts()
    for (let n = 0; n < 10; n += 1) expect((await postSignIn('wrong password')).status).toBe(400)
    const refused = await postSignIn(ada.password)
    expect(refused.status).toBe(429)
    expect(Number(refused.headers.get('retry-after'))).toBeGreaterThan(20)
    expect(await refused.text()).toContain('Too many attempts to sign in. Wait')
    await db.query(`update private.sign_in_attempts set locked_until = now()`)
    expect((await postSignIn(ada.password)).status).toBe(303)
  })
})

describe('sessions', () => {
  test('"sign out everywhere else" closes the pages of other browsers at once', async () => {
    await forgetAttempts()
    const here = await signedIn()
    const there = await signedIn()
    await here.page.goto(`${app.url}/account`)
    await here.page.getByText('this one').waitFor()
    expect(await here.page.getByText('Chrome on Linux').count()).toBeGreaterThanOrEqual(2)
    await here.page.getByRole('button', { name: 'Sign out everywhere else' }).click()
    await here.page.getByText('You are signed out everywhere else.').waitFor()
    await there.page.goto(`${app.url}/w/${workspace}/workflows`)
    await there.page.waitForURL(/\/sign-in/)
    await here.page.goto(`${app.url}/w/${workspace}/workflows`)
    await here.page.getByRole('heading', { name: 'Workflows' }).waitFor()
    await Promise.all([here.window.close(), there.window.close()])
  })

  test('a page that was left open doesn’t choose a new password: that takes a link by e-mail', async () => {
    await forgetAttempts()
    const { window, page } = await signedIn()
    await page.goto(`${app.url}/new-password`)
    const save = page.getByRole('button', { name: 'Save the new password' })
    await save.waitFor()
    await db.query(`update auth.sessions set created_at = created_at - interval '2 hours'`)
    await page.getByLabel('New password', { exact: true }).fill('another good password')
    await save.click()
    await page.getByText('Ask for a new one.').waitFor()
    await page.goto(`${app.url}/new-password`)
    await page.getByRole('link', { name: 'Ask for a new link' }).waitFor()
    await page.goto(`${app.url}/account`)
    await page.getByRole('link', { name: 'Change your password' }).click()
    await page.waitForURL(/\/forgot-password/)
    await window.close()
  })

  test('"sign out everywhere" includes the present one', async () => {
    await forgetAttempts()
    const { window, page } = await signedIn()
    await page.goto(`${app.url}/account`)
    await page.getByRole('button', { name: 'Sign out everywhere', exact: true }).click()
    await page.waitForURL(/\/sign-in/)
    await page.goto(`${app.url}/account`)
    await page.waitForURL(/\/sign-in/)
    await window.close()
  })
})

describe('the audit log', () => {
  test('tells in sentences what happened, narrows it down, and can be downloaded', async () => {
    await forgetAttempts()
    const { window, page } = await signedIn()
    const base = `${app.url}/w/${workspace}`
    await createWorkflow(page, base, '=1+1 "Welcome"')
    await page.goto(`${base}/settings/audit`)
    const log = page.getByRole('region', { name: 'Audit log' })
    await log.getByText('ada created the workflow "=1+1 "Welcome"".').waitFor()
    await log
      .getByText(/ada signed in with Chrome on Linux from/)
      .first()
      .waitFor()

    await page.getByLabel('Kind', { exact: true }).click()
    await page.getByRole('option', { name: 'Signing in' }).click()
    await page.waitForURL(/kind=session/)
    await log.getByText('created the workflow').first().waitFor({ state: 'detached' })

    const download = page.waitForEvent('download')
    await page.getByRole('button', { name: 'Download as CSV' }).click()
    expect((await download).suggestedFilename()).toMatch(/^audit-log-.*\.csv$/)
    await page.goto(`${base}/settings/audit`)
    await log.getByText(/ada downloaded \d+ entr(y|ies) of the audit log\./).waitFor()
    await window.close()
  })

  test('goes on to older entries page by page', async () => {
    await db.query(
      `select private.record_audit($1, 'test.many', 'test', n::text, jsonb_build_object('name', n)) from generate_series(1, 120) as n`,
      [workspace],
    )
    const { window, page } = await signedIn()
    await page.goto(`${app.url}/w/${workspace}/settings/audit`)
    const log = page.getByRole('region', { name: 'Audit log' })
    const rows = log.getByRole('row')
    await log.getByText('("120")').waitFor()
    expect(await rows.count()).toBe(51)
    await page.getByRole('link', { name: 'Older' }).click()
    await log.getByText('("60")').waitFor()
    await page.getByRole('link', { name: 'Newest' }).click()
    await log.getByText('("120")').waitFor()
    await window.close()
  })

  test('is closed to everybody below admin, its download too', async () => {
    await forgetAttempts()
    const grace = await signUp(stack, 'grace@example.com')
    await db.query(`insert into members (workspace_id, user_id, role) values ($1, $2, 'editor')`, [
      workspace,
      grace.id,
    ])
    const window = await openWindow(browser)
    const page = await window.newPage()
    await signIn(page, app.url, grace.email, grace.password)
    await page.goto(`${app.url}/w/${workspace}/settings/audit`)
    await page.getByText('The audit log is for the owners and admins').waitFor()
    const answer = await page.request.post(`${app.url}/w/${workspace}/settings/audit/export`, {
      headers: { origin: app.url },
      form: {},
    })
    expect(answer.status()).toBe(403)
    await window.close()
  })
})
