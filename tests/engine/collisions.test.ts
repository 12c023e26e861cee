import { describe, expect, it } from 'vitest'
import { bench, draw } from './bench.ts'
import { create, set } from './test-nodes.ts'

const drawn = draw({ start: 'trigger.manual', made: create('Ada'), after: set(1) }, [
  'start -> made -> after',
])

describe('a transaction that the database broke off', () => {
  it('is tried again as if nothing had been, however long the first try took', async () => {
    const b = bench()
    const transact = b.store.transact.bind(b.store)
    let tries = 0
    b.store.transact = (lease, workspace, work) =>
      transact(lease, workspace, (services) => {
        const records = Object.create(services.records) as typeof services.records
        records.create = async (...given) => {
          if (++tries === 1) throw new Error('the connection broke')
          // Takes a moment, as a database does.
          await b.clock.sleep(5)
          return await services.records.create(...given)
        }
        return work({ ...services, records })
      })
    const { outcome, steps } = await b.run(drawn)
    expect(outcome).toMatchObject({ status: 'succeeded' })
    expect(steps['made']).toMatchObject({ status: 'succeeded', attempt: 1 })
    expect(tries).toBe(2)
  })

  it('may do its work twice for one try, when another transaction was in its way', async () => {
    const b = bench()
    const transact = b.store.transact.bind(b.store)
    b.store.transact = async (lease, workspace, work) => {
      // The first time it's rolled back at the end; nobody was told.
      await transact(lease, workspace, async (services) => {
        await work(services)
        throw new Error('deadlock detected')
      }).catch(() => undefined)
      return await transact(lease, workspace, async (services) => {
        await b.clock.sleep(5)
        return await work(services)
      })
    }
    const { outcome, steps } = await b.run(drawn)
    expect(outcome).toMatchObject({ status: 'succeeded' })
    expect(steps['made']).toMatchObject({ status: 'succeeded', attempt: 1 })
  })
})
