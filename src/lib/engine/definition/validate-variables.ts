import type { z } from 'zod'
import { misfit } from '../nodes/output-fields.ts'
import { isTrigger } from '../nodes/registry.ts'
import type { Graph, GraphNode } from '../plan/graph.ts'
import { writePath, type Path } from '../template/path.ts'
import type { VariableReference } from '../template/variables.ts'
import { Ancestors } from './ancestors.ts'
import { nearest } from './nearest.ts'
import type { NodeFindings } from './node-findings.ts'
import type { Problem } from './problem.ts'
import { texts, type UnknownName } from './texts.ts'

/** Names that are the same everywhere, with those within them. */
const FACTS: Record<string, readonly string[]> = {
  workflow: ['id', 'name'],
  execution: ['id', 'mode', 'startedAt', 'callback_url'],
  workspace: ['id', 'name', 'timeZone'],
  now: [],
}
const IN_LOOPS: Record<string, readonly string[]> = {
  item: [],
  index: [],
  loop: ['index', 'number', 'count', 'first', 'last', 'parent'],
}

/** Variables in templates that will not be there when their step runs. */
export function variableProblems(graph: Graph, findings: NodeFindings): Problem[] {
  const sight = new Sight(graph)
  return graph.reachable
    .filter((node) => !node.definition.disabled)
    .flatMap((node) => problemsOf(node, sight, findings))
}

function problemsOf(node: GraphNode, sight: Sight, findings: NodeFindings): Problem[] {
  const { definition, type } = node
  const before = new Surroundings(node, sight, false)
  const afterPass = new Surroundings(node, sight, true)
  return findings.neededVariables(definition, type).flatMap(({ field, perPass, reference }) => {
    const unknown = (perPass ? afterPass : before).unknown(reference)
    return unknown === null ? [] : [texts.unknownVariable(definition, field, unknown)]
  })
}

/**
 * What all steps' questions about what lies before them are answered from. It knows for certain of most things that they
 * are there; where it doesn't, a step walks back itself.
 */
class Sight {
  readonly graph: Graph
  readonly #ancestors: Ancestors
  readonly #byKey: ReadonlyMap<string, GraphNode[]>
  readonly #setters = new Map<string, GraphNode[]>()
  readonly #triggers: readonly GraphNode[]

  constructor(graph: Graph) {
    this.graph = graph
    this.#ancestors = new Ancestors(graph)
    this.#byKey = Map.groupBy([...graph.reachable, ...graph.unreachable], keyOf)
    this.#triggers = graph.reachable.filter(({ type }) => isTrigger(type))
    for (const node of graph.reachable) {
      if (node.type.setsVariables !== true) continue
      for (const name of namesSetBy(node.definition.config)) {
        const setters = this.#setters.get(name)
        if (setters === undefined) this.#setters.set(name, [node])
        else setters.push(node)
      }
    }
  }

  /** Whether any reachable step has this key. */
  exists(key: string): boolean {
    return this.graph.reachable.some((node) => keyOf(node) === key)
  }

  /** The only step of this key, when it's certain that it comes before another. */
  before(node: GraphNode, key: string): GraphNode | undefined {
    const [only, ...others] = this.#byKey.get(key) ?? []
    if (only === undefined || others.length > 0) return undefined
    return this.#ancestors.has(only, node) ? only : undefined
  }

  isSetBefore(node: GraphNode, variable: string): boolean {
    const setters = this.#setters.get(variable) ?? []
    return setters.some((setter) => this.#ancestors.has(setter, node))
  }

  triggersBefore(node: GraphNode): GraphNode[] {
    return this.#triggers.filter((trigger) => this.#ancestors.has(trigger, node))
  }
}

const keyOf = ({ definition }: GraphNode): string => definition.key

/** What one step can see: as it begins, or, of a loop, after a pass through its body. */
class Surroundings {
  readonly #node: GraphNode
  readonly #sight: Sight
  readonly #afterPass: boolean
  #known: ReadonlySet<GraphNode> | undefined
  #around: readonly GraphNode[] | undefined

  constructor(node: GraphNode, sight: Sight, afterPass: boolean) {
    this.#node = node
    this.#sight = sight
    this.#afterPass = afterPass
  }

  /** The loops whose items it can see, the innermost first. */
  get #loops(): readonly GraphNode[] {
    return (this.#around ??= [...(this.#afterPass ? [this.#node] : []), ...enclosing(this.#node)])
  }

  /** Everything before it, the nearest first. Walking there takes long: asked for only when it's needed. */
  get #before(): ReadonlySet<GraphNode> {
    return (this.#known ??= this.#walk())
  }

