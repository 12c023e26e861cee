import type { EdgeDefinition, WorkflowDefinition } from '#lib/engine/definition/schema.ts'
import type { Registry } from '#lib/engine/nodes/registry.ts'
import { walk, type Walked } from './dominators.ts'
import { inDrawing, readSteps, type Step, type Way, type WayKind } from './ways.ts'

/** A line to a step that stands elsewhere in the list. */
export interface Link {
  readonly edge: EdgeDefinition
  readonly target: string
  /** Leads to a step above: a circle, which no workflow may have. */
  readonly isBack: boolean
}

/** An indented part of the list: what one way out of a step leads to. */
export interface Branch {
  /** `<step> <port>`, and the first step of one of several ways that go side by side. */
  readonly key: string
  readonly node: string
  readonly port: string
  readonly label: string
  readonly kind: WayKind | 'side'
  /** Of several ways side by side: which of how many. */
  readonly side: { readonly number: number; readonly of: number } | null
  /** The line that begins this one of several ways side by side. */
  readonly edge: EdgeDefinition | null
  /** Ways that start together; what follows after them is in `items`. */
  readonly sides: readonly Branch[]
  readonly items: readonly Item[]
  /** Where the way goes on, when it leads to steps that stand elsewhere. */
  readonly links: readonly Link[]
}

/** A step in the list with everything that belongs under it. */
export interface Item {
  readonly id: string
  readonly number: number
  readonly step: Step
  /** The branch it stands in; null at the top level. */
  readonly branch: { readonly key: string; readonly node: string; readonly label: string } | null
  readonly level: number
  readonly main: Way | null
  readonly branches: readonly Branch[]
  /** Lines of the main way to steps that stand elsewhere: all but the step right below. */
  readonly links: readonly Link[]
  /** The step below at the same level, when this step leads to it. */
  readonly leadsOn: boolean
  /** How many lines come together here; less than two is no join. */
  readonly joins: number
}

/** A workflow as a list: every step exactly once. */
export interface Outline {
  /** What triggers lead to, triggers first. */
  readonly main: readonly Item[]
  /** Steps that no trigger leads to. */
  readonly loose: readonly Item[]
  /** All steps from top to bottom. */
  readonly order: readonly Item[]
  readonly byId: ReadonlyMap<string, Item>
}

type Writable<T> = { -readonly [Name in keyof T]: T[Name] }

/**
 * Reads a drawing as a list. A step stands under the way that leads to it; a join stands once, right after the step (or
 * way) at which its ways parted; other lines to it become links. Steps that no trigger leads to come in a part of their own.
 */
export function outlineOf(definition: WorkflowDefinition, registry: Registry): Outline {
  const steps = readSteps(definition, registry)
  const inOrder = [...steps.values()].sort((a, b) => inDrawing(a.node, b.node))
  const order: Item[] = []
  const triggers = inOrder.filter(({ isTrigger }) => isTrigger)
  const main = new Reading(steps, triggers, new Set(), order).read()
  const placed = new Set(order.map(({ id }) => id))
  const left = inOrder.filter(({ node }) => !placed.has(node.id))
  const loose = new Reading(steps, beginnings(left, steps), placed, order).read()
  return { main, loose, order, byId: new Map(order.map((item) => [item.id, item])) }
}

/** Where to begin so that everything is reached: steps that nothing leads to, then one of each circle that is left. */
function beginnings(left: readonly Step[], steps: ReadonlyMap<string, Step>): Step[] {
  const here = new Set(left)
  const isLed = ({ incoming }: Step): boolean =>
    incoming.some(({ source }) => here.has(steps.get(source) as Step)) // a set may be asked for nothing
  const found = left.filter((step) => !isLed(step))
  const reached = new Set<Step>()
  const reach = (from: Step): void => {
    const more = new Set([from])
    for (const step of more) {
      reached.add(step)
      for (const { target } of step.ways.flatMap(({ edges }) => edges)) {
        const next = steps.get(target)
        if (next && here.has(next) && !reached.has(next)) more.add(next)
      }
    }
  }
  found.forEach(reach)
  for (const step of left) {
    if (reached.has(step)) continue
    found.push(step)
    reach(step)
  }
  return found
}

/** Reads one part of the list, from the steps it begins with. */
class Reading {
  readonly #steps: ReadonlyMap<string, Step>
  readonly #order: Item[]
  readonly #walked: Walked
  /** Vertices of the walked graph: steps by id, their ways by `<step> <port>`. */
  readonly #vertices = new Map<string, number>()
  /** What stands right under each vertex: joins of a step, steps and joins of a way. */
  readonly #under: Step[][]

