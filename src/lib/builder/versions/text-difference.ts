import { textChange } from '../document/shape.ts'
import { wholePills } from '../template/parts.ts'

/** A line of one text or of both. */
export interface TextLine {
  kind: 'same' | 'added' | 'removed'
  text: string
  /** Which part of it differs, where the line has a counterpart that is much the same. */
  mark?: { from: number; to: number }
}

/** Beyond this many comparisons two texts are told apart as wholes: nobody reads such a difference line by line. */
const MOST_COMPARISONS = 4_000_000

/** The lines of two texts, those that stayed between those that went and came; in the order in which one reads them. */
export function textDifference(before: string, after: string): TextLine[] {
  const [old, now] = [linesOf(before), linesOf(after)]
  let start = 0
  while (start < old.length && start < now.length && old[start] === now[start]) start += 1
  let end = 0
  const shorter = Math.min(old.length, now.length) - start
  while (end < shorter && old[old.length - 1 - end] === now[now.length - 1 - end]) end += 1
  return withMarks([
    ...old.slice(0, start).map(same),
    ...middle(old.slice(start, old.length - end), now.slice(start, now.length - end)),
    ...old.slice(old.length - end).map(same),
  ])
}

/** Marks what differs within lines that took the place of others, one by one. */
function withMarks(lines: TextLine[]): TextLine[] {
  for (let at = 0; at < lines.length; at += 1) {
    const gone = countFrom(lines, at, 'removed')
    if (gone === 0) continue
    const came = countFrom(lines, at + gone, 'added')
    for (let pair = 0; gone === came && pair < gone; pair += 1) {
      const [old, now] = [lines[at + pair], lines[at + gone + pair]]
      if (old && now) markPair(old, now)
    }
    at += gone + came - 1
  }
  return lines
}

function countFrom(lines: readonly TextLine[], at: number, kind: TextLine['kind']): number {
  let count = 0
  while (lines[at + count]?.kind === kind) count += 1
  return count
}

function markPair(old: TextLine, now: TextLine): void {
  const { at, remove, insert } = textChange(old.text, now.text)
  const shared = Math.max(old.text.length, now.text.length) - Math.max(remove, insert.length)
  // Lines that share next to nothing are other lines.
  if (shared * 3 < Math.max(old.text.length, now.text.length)) return
  old.mark = wholeWords(old.text, at, at + remove)
  now.mark = wholeWords(now.text, at, at + insert.length)
}

/** Widens a range so that it takes words and pills whole. */
function wholeWords(text: string, start: number, end: number): { from: number; to: number } {
  const isWord = (at: number) => /[\p{L}\p{N}]/u.test(text.charAt(at))
  let [from, to] = [start, end]
  if (from < to) {
    while (from > 0 && isWord(from) && isWord(from - 1)) from -= 1
    while (to < text.length && isWord(to) && isWord(to - 1)) to += 1
  }
  const [first, last] = wholePills(text, from, to)
  return { from: first, to: last }
}

const linesOf = (text: string): string[] => (text === '' ? [] : text.split(/\r\n|\r|\n/))
const same = (text: string): TextLine => ({ kind: 'same', text })
const added = (text: string): TextLine => ({ kind: 'added', text })
const removed = (text: string): TextLine => ({ kind: 'removed', text })

/** The longest common run of lines decides what stayed. */
function middle(old: readonly string[], now: readonly string[]): TextLine[] {
  if (old.length * now.length > MOST_COMPARISONS || old.length === 0 || now.length === 0) {
    return [...old.map(removed), ...now.map(added)]
  }
  const common = commonRuns(old, now)
  const lines: TextLine[] = []
  let [from, to] = [0, 0]
  while (from < old.length || to < now.length) {
    const [left, right] = [old[from], now[to]]
    if (left !== undefined && left === right) {
      lines.push(same(left))
      from += 1
      to += 1
    } else if (left !== undefined && runAt(common, from + 1, to) >= runAt(common, from, to + 1)) {
      lines.push(removed(left))
      from += 1
    } else if (right !== undefined) {
      lines.push(added(right))
      to += 1
    }
  }
  return lines
}

const runAt = (common: readonly Uint32Array[], from: number, to: number): number =>
  common[from]?.[to] ?? 0

/** How many lines two texts share from each pair of places on. */
function commonRuns(old: readonly string[], now: readonly string[]): Uint32Array[] {
  const rows = Array.from({ length: old.length + 1 }, () => new Uint32Array(now.length + 1))
  for (let from = old.length - 1; from >= 0; from -= 1) {
    const row = rows[from]
    if (!row) continue
    for (let to = now.length - 1; to >= 0; to -= 1) {
      row[to] =
        old[from] === now[to]
          ? runAt(rows, from + 1, to + 1) + 1
          : Math.max(runAt(rows, from + 1, to), runAt(rows, from, to + 1))
    }
  }
  return rows
}

/** A part of a long text's difference: lines to show, or how many unchanged ones are left out. */
export type TextPart = { kind: 'lines'; lines: TextLine[] } | { kind: 'skipped'; lines: TextLine[] }

/** The difference with long unchanged stretches folded, but for some lines around each change. */
export function folded(lines: readonly TextLine[], around = 2): TextPart[] {
  const isNear = lines.map((_, at) =>
    lines.slice(Math.max(0, at - around), at + around + 1).some(({ kind }) => kind !== 'same'),
  )
  const parts: TextPart[] = []
  for (const [at, line] of lines.entries()) {
    const kind = isNear[at] === true ? 'lines' : 'skipped'
    const last = parts.at(-1)
    if (last?.kind === kind) last.lines.push(line)
    else parts.push({ kind, lines: [line] })
  }
  // Folding one line away saves nothing.
  return parts.map((part) => (part.lines.length < 2 ? { ...part, kind: 'lines' } : part))
}
