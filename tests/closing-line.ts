import type { Reporter, TestModule } from 'vitest/node'

/** Ends the run with one line that people and machines read alike: `N passed, N failed`. */
export default class ClosingLine implements Reporter {
  onTestRunEnd(modules: readonly TestModule[], errors: readonly unknown[]): void {
    let passed = 0
    // A file that could not even be loaded, and an error outside any test, are failures too.
    let failed = errors.length
    for (const module of modules) {
      if (module.state() === 'failed' && [...module.children.allTests()].length === 0) failed += 1
      for (const test of module.children.allTests()) {
        const { state } = test.result()
        if (state === 'passed') passed += 1
        if (state === 'failed') failed += 1
      }
    }
    process.on('exit', () => console.log(`${passed} passed, ${failed} failed`))
  }
}
