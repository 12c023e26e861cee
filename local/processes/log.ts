import { createWriteStream, mkdirSync, renameSync, statSync, type WriteStream } from 'node:fs'
import { join } from 'node:path'

/** Where the output of the stack's processes goes. */
export type Log = {
  write(name: string, text: string): void
  close(): void
}

/** One file per process in a folder; optionally shown as well, each line with the process's name. */
export function openLog(folder: string, show?: (line: string) => void): Log {
  mkdirSync(folder, { recursive: true })
  const files = new Map<string, WriteStream>()
  return {
    write(name, text) {
      let file = files.get(name)
      if (!file) {
        setAsideLarge(join(folder, `${name}.log`))
        file = createWriteStream(join(folder, `${name}.log`), { flags: 'a' })
        // A full disk must not take the stack down with it; the lines still go to `show`.
        file.on('error', (error) => show?.(`the log of ${name} can't be written: ${error.message}`))
        files.set(name, file)
      }
      file.write(text)
      if (show) for (const line of text.trimEnd().split('\n')) show(`${name}: ${line}`)
    },
    close() {
      for (const file of files.values()) file.end()
    },
  }
}

const largestBytes = 10 * 1024 * 1024

/** Keeps one older log beside the current one, so that years of starts don't fill the disk. */
function setAsideLarge(file: string): void {
  const size = statSync(file, { throwIfNoEntry: false })?.size ?? 0
  if (size > largestBytes) renameSync(file, `${file}.old`)
}
