import { afterAll, beforeAll, expect, it } from 'vitest'
import { startTestStack } from '../../local/testing.ts'
import type { Stack } from '../../local/stack.ts'
import { Connection } from '../../supabase/functions/_shared/database/connection.ts'
import { Unavailable } from '../../supabase/functions/_shared/database/outage.ts'

let stack: Stack

beforeAll(async () => {
  stack = await startTestStack({ functions: false, worker: 0 })
})
afterAll(async () => {
  await stack.stop()
})

it('gives a connection up that does not answer, and goes on with a new one', async () => {
  const connection = new Connection(stack.databaseUrl, 300)
  try {
    const behind = connection.query('select 1 as one', [])
    await expect(behind).resolves.toEqual([{ one: 1 }])
    const swallowed = connection.query('select pg_sleep(60)', [])
    const afterIt = connection.query('select 2 as two', [])
    await expect(swallowed).rejects.toThrow(Unavailable)
    await expect(afterIt).rejects.toThrow(Unavailable)
    expect(await connection.query('select 3 as three', [])).toEqual([{ three: 3 }])
  } finally {
    await connection.close()
  }
})

it('waits for a statement as long as it may take, and for many that come one after the other', async () => {
  const connection = new Connection(stack.databaseUrl, 1_000)
  try {
    const naps = Array.from({ length: 8 }, () => connection.query('select pg_sleep(0.25)', []))
    await Promise.all(naps)
  } finally {
    await connection.close()
  }
})

it('tells what is wrong with a statement without giving the connection up', async () => {
  const connection = new Connection(stack.databaseUrl)
  try {
    const [before] = await connection.query<{ pid: number }>('select pg_backend_pid() as pid', [])
    await expect(connection.query('select nothing', [])).rejects.toMatchObject({ code: '42703' })
    const [after] = await connection.query<{ pid: number }>('select pg_backend_pid() as pid', [])
    expect(after).toEqual(before)
  } finally {
    await connection.close()
  }
})