  constructor(
    steps: ReadonlyMap<string, Step>,
    roots: readonly Step[],
    elsewhere: ReadonlySet<string>,
    order: Item[],
  ) {
    this.#steps = steps
    this.#order = order
    const successors: number[][] = [[]]
    const vertex = (name: string): number => {
      const known = this.#vertices.get(name)
      if (known !== undefined) return known
      this.#vertices.set(name, successors.length)
      return successors.push([]) - 1
    }
    successors[0] = roots.map(({ node }) => vertex(node.id))
    const all = [...steps.values()].filter(({ node }) => !elsewhere.has(node.id))
    for (const { node, ways } of all) {
      successors[vertex(node.id)] = ways.map(({ port }) => vertex(`${node.id} ${port}`))
      for (const { port, edges } of ways) {
        successors[vertex(`${node.id} ${port}`)] = edges.flatMap(({ target }) => {
          const step = steps.get(target)
          return !step || step.isTrigger || elsewhere.has(target) ? [] : [vertex(target)]
        })
      }
    }
    this.#walked = walk(0, successors)
    this.#under = successors.map(() => [])
    for (const step of all) {
      const dominator = this.#walked.dominator[this.#vertex(step.node.id)] ?? -1
      if (dominator >= 0) this.#under[dominator]?.push(step)
    }
    for (const list of this.#under) list.sort((a, b) => this.#rank(a) - this.#rank(b))
    // Steps that begin a part stand in the order of the drawing, before what they have in common.
    this.#under[0] = [...roots, ...(this.#under[0] ?? []).filter((step) => !roots.includes(step))]
  }

  read(): Item[] {
    return this.#list(this.#under[0] ?? [], null, 0)
  }

  #vertex(name: string): number {
    return this.#vertices.get(name) ?? -1
  }

  #rank({ node }: Step): number {
    return this.#walked.rank[this.#vertex(node.id)] ?? -1
  }

  /** Steps at one level, each followed by what comes next at that level. */
  #list(start: readonly Step[], branch: Item['branch'], level: number): Item[] {
    const items: Writable<Item>[] = []
    const waiting = start.toReversed()
    for (let step = waiting.pop(); step !== undefined; step = waiting.pop()) {
      const item = this.#item(step, branch, level)
      items.push(item)
      const main = item.main ? this.#split(step, item.main) : null
      const next = [...(main?.first ?? []), ...(main?.after ?? []), ...this.#joinsOf(step)]
      waiting.push(...next.reverse())
    }
    items.forEach((item, index) => {
      const below = items[index + 1]?.id
      item.leadsOn = item.main?.edges.some(({ target }) => target === below) ?? false
      item.links = item.links.filter(({ target }) => target !== below)
    })
    return items
  }

  #item(step: Step, branch: Item['branch'], level: number): Writable<Item> {
    const { id } = step.node
    const main = step.ways.find(({ kind }) => kind === 'main') ?? null
    const item: Writable<Item> = {
      ...{ id, number: this.#order.length + 1, step, branch, level, main },
      ...{ branches: [], links: [], leadsOn: false, joins: this.#joins(step) },
    }
    this.#order.push(item)
    const branches: Branch[] = []
    for (const way of step.ways) {
      if (way !== main) branches.push(this.#branch(step, way, level + 1))
    }
    if (main) {
      branches.push(...this.#sides(step, main, level + 1))
      item.links = this.#links(step, main)
    }
    item.branches = branches
    return item
  }

  #branch(step: Step, way: Way, level: number): Branch {
    const key = `${step.node.id} ${way.port}`
    const { first, after } = this.#split(step, way)
    const place = { key, node: step.node.id, label: way.label }
    return {
      ...{ ...place, port: way.port, kind: way.kind, side: null, edge: null },
      sides: this.#sides(step, way, level + 1),
      items: this.#list([...first, ...after], place, level),
      links: this.#links(step, way),
    }
  }

  /** Ways that start together at one port. */
  #sides(step: Step, way: Way, level: number): Branch[] {
    const { sides } = this.#split(step, way)
    return sides.map((first, index) => {
      const key = `${step.node.id} ${way.port} ${first.node.id}`
      const place = { key, node: step.node.id, label: way.label }
      return {
        ...{ ...place, port: way.port, kind: 'side' as const },
        side: { number: index + 1, of: sides.length },
        edge: way.edges.find(({ target }) => target === first.node.id) ?? null,
        ...{ sides: [], items: this.#list([first], place, level), links: [] },
      }
    })
  }

  /** What a way leads to: one step, or several side by side; and what comes after it where they meet. */
  #split(step: Step, way: Way): { first: Step[]; sides: Step[]; after: Step[] } {
    const under = this.#under[this.#vertex(`${step.node.id} ${way.port}`)] ?? []
    const isOwn = (one: Step): boolean => this.#joins(one) < 2
    // In the drawing's order, as the lines of a way are.
    const own = way.edges.flatMap(({ target }) => {
      const found = this.#steps.get(target)
      return found && under.includes(found) && isOwn(found) ? [found] : []
    })
    const after = under.filter((one) => !own.includes(one))
    return own.length > 1 ? { first: [], sides: own, after } : { first: own, sides: [], after }
  }

  #joinsOf(step: Step): Step[] {
    return this.#under[this.#vertex(step.node.id)] ?? []
  }

  /** How many lines come to a step from above. */
  #joins(step: Step): number {
    const rank = this.#rank(step)
    return step.incoming.filter(({ source }) => {
      const from = this.#steps.get(source)
      const before = from ? this.#rank(from) : -1
      return before >= 0 && before < rank
    }).length
  }

  #links(step: Step, way: Way): Link[] {
    const own = this.#under[this.#vertex(`${step.node.id} ${way.port}`)] ?? []
    return way.edges.flatMap((edge) => {
      const target = this.#steps.get(edge.target)
      if (!target || (own.includes(target) && this.#joins(target) < 2)) return []
      const there = this.#rank(target)
      const isBack = target.isTrigger || (there >= 0 && there <= this.#rank(step))
      return [{ edge, target: edge.target, isBack }]
    })
  }
}
