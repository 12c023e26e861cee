import { join } from 'node:path'
import type { Log } from '../processes/log.ts'
import { supervise, type Supervised } from '../processes/supervise.ts'

const root = join(import.meta.dirname, '../..')
const exitWithParent = join(root, 'local/processes/exit-with-parent.mjs')

/** Serves a built app in a process of its own, as it would be on a server: it knows its environment and nothing else. */
export function runBuiltApp(
  build: string,
  env: Record<string, string>,
  log: Log,
): Promise<Supervised> {
  return supervise({
    name: 'app',
    command: process.execPath,
    args: ['--import', exitWithParent, join(root, 'server.ts')],
    cwd: root,
    env: {
      ...ownEnv(),
      ...env,
      WEFT_BUILD_DIR: build,
      HOST: '127.0.0.1',
      SHUTDOWN_TIMEOUT: '2',
      NODE_ENV: 'production',
    },
    log,
    readyLine: 'Listening on',
  })
}

/** Serves the sources by vite, each change visible at once. */
export function runAppFromSources(env: Record<string, string>, log: Log): Promise<Supervised> {
  return supervise({
    name: 'app',
    command: process.execPath,
    args: ['--import', exitWithParent, join(root, 'local/app/dev-server.ts')],
    cwd: root,
    env: { ...ownEnv(), ...env },
    log,
    readyLine: 'the app is up',
    readyWithinMs: 60_000,
  })
}

function ownEnv(): Record<string, string> {
  const { PATH = '', HOME = '', TMPDIR } = process.env
  return { PATH, HOME, ...(TMPDIR ? { TMPDIR } : {}) }
}
