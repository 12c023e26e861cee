import { join } from 'node:path'
import { readCommandLine } from './command-line.ts'
import { demoRequest } from './demo-definition.ts'
import { ensureDemo, type Demo } from './demo.ts'
import { removeData } from './postgres/cluster-folder.ts'
import { whenParentIsGone } from './processes/end-with-npm.ts'
import { AlreadyRunning, takeLock } from './processes/lock.ts'
import { openLog, type Log } from './processes/log.ts'
import { startProgress, type Progress } from './processes/progress.ts'
import type { Supervised } from './processes/supervise.ts'
import { startStack, type Stack } from './stack.ts'

/** How one of the two ways to run differs from the other. */
export type Way = {
  /** Done beside the start of the stack; answers with what serves the app once the stack is up. */
  prepareApp(progress: Progress): Promise<(stack: Stack, log: Log) => Promise<Supervised>>
  /** What goes on while it runs; ended by the function that it answers with. */
  whileRunning?(stack: Stack): () => void
}

/** Starts everything, tells how to get in, and ends everything when it's told to. */
export async function runEverything(way: Way): Promise<void> {
  const options = readCommandLine()
  const progress = startProgress()
  const undo: (() => unknown)[] = []
  const { stop, isStopping } = onceStopped(undo)
  try {
    if (options.fresh) await beginAnew(options.dataDir, progress)
    const preparing = way.prepareApp(progress)
    // Waited for below; a failure in between isn't unhandled.
    preparing.catch(() => undefined)
    const output = options.verbose ? progress.note : undefined
    const stack = await startStack({
      dataDir: options.dataDir,
      ports: { gateway: options.apiPort, app: options.appPort },
      log: (line) => progress.step(line),
      note: (line) => progress.note(line),
      ...(output ? { output } : {}),
    })
    undo.push(() => stack.stop())
    const log = openLog(join(options.dataDir, 'logs'), output)
    undo.push(() => log.close())
    progress.step('')
    const serveApp = await preparing
    progress.step('starting the app')
    await stack.releaseAppPort()
    const app = await serveApp(stack, log)
    undo.push(() => app.stop())
    progress.step('looking after the demo')
    const demo = await ensureDemo(stack)
    if (way.whileRunning) undo.push(way.whileRunning(stack))
    progress.done()
    tell(stack, demo)
  } catch (error) {
    // Parts that were still starting fail when they're stopped: that's no news.
    if (isStopping()) return
    progress.note(explain(error, options.dataDir))
    await stop(1)
  }
}

/** Ends everything in reverse order, once, whoever asks and however often. */
function onceStopped(undo: (() => unknown)[]): {
  stop(code: number): Promise<void>
  isStopping(): boolean
} {
  let stopping: Promise<void> | undefined
  const stop = (code: number) =>
    (stopping ??= (async () => {
      for (const step of undo.toReversed()) await step()
      process.exit(code)
    })())
  const asked = () => {
    if (!stopping) console.log('\nweft: stopping …')
    void stop(0)
  }
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.on(signal, asked)
  whenParentIsGone(asked)
  // The terminal is gone: nobody reads, but the stopping goes on.
  process.stdout.on('error', () => undefined)
  process.on('uncaughtException', (error) => {
    process.stderr.write(`weft: a fault in the local system: ${error.stack ?? error.message}\n`)
    void stop(1)
  })
  return { stop, isStopping: () => stopping !== undefined }
}

async function beginAnew(dataDir: string, progress: Progress): Promise<void> {
  progress.step('deleting the old data')
  // Not from under a system that runs on it.
  takeLock(dataDir).release()
  await removeData(dataDir)
}

function explain(error: unknown, dataDir: string): string {
  if (error instanceof AlreadyRunning) return error.message
  const message = error instanceof Error ? error.message : String(error)
  return `could not start: ${message}\nThe logs are in ${join(dataDir, 'logs')}.`
}

function tell(stack: Stack, demo: Demo): void {
  const example = `'${JSON.stringify(demoRequest)}'`
  const webhook = demo.webhookUrl
    ? `curl -X POST ${demo.webhookUrl} -H 'content-type: application/json' -d ${example}`
    : undefined
  const lines = [
    ['Weft', stack.appUrl],
    ['Sign in', `${demo.email}, password ${demo.password}`],
    ['Mailbox', stack.mailboxUrl],
    ['API', stack.apiUrl],
    ...(webhook ? [['Webhook', webhook]] : []),
  ]
  console.log(
    `\n${lines.map(([name, value]) => `  ${name?.padEnd(8)} ${value}`).join('\n')}\n\n  Ctrl-C stops everything.\n`,
  )
}
