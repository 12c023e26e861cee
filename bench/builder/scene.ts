import { once } from 'node:events'
import { createServer, type Server } from 'node:http'
import { setTimeout as pause } from 'node:timers/promises'
import pg from 'pg'
import type { Browser, BrowserContext, Page } from 'playwright-core'
import { parseDefinition } from '../../src/lib/engine/index.ts'
import { longTexts } from '../../src/lib/builder/document/long-texts.ts'
import { writeDraft } from '../../src/lib/server/sync/documents.ts'
import type { Stack } from '../../local/stack.ts'
import {
  createWorkspace,
  signUp,
  startTestApp,
  startTestStack,
  type TestPerson,
} from '../../local/testing.ts'
import { launchBrowser, openWindow, unpackBrowser } from '../../tests/e2e/browser.ts'

/** By then, a page has asked for all that it needs; live connections never let it be idle. */
export const LOADED_MS = 2_000

/** What the builder is measured in: the real app, a person with a workspace, a real browser, a partner that answers. */
export class Scene {
  readonly stack: Stack
  readonly appUrl: string
  readonly person: TestPerson
  readonly workspace: string
  /** Answers everything after 100 ms. */
  readonly partnerUrl: string
  readonly #browser: Browser
  readonly #drafts: pg.Pool

  private constructor(
    stack: Stack,
    appUrl: string,
    partnerUrl: string,
    browser: Browser,
    drafts: pg.Pool,
    mine: { person: TestPerson; workspace: string },
  ) {
    this.stack = stack
    this.appUrl = appUrl
    this.partnerUrl = partnerUrl
    this.person = mine.person
    this.workspace = mine.workspace
    this.#browser = browser
    this.#drafts = drafts
  }

  /** Starts all of it, and stops it whatever happens. */
  static async use(work: (scene: Scene) => Promise<void>): Promise<void> {
    const closing: (() => unknown)[] = []
    try {
      const partner = await startPartner()
      closing.push(() => partner.server.close())
      const stack = await startTestStack({ worker: 1, allowPrivateHosts: [partner.host] })
      closing.push(() => stack.stop())
      const drafts = new pg.Pool({ connectionString: stack.appDatabaseUrl, max: 1 })
      closing.push(() => drafts.end())
      const app = await startTestApp(stack)
      closing.push(() => app.stop())
      const browser = await launchBrowser(await unpackBrowser())
      closing.push(() => browser.close())
      const person = await signUp(stack, 'bench@example.org')
      const { id } = await createWorkspace(person)
      const url = `http://${partner.host}`
      await work(new Scene(stack, app.url, url, browser, drafts, { person, workspace: id }))
    } finally {
      for (const close of closing.reverse()) await close()
    }
  }

  /** A new workflow with this definition as its draft and, when it's to start something, as its live version. */
  async workflow(name: string, definition: unknown, isLive = false): Promise<string> {
    const { client } = this.person
    const { data } = await client
      .from('workflows')
      .insert({ workspace_id: this.workspace, name })
      .select('id')
      .single<{ id: string }>()
      .throwOnError()
    await writeDraft(this.#drafts, data.id, parseDefinition(definition), longTexts)
    if (isLive) {
      const version = { p_workflow: data.id, p_definition: definition }
      await client.rpc('publish_version', version).throwOnError()
    }
    return data.id
  }

  /** The builder's page of a workflow. */
  addressOf(workflow: string): string {
    return `${this.appUrl}/w/${this.workspace}/workflows/${workflow}`
  }

  /** A browser window in which the person is signed in. */
  async window(): Promise<BrowserContext> {
    const window = await openWindow(this.#browser)
    const page = await window.newPage()
    await page.goto(`${this.appUrl}/sign-in`)
    await page.getByLabel('E-mail address').fill(this.person.email)
    await page.getByLabel('Password', { exact: true }).fill(this.person.password)
    await page.getByRole('button', { name: 'Sign in' }).click()
    await page.waitForURL(/\/workflows$/)
    await page.close()
    return window
  }

  /** A page with a workflow open and drawn. */
  async open(workflow: string): Promise<Page> {
    const page = await (await this.window()).newPage()
    await page.goto(this.addressOf(workflow))
    await page.locator('.svelte-flow__node').first().waitFor()
    // What is loaded later is part of another figure.
    await pause(LOADED_MS)
    return page
  }

  /** Starts a workflow by hand and answers with the execution's id. */
  async start(workflow: string, node: string, data: unknown): Promise<string> {
    const { data: row } = await this.person.client
      .from('workflows')
      .select('live_version_id')
      .eq('id', workflow)
      .single<{ live_version_id: string }>()
      .throwOnError()
    const answer = await fetch(`${this.stack.apiUrl}/functions/v1/api/executions`, {
      method: 'POST',
      headers: {
        authorization: `Bearer ${this.person.accessToken}`,
        'content-type': 'application/json',
      },
      body: JSON.stringify({ workflow, version: row.live_version_id, node, data }),
    })
    if (!answer.ok) throw new Error(`The workflow did not start: ${await answer.text()}`)
    const { execution } = (await answer.json()) as { execution: string }
    return execution
  }
}

async function startPartner(): Promise<{ server: Server; host: string }> {
  const server = createServer((_, response) => {
    setTimeout(() => response.setHeader('content-type', 'application/json').end('{"ok":true}'), 100)
  })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  const address = server.address()
  if (typeof address !== 'object' || address === null) throw new Error('the partner has no port')
  return { server, host: `127.0.0.1:${address.port}` }
}
