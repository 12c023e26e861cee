/**
 * The part of Markdown that notes need. What comes out is a tree that a component draws with elements of its own: a
 * note's text never becomes HTML, so nothing in it can run.
 */
export type Inline =
  | { kind: 'text'; text: string }
  | { kind: 'code'; text: string }
  | { kind: 'strong'; parts: Inline[] }
  | { kind: 'emphasis'; parts: Inline[] }
  | { kind: 'struck'; parts: Inline[] }
  | { kind: 'link'; href: string; parts: Inline[] }

export interface ListItem {
  parts: Inline[]
  /** Set on items with a box before them. */
  done?: boolean
}

export type Block =
  | { kind: 'heading'; level: 1 | 2 | 3; parts: Inline[] }
  | { kind: 'paragraph' | 'quote'; lines: Inline[][] }
  | { kind: 'list'; ordered: boolean; items: ListItem[] }
  | { kind: 'code'; text: string }
  | { kind: 'line' }

/** Longer lines are shown as they are: nobody writes them by hand, and looking for marks in them takes long. */
const LONGEST = 2000

const ITEM = /^\s*(?:[-*+]|(\d{1,4})[.)])\s+(?:\[([ xX])\]\s+)?(.*)$/
const HEADING = /^(#{1,3})\s+(.*)$/
const LINE = /^\s*(?:-{3,}|\*{3,}|_{3,})\s*$/
const FENCE = /^\s*```/

/** A note's text as blocks. */
export function parseMarkdown(text: string): Block[] {
  const blocks: Block[] = []
  const lines = text.split(/\r?\n/)
  for (let at = 0; at < lines.length; at += 1) {
    const line = lines[at] ?? ''
    if (FENCE.test(line)) {
      const end = lines.findIndex((one, index) => index > at && FENCE.test(one))
      const last = end === -1 ? lines.length : end
      blocks.push({ kind: 'code', text: lines.slice(at + 1, last).join('\n') })
      at = last
    } else if (line.trim() !== '') {
      addLine(blocks, line, (lines[at - 1] ?? '').trim() === '')
    }
  }
  return blocks
}

function addLine(blocks: Block[], line: string, isNew: boolean): void {
  const last = isNew ? undefined : blocks.at(-1)
  const heading = HEADING.exec(line)
  const item = ITEM.exec(line)
  if (heading?.[1] !== undefined) {
    const level = heading[1].length as 1 | 2 | 3 // the pattern allows no other
    blocks.push({ kind: 'heading', level, parts: inline(heading[2] ?? '') })
  } else if (LINE.test(line)) {
    blocks.push({ kind: 'line' })
  } else if (item) {
    addItem(blocks, item)
  } else if (/^\s*>/.test(line)) {
    add(blocks, last, 'quote', line.replace(/^\s*>\s?/, ''))
  } else {
    add(blocks, last, 'paragraph', line.trim())
  }
}

function addItem(blocks: Block[], [, number, box, text]: RegExpExecArray): void {
  const ordered = number !== undefined
  const item: ListItem = {
    parts: inline(text ?? ''),
    ...(box === undefined ? {} : { done: box !== ' ' }),
  }
  const list = blocks.at(-1)
  if (list?.kind === 'list' && list.ordered === ordered) list.items.push(item)
  else blocks.push({ kind: 'list', ordered, items: [item] })
}

function add(
  blocks: Block[],
  last: Block | undefined,
  kind: 'paragraph' | 'quote',
  line: string,
): void {
  if (last?.kind === kind) last.lines.push(inline(line))
  else blocks.push({ kind, lines: [inline(line)] })
}

const MARKS =
  /(`+)(.+?)\1|\*\*(\S.*?)\*\*|__(\S.*?)__|~~(\S.*?)~~|\*(\S.*?)\*|\b_(\S.*?)_\b|\[([^\]]+)\]\(([^\s)]+)\)|(https?:\/\/[^\s<>()]+[^\s<>().,;:!?])/

/** The marks within a line. */
export function inline(text: string, depth = 0): Inline[] {
  const match = depth < 6 && text.length <= LONGEST ? MARKS.exec(text) : null
  if (!match) return text === '' ? [] : [{ kind: 'text', text }]
  const [whole, , code, strong, strongToo, struck, soft, softToo, label, target, bare] = match
  const deeper = (part: string): Inline[] => inline(part, depth + 1)
  const before = text.slice(0, match.index)
  const found = (): Inline => {
    if (code !== undefined) return { kind: 'code', text: code }
    const bold = strong ?? strongToo
    if (bold !== undefined) return { kind: 'strong', parts: deeper(bold) }
    if (struck !== undefined) return { kind: 'struck', parts: deeper(struck) }
    const slanted = soft ?? softToo
    if (slanted !== undefined) return { kind: 'emphasis', parts: deeper(slanted) }
    const href = safeAddress(target ?? bare ?? '')
    const parts: Inline[] =
      label === undefined ? [{ kind: 'text', text: bare ?? '' }] : deeper(label)
    return href === null ? { kind: 'text', text: whole } : { kind: 'link', href, parts }
  }
  return [
    ...(before === '' ? [] : [{ kind: 'text', text: before } as const]),
    found(),
    ...inline(text.slice(match.index + whole.length), depth),
  ]
}

/** The address of a link, when it leads to a page or a mailbox; anything else ("javascript:") is no link. */
function safeAddress(target: string): string | null {
  const address = URL.parse(target)
  return address && ['http:', 'https:', 'mailto:'].includes(address.protocol) ? address.href : null
}
