// What `npm start`, `npm run dev`, `npm test` and `npm run lint` go through. Plain JavaScript without dependencies: it runs before they
// are installed, on whatever Node there is, and hands over to Node 24.
import { spawn, spawnSync } from 'node:child_process'
import { existsSync, readFileSync } from 'node:fs'
import { delimiter, join } from 'node:path'
import process from 'node:process'
import { setTimeout as pause } from 'node:timers/promises'
import { fileURLToPath, pathToFileURL } from 'node:url'

const root = fileURLToPath(new URL('..', import.meta.url))
/** @type {Record<string, string[]>} */
const commands = {
  start: ['local/start.ts'],
  dev: ['local/dev.ts'],
  test: ['node_modules/vitest/vitest.mjs', 'run'],
  lint: ['local/lint.ts'],
}

/** The packages that the lock file wants and that aren't there in that version; optional ones may be missing. */
function missingPackages() {
  const wanted = readJson('package-lock.json')?.packages ?? {}
  const installed = readJson('node_modules/.package-lock.json')?.packages
  if (!installed) return ['all of them']
  return Object.entries(wanted)
    .filter(([path, entry]) => path.startsWith('node_modules/') && !entry.optional && !entry.link)
    .filter(
      ([path, entry]) =>
        installed[path]?.version !== entry.version || !existsSync(join(root, path)),
    )
    .map(([path]) => path.slice('node_modules/'.length))
}

/** @param {string} path */
function readJson(path) {
  const file = join(root, path)
  return existsSync(file) ? JSON.parse(readFileSync(file, 'utf8')) : undefined
}

async function ensurePackages() {
  if (!missingPackages().length && nodeToUse()) return
  // Another npm may be at work on the same folder at this moment.
  if (existsSync(join(root, 'node_modules/.package-lock.json'))) await pause(2000)
  const missing = missingPackages()
  if (!missing.length && nodeToUse()) return
  const few =
    missing.length > 3
      ? `${missing.slice(0, 3).join(', ')} and ${missing.length - 3} more`
      : missing.join(', ')
  console.log(`weft: installing packages (${few || 'Node 24'}); this takes about a minute …`)
  // "ci" refuses a lock that leaves out a package of another platform; "install" goes by the same lock and minds less.
  const exact = npm(['ci'], 'pipe')
  if (exact.status === 0) return
  const { status, error } = npm(['install', '--no-save', '--prefer-offline'], 'inherit')
  if (status !== 0) {
    console.error(exact.stderr?.toString() ?? '')
    console.error(
      `weft: the packages could not be installed${error ? `: ${error.message}` : ''}. Run "npm ci" and look at what it says.`,
    )
    process.exit(status || 1)
  }
}

/** @param {string[]} args @param {'pipe' | 'inherit'} stdio */
function npm(args, stdio) {
  // On the Node that npm itself runs on, not one out of the folder that it's about to replace.
  const { npm_execpath: script, npm_node_execpath: node } = process.env
  const [command, before] = script && node ? [node, [script]] : ['npm', []]
  const options = [
    '--include=dev',
    '--include=optional',
    '--no-audit',
    '--no-fund',
    '--loglevel=error',
  ]
  return spawnSync(command, [...before, ...args, ...options], { cwd: root, stdio })
}

/** A Node that runs TypeScript as it is: the one that comes as a package, or this one if it's new enough. */
function nodeToUse() {
  const packaged = join(
    root,
    'node_modules',
    `node-${process.platform}-${process.arch}`,
    'bin/node',
  )
  if (existsSync(packaged)) return packaged
  const [major = 0, minor = 0] = process.versions.node.split('.').map(Number)
  return major > 22 || (major === 22 && minor >= 18) ? process.execPath : undefined
}

/** @param {string} script @param {string[]} args */
async function run(script, args) {
  const node = nodeToUse()
  if (!node) {
    console.error(
      `weft: there is no packaged Node 24 for ${process.platform} ${process.arch}, and this is Node ${process.versions.node}. Install Node 24 and try again.`,
    )
    process.exit(1)
  }
  process.env.PATH = [join(root, 'node_modules/.bin'), process.env.PATH].join(delimiter)
  const file = join(root, script)
  const [major = 0] = process.versions.node.split('.').map(Number)
  if (major >= 24 || node === process.execPath) {
    process.argv = [process.execPath, file, ...args]
    return import(pathToFileURL(file).href)
  }
  // The channel tells the other one when this process is gone, however it went.
  const child = spawn(node, [file, ...args], {
    cwd: root,
    stdio: ['inherit', 'inherit', 'inherit', 'ipc'],
  })
  for (const signal of /** @type {const} */ (['SIGINT', 'SIGTERM', 'SIGHUP']))
    process.on(signal, () => child.kill(signal))
  child.on('exit', (code, signal) => process.exit(signal ? 1 : code))
}

const [name = '', ...args] = process.argv.slice(2)
const command = commands[name]
if (!command) {
  console.error(`weft: "${name}" is not a command; there are: ${Object.keys(commands).join(', ')}.`)
  process.exit(2)
}
process.chdir(root)
await ensurePackages()
const [script = '', ...fixed] = command
await run(script, [...fixed, ...args])
