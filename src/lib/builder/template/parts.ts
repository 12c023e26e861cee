/** A template as a person sees it: texts, and references to data shown as pills. */
export type Part =
  | { kind: 'text'; text: string; at: number }
  | { kind: 'pill'; source: string; at: number; reference: Reference }

/** What a pill stands for. */
export interface Reference {
  /** `steps`, `trigger`, `item`… */
  root: string
  /** Names and indexes after the root, e.g. ['create_record', 'record', 'id']. */
  path: string[]
  /** Filters, as they're written: `upcase | truncate: 20`. */
  filters: string
}

const OUTPUT = /\{\{-?\s*([^{}]*?)\s*-?\}\}/g
const NAME = /^[A-Za-z_][\w-]*\??/
const STEP = /^(?:\.([A-Za-z_][\w-]*\??)|\[\s*(?:(\d+)|"([^"]*)"|'([^']*)')\s*\])/

/** Reads `steps.a["b c"][0] | upcase`; null when it's something else, such as a literal or a range. */
export function readReference(expression: string): Reference | null {
  const root = NAME.exec(expression)?.[0]
  if (root === undefined) return null
  const path: string[] = []
  let rest = expression.slice(root.length)
  for (let step = STEP.exec(rest); step; step = STEP.exec(rest)) {
    path.push(step[1] ?? step[2] ?? step[3] ?? step[4] ?? '')
    rest = rest.slice(step[0].length)
  }
  rest = rest.trim()
  if (rest === '') return { root, path, filters: '' }
  return rest.startsWith('|') ? { root, path, filters: rest.slice(1).trim() } : null
}

/** Writes a reference as template text, e.g. `{{ steps.create_record.record["first name"] }}`. */
export function writeReference({ root, path, filters }: Reference): string {
  const steps = path.map((name, index) => {
    // Keys of steps are plain names, so a number there is one of a list.
    if (/^\d+$/.test(name) && index > 0) return `[${name}]`
    return /^[A-Za-z_][\w-]*$/.test(name) ? `.${name}` : `["${name.replaceAll('"', '')}"]`
  })
  return `{{ ${root}${steps.join('')}${filters === '' ? '' : ` | ${filters}`} }}`
}

/** Takes a template apart. Every character of it is in exactly one part. */
export function partsOf(template: string): Part[] {
  const parts: Part[] = []
  let done = 0
  for (const match of template.matchAll(OUTPUT)) {
    const reference = readReference(match[1] ?? '')
    if (!reference) continue
    if (match.index > done) {
      parts.push({ kind: 'text', text: template.slice(done, match.index), at: done })
    }
    parts.push({ kind: 'pill', source: match[0], at: match.index, reference })
    done = match.index + match[0].length
  }
  if (done < template.length) parts.push({ kind: 'text', text: template.slice(done), at: done })
  return parts
}

/** Widens a range so that it takes pills whole: half a pill can't be deleted. */
export function wholePills(template: string, start: number, end: number): [number, number] {
  let [from, to] = [start, end]
  for (const part of partsOf(template)) {
    if (part.kind !== 'pill') continue
    const [first, last] = [part.at, part.at + part.source.length]
    if (start < last && end > first) {
      from = Math.min(from, first)
      to = Math.max(to, last)
    }
  }
  return [from, to]
}

/** Where the caret comes to when one letter, or one pill, before or after it is deleted. */
export function neighbour(template: string, at: number, direction: -1 | 1): number {
  for (const part of partsOf(template)) {
    if (part.kind !== 'pill') continue
    const [first, last] = [part.at, part.at + part.source.length]
    if (direction === -1 && at > first && at <= last) return first
    if (direction === 1 && at >= first && at < last) return last
  }
  const letters = [...new Intl.Segmenter().segment(template)]
  if (direction === -1) {
    return letters.findLast(({ index }) => index < at)?.index ?? 0
  }
  return letters.find(({ index }) => index > at)?.index ?? template.length
}

/**
 * Where a caret belongs after somebody else changed the text: letters before it move it along.
 */
export function caretAfter(
  caret: number,
  change: { at: number; remove: number; insert: string },
): number {
  if (caret <= change.at) return caret
  const end = change.at + change.remove
  return caret >= end ? caret + change.insert.length - change.remove : change.at
}

/** What opens the picker: `{{`, or a `/` that begins a word. Answers where it starts; null when nothing does. */
export function pickerCall(template: string, caret: number): { at: number; typed: string } | null {
  const before = template.slice(0, caret)
  const braces = before.lastIndexOf('{{')
  if (braces !== -1 && !before.slice(braces).includes('}}')) {
    return { at: braces, typed: before.slice(braces + 2).trim() }
  }
  const slash = /(?:^|\s)(\/)([\p{L}\p{N} _.-]{0,30})$/u.exec(before)
  if (!slash || (slash[2] ?? '').startsWith(' ')) return null
  const typed = slash[2] ?? ''
  return { at: caret - typed.length - 1, typed }
}

/** Which of some pills the caret stands beside: the one before it, or (unless only that is asked for) the one after. */
export function pillBeside(
  pills: readonly { at: number; source: string }[],
  caret: number,
  onlyBefore = false,
): number | undefined {
  const before = pills.findIndex(({ at, source }) => at + source.length === caret)
  if (before !== -1 || onlyBefore) return before === -1 ? undefined : before
  const after = pills.findIndex(({ at }) => at === caret)
  return after === -1 ? undefined : after
}
