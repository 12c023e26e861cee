import type { Data } from '../data.ts'
import type { EdgeDefinition, NodeDefinition, WorkflowDefinition } from '../definition/schema.ts'
import { ConfigProblem } from '../errors.ts'
import { NodeId } from '../ids.ts'
import { isTrigger, portsOf, type Registry } from '../nodes/registry.ts'
import { entersBody, readGraph, type GraphNode } from '../plan/graph.ts'

/** What somebody wants to try of a workflow. */
export interface RehearsalWish {
  /** The trigger that it starts at. */
  trigger: string
  /** The last step that runs. */
  until: string
  /** Only that step runs: of all steps before it, outputs are taken as they're given, or as they're pinned. */
  alone: boolean
  /**
   * Outputs that stand in for running steps, by node id. Of a loop around a step that is tried alone, it's the item that
   * it's tried with.
   */
  pins: Readonly<Record<string, Data>>
}

/**
 * The part of a workflow that a test runs, as a workflow of its own: up to one step, or that step alone. Pinned outputs
 * stand in for whatever has one, as in every test; the step that it's about is really run.
 */
export function rehearsal(
  definition: WorkflowDefinition,
  registry: Registry,
  wish: RehearsalWish,
): WorkflowDefinition {
  const graph = readGraph(definition, registry)
  const nodes = [...graph.reachable, ...graph.unreachable]
  const target = nodes.find((node) => node.definition.id === wish.until)
  const trigger = nodes.find((node) => node.definition.id === wish.trigger)
  if (target === undefined || trigger === undefined || !isTrigger(trigger.type)) throw noSuchStep()
  const before = stepsBefore(target)
  return wish.alone && target !== trigger
    ? alone(trigger, target, before, wish)
    : upTo(definition, target, before, wish)
}

const noSuchStep = (): ConfigProblem =>
  new ConfigProblem({
    code: 'rehearsal.no_such_step',
    title: 'This step is not there',
    detail: 'The step to test, or what starts the workflow, is not in this version.',
    hint: 'Look at the drawing again: somebody may have removed it.',
  })

/** All nodes that lead to one, in an order in which each comes after those before it. */
function stepsBefore(target: GraphNode): GraphNode[] {
  const found = new Set(target.incoming.map(({ source }) => source))
  for (const node of found) for (const { source } of node.incoming) found.add(source)
  found.delete(target)
  return [...found].sort((a, b) => a.rank - b.rank)
}

function upTo(
  { edges, schema, settings }: WorkflowDefinition,
  target: GraphNode,
  before: readonly GraphNode[],
  { pins, trigger }: RehearsalWish,
): WorkflowDefinition {
  const kept = new Set<string>([...before.map((node) => node.definition.id), trigger])
  const nodes = [...before.map(({ definition }) => withPin(definition, pins[definition.id]))]
  const { id } = target.definition
  kept.add(id)
  return {
    schema,
    nodes: [...nodes, withPin(target.definition, undefined, true)],
    edges: edges.filter(
      ({ source, target: to }) => source !== id && kept.has(source) && kept.has(to),
    ),
    settings,
  }
}

/**
 * The steps before, one after the other with their outputs, then the step. Loops around it go through the one item that
 * it's tried with.
 */
function alone(
  trigger: GraphNode,
  target: GraphNode,
  before: readonly GraphNode[],
  { pins }: RehearsalWish,
): WorkflowDefinition {
  const drawing = new Line(trigger)
  const around = loopsAround(target)
  for (const loop of [null, ...around]) {
    if (loop !== null) drawing.enter(loop, pins[loop.definition.id] ?? null)
    for (const node of before) {
      const isOwn = !isTrigger(node.type) && !around.includes(node)
      if (isOwn && node.loop === loop) drawing.stand(node, pins[node.definition.id])
    }
  }
  return drawing.finish(target)
}

/** The loops in whose bodies a node is, the outermost first. */
function loopsAround({ loop }: GraphNode): GraphNode[] {
  return loop === null ? [] : [...loopsAround(loop), loop]
}

const withPin = (node: NodeDefinition, pin: Data | undefined, isTarget = false): NodeDefinition => {
  const { pinned, ...rest } = node
  const found = pin ?? pinned
  return isTarget || found === undefined ? rest : { ...rest, pinned: found }
}

/** A drawing in one line, made step by step. */
class Line {
  readonly #nodes: NodeDefinition[] = []
  readonly #edges: EdgeDefinition[] = []
  /** Where the line ends, and at which port. */
  #end: { node: string; port: string }
  readonly #ports = new Map<string, string>()

  constructor(trigger: GraphNode) {
    this.#nodes.push(withPin(trigger.definition, undefined, true))
    this.#end = { node: trigger.definition.id, port: 'out' }
    this.#ports.set(trigger.definition.id, 'out')
  }

  /** A step with an output instead of its work. What only computes may as well do that, unless it chooses the way. */
  stand({ definition, type }: GraphNode, pin: Data | undefined): void {
    const isFree = type.effect === 'pure' && pin === undefined && definition.pinned === undefined
    const { outputs } = portsOf(type, definition.config, definition.onError)
    const port = (outputs.find(({ name }) => name === 'done') ?? outputs[0])?.name ?? 'out'
    if (isFree && outputs.length === 1) return this.#add({ ...definition, disabled: false }, port)
    const output = pin ?? definition.pinned ?? (type.sample as Data) // samples are data
    this.#add({ ...definition, disabled: false, pinned: output }, port)
  }

  /** A loop that goes through one item. */
  enter({ definition }: GraphNode, item: Data): void {
    const { pinned: _, ...node } = definition
    // Beside it, so that nothing in the item is taken for a template.
    const key = `item_of_${node.key}`.slice(0, 64)
    const list: NodeDefinition = {
      ...{ id: NodeId.parse(key), key, type: 'data.set_variables', version: 1, title: node.title },
      ...{ position: node.position, onError: 'stop', disabled: false },
      config: { variables: [{ name: key, type: 'auto', value: '' }] },
      pinned: { [key]: [item] },
    }
    this.#add(list, 'out')
    const config = { ...node.config, items: `{{ steps.${key}.${key} }}`, most: 1 }
    this.#add({ ...node, config, disabled: false }, 'each')
  }

  /** Really runs, at once and once only. */
  finish({ definition, incoming }: GraphNode): WorkflowDefinition {
    const { retry: _, ...node } = withPin(definition, undefined, true)
    this.#add({ ...node, disabled: false }, 'out')
    // What joins branches looks at where its data come from.
    for (const edge of incoming) {
      const source = edge.source.definition.id
      const port = this.#ports.get(source)
      const isThere = this.#edges.some((one) => one.source === source && one.target === node.id)
      if (port === undefined || isThere || entersBody(edge)) continue
      this.#draw(source, port, node.id)
    }
    return { schema: 1, nodes: this.#nodes, edges: this.#edges, settings: {} }
  }

  #add(node: NodeDefinition, port: string): void {
    this.#nodes.push(node)
    this.#draw(this.#end.node, this.#end.port, node.id)
    this.#end = { node: node.id, port }
    this.#ports.set(node.id, port)
  }

  #draw(source: string, sourcePort: string, target: string): void {
    const ends = { source: NodeId.parse(source), target: NodeId.parse(target) }
    this.#edges.push({ id: `${source}-${target}`, ...ends, sourcePort, targetPort: 'in' })
  }
}
