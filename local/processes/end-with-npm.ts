import { readFileSync } from 'node:fs'
import { bornAt } from './lock.ts'

/**
 * Calls `gone` when the process that started us was killed in a way that reached nobody else: our own bootstrap (told by
 * the channel to it) or npm, which runs us through a shell that may or may not be in between.
 */
export function whenParentIsGone(gone: () => void): void {
  if (process.channel) process.once('disconnect', gone)
  const npm = npmAbove(process.ppid, 3)
  if (!npm) return
  const born = bornAt(npm)
  const watch = setInterval(() => {
    if (bornAt(npm) === born) return
    clearInterval(watch)
    gone()
  }, 1000)
  watch.unref()
}

/** The nearest npm among the processes above us. */
function npmAbove(pid: number, levels: number): number | undefined {
  if (!process.env.npm_lifecycle_event || levels === 0 || pid <= 1) return undefined
  try {
    if (
      /\bnpm\b/.test(readFileSync(`/proc/${pid}/cmdline`, 'utf8').split('\0').slice(0, 2).join(' '))
    )
      return pid
    const stat = readFileSync(`/proc/${pid}/stat`, 'utf8')
    return npmAbove(Number(stat.slice(stat.lastIndexOf(')') + 2).split(' ')[1]), levels - 1)
  } catch {
    // No /proc here, or it ended just now: then there's nothing to watch.
    return undefined
  }
}
