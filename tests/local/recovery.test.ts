import { spawn, type ChildProcess } from 'node:child_process'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import postgres from 'postgres'
import { afterEach, expect, test } from 'vitest'
import { isAlive } from '../../local/processes/lock.ts'
import { removeData } from '../../local/postgres/cluster-folder.ts'
import { signUp, startTestStack } from '../../local/testing.ts'

type Running = {
  process: ChildProcess
  databaseUrl: string
  processes: { name: string; pid: number }[]
}

const folders: string[] = []
afterEach(async () => {
  for (const folder of folders.splice(0)) {
    await removeData(folder)
    rmSync(folder, { recursive: true, force: true })
  }
})

function newFolder(): string {
  const folder = mkdtempSync(join(tmpdir(), 'weft-recovery-'))
  folders.push(folder)
  return folder
}

function startProcess(dataDir: string): Promise<Running> {
  const child = spawn(
    process.execPath,
    [fileURLToPath(new URL('./stack-process.ts', import.meta.url)), dataDir],
    {
      stdio: ['ignore', 'pipe', 'pipe'],
    },
  )
  let said = ''
  child.stderr.on('data', (chunk: Buffer) => (said += chunk.toString()))
  return new Promise((resolve, reject) => {
    child.stdout.on('data', (chunk: Buffer) => {
      const line = chunk.toString()
      if (line.startsWith('{'))
        resolve({ process: child, ...(JSON.parse(line) as Omit<Running, 'process'>) })
    })
    child.once('exit', () => reject(new Error(said)))
  })
}

const living = (running: Running) =>
  running.processes.filter(({ pid }) => isAlive(pid)).map(({ name }) => name)

test('stopping leaves no process behind', async () => {
  const running = await startProcess(newFolder())
  expect(living(running).sort()).toEqual(expect.arrayContaining(['functions', 'postgres']))
  const gone = new Promise((resolve) => running.process.once('exit', resolve))
  running.process.kill('SIGINT')
  await gone
  expect(living(running)).toEqual([])
})

test('after a kill -9 of the parent nothing lingers, and the next start has all the data', async () => {
  const folder = newFolder()
  const first = await startProcess(folder)
  const sql = postgres(first.databaseUrl, { max: 1, onnotice: () => undefined })
  await sql`create table public.kept (n int)`
  await sql`insert into public.kept values (42)`
  await sql.end()
  first.process.kill('SIGKILL')
  await expect.poll(() => living(first), { timeout: 10_000 }).toEqual([])

  const second = await startProcess(folder)
  const again = postgres(second.databaseUrl, { max: 1 })
  expect([...(await again`select n from public.kept`)]).toEqual([{ n: 42 }])
  await again.end()
  second.process.kill('SIGTERM')
  await expect.poll(() => living(second), { timeout: 10_000 }).toEqual([])
})

test('a start right after a kill -9 waits for the old Postgres and takes over', async () => {
  const folder = newFolder()
  const first = await startProcess(folder)
  first.process.kill('SIGKILL')
  const second = await startProcess(folder)
  expect(living(second)).toContain('postgres')
  second.process.kill('SIGTERM')
  await expect.poll(() => living(second), { timeout: 10_000 }).toEqual([])
})

test('a second start on the same folder is refused while the first one runs', async () => {
  const folder = newFolder()
  const first = await startProcess(folder)
  await expect(startProcess(folder)).rejects.toThrow('already running')
  expect(living(first)).toContain('postgres')
  first.process.kill('SIGTERM')
  await expect.poll(() => living(first), { timeout: 10_000 }).toEqual([])
})

test('after a kill -9 of Postgres the API, sign-in and realtime work again by themselves', async () => {
  const stack = await startTestStack({ functions: false, worker: 0 })
  try {
    const ada = await signUp(stack, 'ada@example.com')
    const heard: unknown[] = []
    const joined = await new Promise((resolve) =>
      ada.client
        .channel('news')
        .on('broadcast', { event: '*' }, (message) => heard.push(message))
        .subscribe(resolve),
    )
    expect(joined).toBe('SUBSCRIBED')
    const before = stack.processes.find(({ name }) => name === 'postgres')?.pid ?? 0
    process.kill(before, 'SIGKILL')
    const visible = async () => (await ada.client.from('workspaces').select('id')).error
    await expect.poll(visible, { timeout: 20_000 }).toBeNull()
    expect((await signUp(stack, 'bob@example.com')).id).toBeTruthy()
    const after = stack.processes.find(({ name }) => name === 'postgres')?.pid
    expect(after).not.toBe(before)

    const sql = postgres(stack.databaseUrl, { max: 1 })
    const sendOne = async () => {
      await sql`select realtime.send('{}', 'x', 'news', false)`
      return heard.length
    }
    await expect.poll(sendOne, { timeout: 10_000 }).toBeGreaterThan(0)
    await sql.end()
    await ada.client.realtime.disconnect()
  } finally {
    await stack.stop()
  }
})
