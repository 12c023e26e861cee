import type {
  EdgeDefinition,
  NodeDefinition,
  WorkflowDefinition,
} from '#lib/engine/definition/schema.ts'
import { isTrigger, portsOf, type Registry } from '#lib/engine/nodes/registry.ts'

/** How a way out of a step is shown. */
export type WayKind =
  /** What simply comes next: goes on at the same level. */
  | 'main'
  /** One of several ways: indented. */
  | 'way'
  /** What a loop repeats. */
  | 'body'
  /** Where a failed step goes on. */
  | 'error'
  /** A port that the step no longer has, with lines still at it. */
  | 'gone'

/** A port of a step with what it leads to. */
export interface Way {
  readonly port: string
  readonly label: string
  readonly kind: WayKind
  readonly edges: readonly EdgeDefinition[]
}

/** A step with its ways out and the lines into it. */
export interface Step {
  readonly node: NodeDefinition
  readonly isTrigger: boolean
  /** Whether a line may lead to it. */
  readonly takesLines: boolean
  readonly ways: readonly Way[]
  readonly incoming: readonly EdgeDefinition[]
}

interface Shape {
  isTrigger: boolean
  takesLines: boolean
  ports: readonly { name: string; label: string; kind: WayKind }[]
}

/** A step's ports depend on nothing but the step, and a step that nobody touched is the same object. */
const shapes = new WeakMap<Registry, WeakMap<NodeDefinition, Shape>>()

function shapeOf(node: NodeDefinition, registry: Registry): Shape {
  let known = shapes.get(registry)
  if (!known) shapes.set(registry, (known = new WeakMap()))
  let shape = known.get(node)
  if (!shape) known.set(node, (shape = readShape(node, registry)))
  return shape
}

function readShape(node: NodeDefinition, registry: Registry): Shape {
  const type = registry.get(node.type)
  if (!type) return { isTrigger: false, takesLines: true, ports: [] }
  const { inputs, outputs } = portsOf(type, node.config, node.onError)
  const isLoop = type.effect === 'control'
  const usual = outputs.filter(({ name }) => name !== 'error' && !(isLoop && name === 'each'))
  const main = usual.length === 1 ? usual[0]?.name : undefined
  return {
    isTrigger: isTrigger(type),
    takesLines: inputs.length > 0,
    ports: outputs.map(({ name, label }) => ({
      name,
      label,
      kind:
        name === main
          ? 'main'
          : name === 'error'
            ? 'error'
            : isLoop && name === 'each'
              ? 'body'
              : 'way',
    })),
  }
}

/** Every step by its id with its ways; lines of one port from top to bottom, as the drawing has their targets. */
export function readSteps(definition: WorkflowDefinition, registry: Registry): Map<string, Step> {
  const nodes = new Map<string, NodeDefinition>(definition.nodes.map((node) => [node.id, node]))
  const outgoing = Map.groupBy(definition.edges, ({ source }): string => source)
  const incoming = Map.groupBy(definition.edges, ({ target }): string => target)
  const higher = (a: EdgeDefinition, b: EdgeDefinition): number => {
    const [one, other] = [nodes.get(a.target), nodes.get(b.target)]
    return one && other ? inDrawing(one, other) : 0
  }
  const steps = new Map<string, Step>()
  for (const node of definition.nodes) {
    const { ports, ...shape } = shapeOf(node, registry)
    const out = Map.groupBy(outgoing.get(node.id) ?? [], ({ sourcePort }) => sourcePort)
    const gone = [...out.keys()].filter((port) => !ports.some(({ name }) => name === port)).sort()
    steps.set(node.id, {
      ...{ node, ...shape, incoming: incoming.get(node.id) ?? [] },
      ways: [
        ...ports.map(({ name, label, kind }) => ({ port: name, label, kind })),
        ...gone.map((port) => ({ port, label: port, kind: kindOfGone(node, port, registry) })),
      ].map((way) => ({ ...way, edges: (out.get(way.port) ?? []).toSorted(higher) })),
    })
  }
  return steps
}

/** Nobody knows the ports of an unknown kind of step: the usual names mean what they mean elsewhere. */
function kindOfGone(node: NodeDefinition, port: string, registry: Registry): WayKind {
  if (registry.get(node.type) !== undefined) return 'gone'
  return port === 'out' ? 'main' : port === 'error' ? 'error' : 'gone'
}

/** The order of steps that nothing else orders: as they lie in the drawing, from top to bottom. */
export function inDrawing(a: NodeDefinition, b: NodeDefinition): number {
  return (
    a.position.y - b.position.y ||
    a.position.x - b.position.x ||
    (a.id < b.id ? -1 : +(a.id > b.id))
  )
}
