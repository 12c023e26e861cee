import type { CommentRow, Member } from './rows.ts'

/** A comment with the answers to it. */
export interface Thread {
  first: CommentRow
  replies: readonly CommentRow[]
}

/** Rows as threads; the one that was last spoken in comes first. */
export function threadsOf(rows: readonly CommentRow[]): Thread[] {
  const replies = Map.groupBy(rows, ({ thread_id }) => thread_id)
  const last = ({ first, replies: all }: Thread): string =>
    all.at(-1)?.created_at ?? first.created_at
  return (replies.get(null) ?? [])
    .map((first) => ({ first, replies: replies.get(first.id) ?? [] }))
    .sort((a, b) => (last(a) < last(b) ? 1 : -1))
}

/** The comments of others since somebody last looked. */
export function unreadOf(
  rows: readonly CommentRow[],
  me: string,
  readAt: string | null,
): Set<string> {
  const since = readAt === null || readAt === '' ? 0 : Date.parse(readAt)
  return new Set(
    rows.flatMap(({ id, author, created_at }) =>
      author !== me && Date.parse(created_at) > since ? [id] : [],
    ),
  )
}

/** What is being typed after the last "@" before the caret; null when nobody is being mentioned. */
export function mentionAt(text: string, caret: number): { from: number; typed: string } | null {
  const found = /(?:^|\s)@([^@\n]{0,40})$/.exec(text.slice(0, caret))
  return found ? { from: caret - (found[1]?.length ?? 0) - 1, typed: found[1] ?? '' } : null
}

/** Members whose name has a word that begins so. */
export function matching(members: readonly Member[], typed: string): Member[] {
  const wanted = typed.trim().toLocaleLowerCase()
  return members.filter(({ name }) => {
    const whole = name.toLocaleLowerCase()
    return whole.startsWith(wanted) || whole.split(/\s+/).some((word) => word.startsWith(wanted))
  })
}

/** Those whose names stand in the text after an "@"; a longer name counts before a shorter one that begins like it. */
export function mentioned(text: string, members: readonly Member[]): Member[] {
  return partsOf(text, members).flatMap(({ member }) => member ?? [])
}

/** A text as plain parts and mentions, for drawing. */
export function partsOf(
  text: string,
  members: readonly Member[],
): { text: string; member?: Member }[] {
  const longest = members.toSorted((a, b) => b.name.length - a.name.length)
  const parts: { text: string; member?: Member }[] = []
  let plain = ''
  for (let at = 0; at < text.length;) {
    const begins = text[at] === '@' && !/[\p{L}\p{N}]/u.test(text[at - 1] ?? ' ')
    const member = begins
      ? longest.find(
          ({ name }) =>
            text.startsWith(name, at + 1) &&
            !/[\p{L}\p{N}]/u.test(text[at + 1 + name.length] ?? ' '),
        )
      : undefined
    if (member) {
      if (plain !== '') parts.push({ text: plain })
      plain = ''
      parts.push({ text: `@${member.name}`, member })
      at += member.name.length + 1
    } else {
      plain += text[at] ?? ''
      at += 1
    }
  }
  if (plain !== '') parts.push({ text: plain })
  return parts
}
