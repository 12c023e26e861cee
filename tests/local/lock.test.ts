import { execFile } from 'node:child_process'
import { existsSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import { afterEach, beforeEach, expect, it } from 'vitest'
import { AlreadyRunning, takeLock } from '../../local/processes/lock.ts'

let folder: string
beforeEach(() => void (folder = mkdtempSync(join(tmpdir(), 'weft-lock-'))))
afterEach(() => rmSync(folder, { recursive: true, force: true }))

it('is one process’s at a time, until it lets go', () => {
  const lock = takeLock(folder)
  expect(() => takeLock(folder)).toThrow(AlreadyRunning)
  lock.release()
  takeLock(folder).release()
  expect(readdirSync(folder)).toEqual([])
})

it.each([
  ['a process that died', JSON.stringify({ pid: process.pid, born: 'another day' })],
  ['something else altogether', 'not a lock'],
])('what %s left behind is taken away', (_, left) => {
  writeFileSync(join(folder, 'stack.lock'), left)
  takeLock(folder).release()
  expect(existsSync(join(folder, 'stack.lock'))).toBe(false)
})

it('is never held by two processes that ask at the same moment', async () => {
  const program = fileURLToPath(new URL('./lock-process.ts', import.meta.url))
  const run = promisify(execFile)
  const runs = await Promise.all(
    Array.from({ length: 4 }, () => run(process.execPath, [program, folder, '2'])),
  )
  const counts = runs.map(({ stdout }) => JSON.parse(stdout) as { taken: number; together: number })
  expect(counts.reduce((sum, { taken }) => sum + taken, 0)).toBeGreaterThan(100)
  expect(counts.map(({ together }) => together)).toEqual([0, 0, 0, 0])
})
