import type { NodeType } from '#lib/engine/index.ts'
import type { Editor } from '../state/editor.svelte.ts'
import type { Item } from './outline.ts'
import type { ClippingProblem } from '../document/clipboard.ts'
import { texts as builderTexts } from '../texts.ts'
import { placesFor, type Places } from './moving.ts'
import { placesBelow, type Place } from './places.ts'
import {
  blockOf,
  both,
  exitsOf,
  gapAt,
  insert,
  lift,
  openEnds,
  reading,
  type Gap,
  type Reading,
  type Rewiring,
} from './rewire.ts'
import { spotFor } from './spot.ts'
import { listTexts } from './texts.ts'

/** What people do to a workflow in its list; every deed is one change of the document that undoes as one. */
export class Deeds {
  readonly #editor: Editor
  #last: Reading | null = null

  constructor(editor: Editor) {
    this.#editor = editor
  }

  /** The drawing as it is now, read as a list. */
  get reading(): Reading {
    const { definition, registry } = this.#editor
    if (this.#last?.definition !== definition) this.#last = reading(definition, registry)
    return this.#last
  }

  /** Adds a step at a place, and selects it. */
  add(type: NodeType, place: Place): string | null {
    const editor = this.#editor
    const gap = gapAt(this.reading, place) ?? NOWHERE
    return editor.document.together(() => {
      const { at, moved } = spotFor(this.reading.definition, editor.canvas.boxes(), gap)
      const id = editor.addStep(type, { at })
      const node = id === null ? null : editor.document.toNode(id)
      const ports = node && editor.portsOf(node)
      if (id === null || !ports) return id
      const [inPort, outPort] = [ports.inputs[0]?.name, ports.outputs[0]?.name]
      const exits = outPort === undefined ? [] : [{ node: id, port: outPort }]
      // Nothing can follow a step without a way out: what did becomes unconnected, in plain sight.
      const open = exits.length === 0 ? { ...gap, targets: [] } : gap
      const wiring = insert(open, { head: id, inPort, exits })
      if (wiring) this.#apply(wiring)
      editor.document.moveNodes(moved)
      this.#sayWhere(id, listTexts.said.added)
      return id
    })
  }

  /** The places a step can be moved to; null when it's a trigger, or this person may only look. */
  placesFor(id: string): Places | null {
    return this.#editor.canEdit ? placesFor(this.reading, id) : null
  }

  /** Moves a step, with all that is indented below it, to a place. */
  move(id: string, place: Place, found = this.placesFor(id)): boolean {
    const item = this.reading.outline.byId.get(id)
    const gap = found && gapAt(found.lifted, place)
    if (!item || !gap || isWithin(place, blockOf(item))) return false
    const block = blockOf(item)
    const inPort = this.#editor.portsOf(item.step.node)?.inputs[0]?.name ?? 'in'
    const wiring = insert(gap, { head: id, inPort, exits: exitsOf(this.reading, block, id) })
    if (!wiring) return false
    this.#editor.document.together(() => {
      this.#apply(both(lift(this.reading, id, block), wiring))
      this.#settle(id, block, gap)
    })
    this.#sayWhere(id, listTexts.said.moved)
    return true
  }

  /** Moves a step by one place up or down; says so when there's none. */
  step(id: string, by: 1 | -1): boolean {
    const item = this.reading.outline.byId.get(id)
    if (item?.step.isTrigger) return this.#swap(item, by)
    const found = this.placesFor(id)
    if (!item || !found) return false
    const { slots, at } = found
    const above = item.number - 1
    const last = slots.findLastIndex(({ below }) => below <= above)
    const wanted = at >= 0 ? at + by : by > 0 ? last + 1 : last
    const slot = slots[wanted]
    if (slot && this.move(id, slot.place, found)) return true
    this.#editor.say(by > 0 ? listTexts.said.isLast : listTexts.said.isFirst)
    return false
  }

  /** Triggers stand in the order of the drawing: two of them change places in it. */
  #swap(item: Item, by: 1 | -1): boolean {
    const triggers = this.reading.outline.main.filter(({ step }) => step.isTrigger)
    const other = triggers[triggers.indexOf(item) + by]
    if (!other) {
      this.#editor.say(by > 0 ? listTexts.said.isLast : listTexts.said.isFirst)
      return false
    }
    const [here, there] = [item.step.node.position, other.step.node.position]
    const isSameHeight = here.y === there.y && here.x === there.x
    this.#editor.document.moveNodes(
      new Map([
        [item.id, isSameHeight ? { x: there.x, y: there.y + by * 90 } : there],
        [other.id, here],
      ]),
    )
    this.#sayWhere(item.id, listTexts.said.moved)
    return true
  }

  /** A copy of a step with all that is indented below it, right behind it. */
  duplicate(id: string): string | null {
    const editor = this.#editor
    const item = this.reading.outline.byId.get(id)
    if (!item || !editor.canEdit) return null
    const { definition } = this.reading
    const block = blockOf(item)
    const old = definition.nodes
      .filter((node) => block.has(node.id))
      .map((node) => node.id as string)
    const place = this.#placeBehind(item)
    return editor.document.together(() => {
      const made = editor.document.duplicate(block)
      const copyOf = new Map(old.map((one, index) => [one, made[index] ?? one]))
      const head = copyOf.get(id) ?? id
      const gap = (place && gapAt(this.reading, place)) ?? NOWHERE
      const exits = exitsOf(this.reading, block, id).map(({ node, port }) => ({
        node: copyOf.get(node) ?? node,
        port,
      }))
      const inPort = editor.portsOf(item.step.node)?.inputs[0]?.name
      const wiring = item.step.isTrigger ? null : insert(gap, { head, inPort, exits })
      if (wiring) {
        this.#apply(wiring)
        this.#settle(head, new Set(made), gap)
      }
      editor.canvas.select([head])
      this.#sayWhere(head, listTexts.said.duplicated)
      return head
    })
  }

  /** Pastes right behind a step, where what is pasted begins with one step; else it's not connected yet. */
  pasteBehind(id: string, text: string): ClippingProblem | 'viewer' | null {
    const editor = this.#editor
    const item = this.reading.outline.byId.get(id)
    if (!editor.canEdit) return 'viewer'
    const place = item && this.#placeBehind(item)
    const gap = place && gapAt(this.reading, place)
    return editor.document.together(() => {
      const made = editor.document.paste(text)
      if (typeof made === 'string') return made
      const { outline } = reading(editor.document.toDefinition(), editor.registry)
      const pasted = outline.loose.filter((one) => made.includes(one.id))
      const [head] = pasted.filter(({ step }) => step.incoming.length === 0)
      const isOne = pasted.every((one) => one === head || one.step.incoming.length > 0)
      const inPort = head && editor.portsOf(head.step.node)?.inputs[0]?.name
      const last = pasted.at(-1)
      const wiring =
        gap && head && last && isOne && inPort !== undefined
          ? insert(gap, { head: head.id, inPort, exits: openEnds(last) })
          : null
      if (wiring && gap && head) {
        this.#apply(wiring)
        this.#settle(head.id, new Set(made), gap)
      }
      editor.canvas.select(made)
      editor.say(builderTexts.announce.pasted(made.length))
      return null
    })
  }

  #placeBehind(item: Item): Place | null {
    if (item.main) return { kind: 'after', node: item.id, port: item.main.port }
    const { order } = this.reading.outline
    const next = order.slice(item.number).find(({ level }) => level <= item.level)
    const below = next?.level === item.level ? next : undefined
    return placesBelow(item, below)[0] ?? null
  }

  /** Deletes a step with all that is indented below it; what was before leads on to what was behind. */
  remove(id: string): { count: number; title: string } | null {
    const item = this.reading.outline.byId.get(id)
    if (!item) return null
    const block = blockOf(item)
    return this.#remove(item, block, lift(this.reading, id, block))
  }

  /** Deletes a step only; what its ways led to stays, connected to nothing. */
  removeOnly(id: string): { count: number; title: string } | null {
    const item = this.reading.outline.byId.get(id)
    if (!item) return null
    const { definition, registry } = this.reading
    const edges = definition.edges.filter(
      ({ source, sourcePort }) => source !== id || sourcePort === item.main?.port,
    )
    const block = new Set([id])
    return this.#remove(
      item,
      block,
      lift({ definition: { ...definition, edges }, registry }, id, block),
    )
  }

  #remove(
    item: Item,
    block: ReadonlySet<string>,
    wiring: Rewiring,
  ): { count: number; title: string } | null {
    if (!this.#editor.canEdit) return null
    const title = this.#editor.titleOf(item.id)
    this.#editor.document.together(() => {
      this.#apply(wiring)
      this.#editor.document.remove({ nodes: block })
    })
    this.#editor.say(listTexts.said.removed(title, block.size - 1))
    return { count: block.size, title }
  }

  /** The steps at which a way may go on, from top to bottom: all that don't lead to it. */
  targetsFor(node: string, port: string): Item[] {
    const { definition, outline } = this.reading
    const before = Map.groupBy(definition.edges, ({ target }): string => target)
    const earlier = new Set([node])
    for (const id of earlier) for (const { source } of before.get(id) ?? []) earlier.add(source)
    const way = outline.byId.get(node)?.step.ways.find((one) => one.port === port)
    const has = new Set<string>(way?.edges.map(({ target }) => target))
    return outline.order.filter(
      ({ id, step }) => step.takesLines && !earlier.has(id) && !has.has(id),
    )
  }

  /** Lets a way go on at a step; instead of where an edge leads, when one is given. */
  continueAt(node: string, port: string, target: string, instead?: string): void {
    const editor = this.#editor
    if (!editor.canEdit) return
    editor.document.together(() => {
      if (instead !== undefined) editor.document.remove({ edges: [instead] })
      editor.connect(node, port, target)
    })
  }

  /** Takes a line away. */
  disconnect(edge: string): void {
    if (!this.#editor.canEdit) return
    this.#editor.document.remove({ edges: [edge] })
    this.#editor.say(listTexts.said.disconnected)
  }

  #apply({ cut, draw }: Rewiring): void {
    const { document } = this.#editor
    document.together(() => {
      if (cut.length > 0) document.remove({ edges: cut })
      for (const edge of draw) document.connect(edge)
    })
  }

  /** Puts a block where its head belongs in the drawing. */
  #settle(head: string, block: ReadonlySet<string>, gap: Gap): void {
    const { document, canvas } = this.#editor
    const boxes = canvas.boxes().filter(({ id }) => !block.has(id))
    const { at, moved } = spotFor(this.reading.definition, boxes, gap)
    const from = document.toNode(head)?.position
    if (!from) return
    for (const id of block) {
      const position = document.toNode(id)?.position
      if (position) moved.set(id, { x: position.x + at.x - from.x, y: position.y + at.y - from.y })
    }
    document.moveNodes(moved)
  }

  /** Tells where a step stands, as soon as the list knows. */
  #sayWhere(id: string, sentence: (title: string, where: string) => string): void {
    // The draft is read anew in a microtask that is queued when the change is through: this comes after it.
    const tell = (): void => {
      const { outline } = this.reading
      const item = outline.byId.get(id)
      if (!item) return
      const branch = item.branch && {
        label: item.branch.label,
        of: this.#editor.titleOf(item.branch.node),
      }
      const isLoose = item.number >= (outline.loose[0]?.number ?? Infinity)
      const where = listTexts.where(item.number, branch, isLoose)
      this.#editor.say(sentence(this.#editor.titleOf(id), where))
    }
    queueMicrotask(() => queueMicrotask(tell))
  }
}

const NOWHERE: Gap = { sources: [], targets: [], cut: [] }

/** Whether a place is at a step of a block: where the block is already. */
const isWithin = (place: Place, block: ReadonlySet<string>): boolean =>
  'node' in place && block.has(place.node)
