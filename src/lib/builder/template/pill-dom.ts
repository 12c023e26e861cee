import { partsOf, type Reference } from './parts.ts'

/*
 * A template is edited in a contenteditable element that holds texts, line breaks and pills. The text is the truth; the
 * element is drawn from it and read back from it, and places in the one are translated into places in the other.
 */

/** Lets the caret stand beside a pill at the edge of a line; never part of the text. */
const NOTHING = '\u200b'

/** How a pill looks and what's read out for it. */
export interface PillFace {
  from: string
  what: string
  isKnown: boolean
  /** What it gives on the sample, in short; empty while nobody knows. */
  value: string
  /** Why it gives nothing. */
  problem: string | null
}

/** Draws a template into an element. */
export function drawTemplate(
  element: HTMLElement,
  template: string,
  face: (reference: Reference, source: string) => PillFace,
): void {
  const children: Node[] = []
  for (const part of partsOf(template)) {
    if (part.kind === 'pill') {
      children.push(
        document.createTextNode(NOTHING),
        pill(part.source, face(part.reference, part.source)),
      )
    } else children.push(document.createTextNode(part.text))
  }
  // Chrome shows an empty last line, and a caret after a last pill, only when something follows.
  children.push(document.createTextNode(NOTHING))
  element.replaceChildren(...children)
}

function pill(source: string, face: PillFace): HTMLElement {
  const element = document.createElement('span')
  element.contentEditable = 'false'
  element.dataset['source'] = source
  paint(element, face)
  return element
}

function paint(element: HTMLElement, { from, what, isKnown, value, problem }: PillFace): void {
  element.className = ['pill', isKnown ? '' : 'unknown', problem === null ? '' : 'broken'].join(' ')
  element.title = problem ?? value
  const first = document.createElement('b')
  first.textContent = from
  element.replaceChildren(first)
  if (what !== '') element.append(` ${what}`)
  if (value === '' || problem !== null) return
  const shown = document.createElement('i')
  shown.textContent = value
  element.append(' ', shown)
}

/** Paints the pills anew and leaves the text, and the caret in it, as they are. */
export function paintPills(
  element: HTMLElement,
  template: string,
  face: (reference: Reference, source: string) => PillFace,
): void {
  const pills = element.querySelectorAll<HTMLElement>('[data-source]')
  const parts = partsOf(template).filter((part) => part.kind === 'pill')
  for (const [index, part] of parts.entries()) {
    const shown = pills[index]
    if (shown?.dataset['source'] === part.source) paint(shown, face(part.reference, part.source))
  }
}

/** Reads an element back as template text. */
export function readTemplate(node: Node): string {
  if (node instanceof HTMLElement && node.dataset['source'] !== undefined)
    return node.dataset['source']
  if (node.nodeType === Node.TEXT_NODE) return (node.nodeValue ?? '').replaceAll(NOTHING, '')
  if (node instanceof HTMLBRElement) return '\n'
  return Array.from(node.childNodes, readTemplate).join('')
}

/** Where in the text a place in the element is. */
export function offsetOf(root: HTMLElement, node: Node, offset: number): number {
  const inPill =
    node instanceof Element
      ? node.closest('[data-source]')
      : node.parentElement?.closest('[data-source]')
  if (inPill && root.contains(inPill))
    return offsetOf(root, inPill.parentNode ?? root, indexOf(inPill))
  const range = document.createRange()
  range.setStart(root, 0)
  range.setEnd(node, offset)
  return readTemplate(range.cloneContents()).length
}

const indexOf = (node: Node): number =>
  Array.from(node.parentNode?.childNodes ?? []).findIndex((child) => child === node)

/** Where in the element a place in the text is: never inside a pill. */
export function placeOf(root: HTMLElement, offset: number): { node: Node; offset: number } {
  let left = offset
  for (const child of root.childNodes) {
    const length = readTemplate(child).length
    if (child.nodeType === Node.TEXT_NODE && left <= length) {
      return { node: child, offset: rawOffset(child.nodeValue ?? '', left) }
    }
    left -= length
    if (left < 0) return { node: root, offset: indexOf(child) + 1 }
  }
  return { node: root, offset: root.childNodes.length }
}

/** Counts in the marks that are not part of the text. */
function rawOffset(raw: string, wanted: number): number {
  let seen = 0
  for (let index = 0; index < raw.length; index += 1) {
    if (raw[index] === NOTHING) continue
    if (seen === wanted) return index
    seen += 1
  }
  return raw.length
}

/** The selection as places in the text; null while it's elsewhere. */
export function selectionIn(root: HTMLElement): [number, number] | null {
  const selection = root.ownerDocument.getSelection()
  if (!selection || selection.rangeCount === 0) return null
  const range = selection.getRangeAt(0)
  if (!root.contains(range.startContainer) || !root.contains(range.endContainer)) return null
  return [
    offsetOf(root, range.startContainer, range.startOffset),
    offsetOf(root, range.endContainer, range.endOffset),
  ]
}

/** Puts the caret (or a selection) at places in the text. */
export function selectIn(root: HTMLElement, start: number, end = start): void {
  const [from, to] = [placeOf(root, start), placeOf(root, end)]
  root.ownerDocument.getSelection()?.setBaseAndExtent(from.node, from.offset, to.node, to.offset)
}
