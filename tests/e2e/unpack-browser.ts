import type { TestProject } from 'vitest/node'
import { unpackBrowser } from './browser.ts'

declare module 'vitest' {
  export interface ProvidedContext {
    browserPath: string
  }
}

/** Runs once before all tests that start the system: the browser is unpacked before two files want it at once. */
export default async function setup(project: TestProject): Promise<void> {
  project.provide('browserPath', await unpackBrowser())
}
