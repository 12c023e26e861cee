import { placeOf, selectionIn } from '../template/pill-dom.ts'

/** A field that a text is typed into, as far as places in its text go. */
interface TextPlace {
  /** The caret or selection; null while it's elsewhere. */
  selection(): [number, number] | null
  /** Where a part of the text stands on the screen. An empty part has the one box of a caret. */
  boxes(from: number, to: number): DOMRect[]
  destroy(): void
}

/** Reads places in a text area, or in a text with pills. */
export const textPlace = (field: HTMLElement): TextPlace =>
  field instanceof HTMLTextAreaElement ? new Area(field) : new Pills(field)

class Pills implements TextPlace {
  readonly #field: HTMLElement

  constructor(field: HTMLElement) {
    this.#field = field
  }

  selection(): [number, number] | null {
    return selectionIn(this.#field)
  }

  boxes(from: number, to: number): DOMRect[] {
    const [start, end] = [placeOf(this.#field, from), placeOf(this.#field, to)]
    return boxesOf(start, end)
  }

  destroy(): void {}
}

/** What decides where the letters of a text area stand. */
const SHAPE = [
  ...['font', 'letterSpacing', 'wordSpacing', 'textIndent', 'textTransform', 'tabSize'],
  ...['paddingTop', 'paddingRight', 'paddingBottom', 'paddingLeft', 'borderWidth', 'textAlign'],
] as const

/** A text area tells nobody where its letters are: a copy of it that isn't seen does. */
class Area implements TextPlace {
  readonly #field: HTMLTextAreaElement
  /** Made when first needed: mostly one writes alone. */
  #copy: HTMLElement | null = null

  constructor(field: HTMLTextAreaElement) {
    this.#field = field
  }

  selection(): [number, number] | null {
    const { selectionStart, selectionEnd } = this.#field
    return document.activeElement === this.#field ? [selectionStart, selectionEnd] : null
  }

  boxes(from: number, to: number): DOMRect[] {
    const node = this.#shaped().firstChild
    if (!node) return []
    const most = this.#field.value.length
    return boxesOf({ node, offset: Math.min(from, most) }, { node, offset: Math.min(to, most) })
  }

  destroy(): void {
    this.#copy?.remove()
  }

  #shaped(): HTMLElement {
    this.#copy ??= copyBeside(this.#field)
    const copy = this.#copy
    const { style } = copy
    const seen = getComputedStyle(this.#field)
    for (const name of SHAPE) style.setProperty(kebab(name), seen.getPropertyValue(kebab(name)))
    style.left = `${this.#field.offsetLeft}px`
    style.top = `${this.#field.offsetTop}px`
    // As wide as the area is without its scrollbar.
    const borders =
      Number.parseFloat(seen.borderLeftWidth) + Number.parseFloat(seen.borderRightWidth)
    style.width = `${this.#field.clientWidth + borders}px`
    style.height = `${this.#field.offsetHeight}px`
    // A last empty line is one only when something follows.
    copy.textContent = `${this.#field.value}\u200b`
    copy.scrollTop = this.#field.scrollTop
    return copy
  }
}

function copyBeside(field: HTMLElement): HTMLElement {
  const copy = document.createElement('div')
  copy.setAttribute('aria-hidden', 'true')
  Object.assign(copy.style, {
    ...{ position: 'absolute', visibility: 'hidden', pointerEvents: 'none', overflow: 'hidden' },
    ...{ boxSizing: 'border-box', whiteSpace: 'pre-wrap', overflowWrap: 'break-word' },
    borderStyle: 'solid',
  })
  field.after(copy)
  return copy
}

const kebab = (name: string): string => name.replaceAll(/[A-Z]/g, (big) => `-${big.toLowerCase()}`)

interface End {
  node: Node
  offset: number
}

function boxesOf(start: End, end: End): DOMRect[] {
  const range = document.createRange()
  range.setStart(start.node, start.offset)
  range.setEnd(end.node, end.offset)
  const boxes = [...range.getClientRects()].filter(({ height }) => height > 0)
  return boxes.length > 0 ? boxes : beside(start)
}

/** A caret at the edge of a line or beside a pill has no box of its own: it stands at the edge of its neighbour. */
function beside({ node, offset }: End): DOMRect[] {
  const range = document.createRange()
  const length =
    node.nodeType === Node.TEXT_NODE ? (node.nodeValue ?? '').length : node.childNodes.length
  const isLast = offset >= length
  if (length === 0) return []
  range.setStart(node, isLast ? offset - 1 : offset)
  range.setEnd(node, isLast ? offset : offset + 1)
  const boxes = [...range.getClientRects()].filter(({ height }) => height > 0)
  const box = isLast ? boxes.at(-1) : boxes[0]
  return box ? [new DOMRect(isLast ? box.right : box.left, box.top, 0, box.height)] : []
}