  #walk(): ReadonlySet<GraphNode> {
    const node = this.#node
    const before = new Set(node.incoming.map((edge) => edge.source))
    for (const earlier of before) for (const edge of earlier.incoming) before.add(edge.source)
    if (!this.#afterPass) return before
    for (const other of this.#sight.graph.reachable) if (other.loop === node) before.add(other)
    return before
  }

  /** Why a variable will not be there; null when it will (or may) be. */
  unknown({ path, text }: VariableReference): UnknownName | null {
    const [root = '', name] = path
    switch (root) {
      case 'steps':
        return name === undefined ? null : this.#unknownStep(String(name), path, text)
      case 'vars':
        return name === undefined ? null : this.#unknownVariable(String(name), text)
      case 'trigger':
        return this.#unknownInTrigger(path, text)
    }
    const facts = this.#loops.length === 0 ? FACTS : { ...FACTS, ...IN_LOOPS }
    const inner = facts[String(root)]
    if (inner === undefined) {
      const known = ['trigger', 'steps', 'vars', ...Object.keys(facts)]
      return unknownName(text, String(root), known, root in IN_LOOPS ? 'not_in_loop' : 'unknown')
    }
    if (name === undefined || inner.length === 0 || inner.includes(String(name))) return null
    return unknownName(text, String(name), inner, 'unknown', String(root))
  }

  #unknownStep(key: string, path: Path, text: string): UnknownName | null {
    const step = this.#stepOf(key)
    if (step === undefined) {
      const keys = [...this.#before].filter((node) => this.#sees(node)).map(keyOf)
      const why = this.#sight.exists(key) ? 'not_before' : 'unknown'
      return unknownName(text, key, keys, why, 'steps')
    }
    if (step.definition.disabled) return unknownName(text, key, [], 'switched_off', 'steps')
    // A failure that the workflow deals with takes the output's place.
    if (step.definition.onError !== 'stop' && path[2] === 'error') return null
    return unknownPart(step.type.output, path, 2, text)
  }

  #stepOf(key: string): GraphNode | undefined {
    const only = this.#sight.before(this.#node, key)
    if (only !== undefined && this.#sees(only)) return only
    return [...this.#before].find((node) => keyOf(node) === key && this.#sees(node))
  }

  /** Steps of another loop's body are gone when that loop is done; a loop isn't done for its own body. */
  #sees(other: GraphNode): boolean {
    const loops = this.#loops
    return !loops.includes(other) && (other.loop === null || loops.includes(other.loop))
  }

  #unknownVariable(name: string, text: string): UnknownName | null {
    if (this.#sight.isSetBefore(this.#node, name)) return null
    const setters = [...this.#before].filter((node) => node.type.setsVariables === true)
    const names = setters.flatMap(({ definition }) => namesSetBy(definition.config))
    return names.includes(name) ? null : unknownName(text, name, names, 'unknown', 'vars')
  }

  #unknownInTrigger(path: Path, text: string): UnknownName | null {
    const lacks = ({ type }: GraphNode): UnknownName | null =>
      unknownPart(type.output, path, 1, text)
    // Whichever trigger has it will do.
    if (this.#sight.triggersBefore(this.#node).some((one) => lacks(one) === null)) return null
    const found = [...this.#before].filter((node) => isTrigger(node.type)).map(lacks)
    return found.includes(null) ? null : (found[0] ?? null)
  }
}

function enclosing(node: GraphNode): GraphNode[] {
  const loops: GraphNode[] = []
  for (let loop = node.loop; loop !== null; loop = loop.loop) loops.push(loop)
  return loops
}

/** The names in a config's list of assignments. */
function namesSetBy(config: Record<string, unknown>): string[] {
  return Object.values(config).flatMap((value) =>
    Array.isArray(value)
      ? value.flatMap((entry: unknown) =>
          typeof entry === 'object' && entry !== null && 'name' in entry
            ? [String(entry.name)]
            : [],
        )
      : [],
  )
}

function unknownPart(
  schema: z.ZodType,
  path: Path,
  from: number,
  text: string,
): UnknownName | null {
  const wrong = misfit(schema, path.slice(from))
  if (wrong === null) return null
  const at = from + wrong.at
  return unknownName(text, String(path[at]), wrong.known, 'unknown', writePath(path.slice(0, at)))
}

function unknownName(
  variable: string,
  name: string,
  known: readonly string[],
  why: UnknownName['why'],
  place = '',
): UnknownName {
  const like = why === 'unknown' ? nearest(name, known) : undefined
  const full = like === undefined ? undefined : place === '' ? like : `${place}.${like}`
  return {
    variable,
    why,
    nearest: full,
    known: known.map((other) => (place === '' ? other : `${place}.${other}`)),
  }
}
