import { describe, expect, it } from 'vitest'
import type { CommentRow } from '#lib/builder/comments/rows.ts'
import {
  matching,
  mentionAt,
  mentioned,
  partsOf,
  threadsOf,
  unreadOf,
} from '#lib/builder/comments/threads.ts'

const members = [
  { id: '1', name: 'Ann Archer' },
  { id: '2', name: 'Ann' },
  { id: '3', name: 'Ben Baker' },
]

const row = (id: string, thread: string | null, minute: number): CommentRow => ({
  ...{ id, node_id: null, thread_id: thread, author: '1', body: id, mentions: [] },
  created_at: `2026-11-23T10:0${minute}:00Z`,
  ...{ resolved_at: null, resolved_by: null, edited_at: null },
})

describe('comments', () => {
  it('are threads with their answers; the one that was last spoken in comes first', () => {
    const threads = threadsOf([row('a', null, 1), row('b', null, 2), row('c', 'a', 3)])
    expect(threads.map(({ first }) => first.id)).toEqual(['a', 'b'])
    expect(threads[0]?.replies.map(({ id }) => id)).toEqual(['c'])
  })

  it('are new when others said them since one looked; one’s own never are', () => {
    const rows = [row('a', null, 1), { ...row('b', null, 2), author: '2' }, row('c', 'a', 3)]
    expect([...unreadOf(rows, '2', null)]).toEqual(['a', 'c'])
    // Times of one moment may be written in more than one way.
    expect([...unreadOf(rows, '2', '2026-11-23T10:01:00+00:00')]).toEqual(['c'])
    expect([...unreadOf(rows, '1', '2026-11-23T10:01:00.000Z')]).toEqual(['b'])
    expect([...unreadOf(rows, '3', '2026-11-23T10:03:00Z')]).toEqual([])
  })

  it('offer members after an @, not in the middle of an address', () => {
    expect(mentionAt('Ask @an', 7)).toEqual({ from: 4, typed: 'an' })
    expect(mentionAt('ann@example', 11)).toBeNull()
    expect(matching(members, 'bak').map(({ id }) => id)).toEqual(['3'])
  })

  it('mention the one whose whole name is there, the longer before the shorter', () => {
    expect(mentioned('@Ann Archer, please', members).map(({ id }) => id)).toEqual(['1'])
    expect(mentioned('@Ann, please ask @Ben Baker', members).map(({ id }) => id)).toEqual([
      '2',
      '3',
    ])
    expect(mentioned('@Anna and x@Ann', members)).toEqual([])
  })

  it('show a text whole, with its mentions', () => {
    const text = 'Hi @Ben Baker: <b>why</b>?'
    const parts = partsOf(text, members)
    expect(parts.map((part) => part.text).join('')).toBe(text)
    expect(parts.filter(({ member }) => member).map((part) => part.text)).toEqual(['@Ben Baker'])
  })
})
