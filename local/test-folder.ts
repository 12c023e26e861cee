import { mkdtempSync, readdirSync, rmSync, statfsSync, statSync } from 'node:fs'
import { freemem, tmpdir } from 'node:os'
import { join } from 'node:path'

const memory = '/dev/shm'
const plenty = 8 * 1024 ** 3
const leftBehindMs = 6 * 3600 * 1000

/**
 * A new folder for a test's database: in memory where there's plenty of it, since a disk's file system takes a second to
 * make the 1,700 files of a cluster. Benchmarks keep to the disk.
 */
export function makeTestFolder(): string {
  if (process.env['VITEST'] === undefined || !hasPlenty()) return make(tmpdir())
  removeLeftBehind()
  return make(memory)
}

const make = (folder: string): string => mkdtempSync(join(folder, 'weft-test-'))

function hasPlenty(): boolean {
  try {
    const { bavail, bsize } = statfsSync(memory)
    return bavail * bsize > plenty && freemem() > plenty
  } catch {
    return false // No such thing here: the disk will do.
  }
}

/** A test that was killed can't tidy up, and memory isn't emptied by itself. */
function removeLeftBehind(): void {
  for (const name of readdirSync(memory).filter((one) => one.startsWith('weft-test-'))) {
    const path = join(memory, name)
    const age = Date.now() - (statSync(path, { throwIfNoEntry: false })?.mtimeMs ?? Date.now())
    if (age > leftBehindMs) rmSync(path, { recursive: true, force: true })
  }
}
