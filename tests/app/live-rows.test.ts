import { describe, expect, test } from 'vitest'
import { Merger } from '#lib/live/merge.ts'

interface Row {
  id: string
  status: string
}

const merger = () => new Merger<Row>(({ id }) => id)
const row = (id: string, status: string): Row => ({ id, status })

describe('rows that are fetched and told', () => {
  test('what was told while a fetch was on its way is newer than what the fetch brings', () => {
    const rows = merger()
    const bring = rows.fetching()
    rows.tell(row('a', 'succeeded'))
    bring([row('a', 'running'), row('b', 'running')])
    expect(rows.get('a')?.status).toBe('succeeded')
    expect(rows.get('b')?.status).toBe('running')
  })

  test('what was told before a fetch is replaced by what the fetch brings', () => {
    const rows = merger()
    rows.tell(row('a', 'running'))
    rows.fetching()([row('a', 'failed')])
    expect(rows.get('a')?.status).toBe('failed')
  })

  test('of two fetches on their way the told row outlives both', () => {
    const rows = merger()
    const first = rows.fetching()
    const second = rows.fetching()
    rows.tell(row('a', 'succeeded'))
    second([row('a', 'running')])
    first([row('a', 'queued')])
    expect(rows.get('a')?.status).toBe('succeeded')
  })

  test('a fetch of all forgets rows that are gone, but not those told meanwhile', () => {
    const rows = merger()
    rows.fetching()([row('gone', 'running'), row('kept', 'running')])
    const bring = rows.fetching()
    rows.tell(row('new', 'queued'))
    bring([row('kept', 'running')], { all: true })
    expect(rows.rows.map(({ id }) => id).sort()).toEqual(['kept', 'new'])
  })

  test('a row that was dropped while a fetch was on its way doesn’t come back with it', () => {
    const rows = merger()
    rows.tell(row('a', 'running'))
    const bring = rows.fetching()
    rows.drop('a')
    bring([row('a', 'running')])
    expect(rows.rows).toEqual([])
  })
})
