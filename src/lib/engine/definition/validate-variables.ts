import type { z } from 'zod'
import { formFields, isShown } from '../nodes/form-fields.ts'
import { misfit } from '../nodes/output-fields.ts'
import type { Registry } from '../nodes/registry.ts'
import { isTrigger } from '../nodes/registry.ts'
import { currentConfig } from '../plan/current-config.ts'
import { readGraph, type Graph, type GraphNode } from '../plan/graph.ts'
import { writePath, type Path } from '../template/path.ts'
import { variablesIn, type VariableReference } from '../template/variables.ts'
import { nearest } from './nearest.ts'
import type { Problem } from './problem.ts'
import type { WorkflowDefinition } from './schema.ts'
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
export function variableProblems(definition: WorkflowDefinition, registry: Registry): Problem[] {
  const graph = readGraph(definition, registry)
  return graph.reachable
    .filter((node) => !node.definition.disabled)
    .flatMap((node) => problemsOf(node, graph))
}

function problemsOf(node: GraphNode, graph: Graph): Problem[] {
  const { definition, type } = node
  const config = currentConfig(definition, type)
  const before = new Surroundings(node, graph, false)
  const afterPass = new Surroundings(node, graph, true)
  return formFields(type)
    .filter((field) => field.templated && isShown(type, field, config))
    .flatMap((field) => {
      const around = field.perPass === true ? afterPass : before
      return variablesIn(config[field.name] ?? null).flatMap((reference) => {
        const unknown = reference.optional ? null : around.unknown(reference)
        return unknown === null ? [] : [texts.unknownVariable(definition, field.name, unknown)]
      })
    })
}

/** What one step can see: as it begins, or, of a loop, after a pass through its body. */
class Surroundings {
  readonly #graph: Graph
  readonly #before: ReadonlySet<GraphNode>
  /** The loops whose items it can see, the innermost first. */
  readonly #loops: readonly GraphNode[]

  constructor(node: GraphNode, graph: Graph, afterPass: boolean) {
    this.#graph = graph
    this.#loops = afterPass ? [node, ...enclosing(node)] : enclosing(node)
    const before = new Set(node.incoming.map((edge) => edge.source))
    for (const earlier of before) for (const edge of earlier.incoming) before.add(edge.source)
    if (afterPass) for (const other of graph.reachable) if (other.loop === node) before.add(other)
    this.#before = before
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
    const step = [...this.#before].find((node) => node.definition.key === key && this.#sees(node))
    if (step === undefined) {
      const keys = [...this.#before]
        .filter((node) => this.#sees(node))
        .map((node) => node.definition.key)
      const exists = this.#graph.reachable.some((node) => node.definition.key === key)
      return unknownName(text, key, keys, exists ? 'not_before' : 'unknown', 'steps')
    }
    if (step.definition.disabled) return unknownName(text, key, [], 'switched_off', 'steps')
    // A failure that the workflow deals with takes the output's place.
    if (step.definition.onError !== 'stop' && path[2] === 'error') return null
    return unknownPart(step.type.output, path, 2, text)
  }

  /** Steps of another loop's body are gone when that loop is done; a loop isn't done for its own body. */
  #sees(other: GraphNode): boolean {
    const loops = this.#loops
    return !loops.includes(other) && (other.loop === null || loops.includes(other.loop))
  }

  #unknownVariable(name: string, text: string): UnknownName | null {
    const setters = [...this.#before].filter((node) => node.type.setsVariables === true)
    const names = setters.flatMap(({ definition }) => namesSetBy(definition.config))
    return names.includes(name) ? null : unknownName(text, name, names, 'unknown', 'vars')
  }

  #unknownInTrigger(path: Path, text: string): UnknownName | null {
    const triggers = [...this.#before].filter((node) => isTrigger(node.type))
    const found = triggers.map(({ type }) => unknownPart(type.output, path, 1, text))
    // Whichever trigger has it will do.
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
