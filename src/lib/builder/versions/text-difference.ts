/** A line of one text or of both. */
export interface TextLine {
  kind: 'same' | 'added' | 'removed'
  text: string
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
  return [
    ...old.slice(0, start).map(same),
    ...middle(old.slice(start, old.length - end), now.slice(start, now.length - end)),
    ...old.slice(old.length - end).map(same),
  ]
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
