import { nearest } from '../definition/nearest.ts'
import type { WorkflowDefinition } from '../definition/schema.ts'
import { texts } from '../definition/texts.ts'
import type { Problem } from '../definition/problem.ts'
import { ConfigProblem } from '../errors.ts'
import type { NodeId } from '../ids.ts'
import { ERROR_PORT, portsOf, type Registry } from '../nodes/registry.ts'
import { compileConfig, type CompiledConfig } from './compile-config.ts'
import { currentConfig } from './current-config.ts'
import { entryAt, type Entry } from './entry.ts'
import { entersBody, readGraph, type GraphEdge, type GraphNode } from './graph.ts'
import type { Plan, PlanEdge, PlanNode } from './plan.ts'

/** A node while its plan is being made. */
type Draft = { -readonly [Name in keyof PlanNode]: PlanNode[Name] }

/**
 * Makes a definition ready for running. A drawing that can't be run at all (a circle, a step half inside a loop, an
 * unknown kind of step) is a ConfigProblem; a step whose own config is wrong fails when it's reached.
 */
export function compile(definition: WorkflowDefinition, registry: Registry): Plan {
  refuseUnknown(definition, registry)
  const graph = readGraph(definition, registry)
  if (graph.cyclic.length > 0)
    throw refused(texts.cycle(graph.cyclic.map((node) => node.definition)))
  for (const node of graph.strayEnds) throw refused(texts.outsideOfLoop(node.definition))
  for (const { node, loop } of graph.mixed) {
    throw refused(texts.loopMixed(node.definition, loop.definition))
  }
  const nodes = connect(graph.reachable)
  const byId = new Map(nodes.map((node) => [node.id, node]))
  const entries = new Map<PlanNode, Entry>()
  const { timeoutSeconds, maxSteps = null } = definition.settings
  return {
    nodes,
    node: (id: NodeId) => byId.get(id),
    entry(trigger) {
      const entry = entries.get(trigger) ?? entryAt(trigger, nodes)
      entries.set(trigger, entry)
      return entry
    },
    usesExecution: nodes.some(({ config }) => config.uses.has('execution')),
    timeoutMs: timeoutSeconds === undefined ? null : timeoutSeconds * 1000,
    mostSteps: maxSteps,
  }
}

function refuseUnknown({ nodes }: WorkflowDefinition, registry: Registry): void {
  for (const node of nodes) {
    const type = registry.get(node.type)
    if (type === undefined) {
      throw refused(
        texts.unknownType(
          node,
          nearest(
            node.type,
            registry.all.map((known) => known.type),
          ),
        ),
      )
    }
    if (node.version > type.version) throw refused(texts.newerType(node))
  }
}

const refused = ({ code, title, detail, hint }: Problem): ConfigProblem =>
  new ConfigProblem({ code, title, detail, hint })

function connect(ordered: readonly GraphNode[]): PlanNode[] {
  const drafts = new Map(ordered.map((node) => [node, draft(node)]))
  const draftOf = (node: GraphNode): Draft => {
    const found = drafts.get(node)
    if (found === undefined) throw new TypeError('an edge leads out of the graph')
    return found
  }
  const edgeOf = (edge: GraphEdge): PlanEdge => ({
    source: draftOf(edge.source),
    port: edge.definition.sourcePort,
    target: draftOf(edge.target),
  })
  for (const [node, plan] of drafts) {
    plan.loop = node.loop === null ? null : draftOf(node.loop)
    plan.incoming = node.incoming.filter((edge) => drafts.has(edge.source)).map(edgeOf)
    plan.outgoing = node.outgoing.filter((edge) => !entersBody(edge)).map(edgeOf)
    plan.bodyEdges = node.outgoing.filter(entersBody).map(edgeOf)
  }
  const nodes = [...drafts.values()]
  for (const loop of [null, ...nodes.filter((node) => node.type.effect === 'control')]) {
    const members = nodes.filter((node) => node.loop === loop)
    members.forEach((node, slot) => (node.slot = slot))
    if (loop !== null) loop.body = members
  }
  for (const node of nodes) node.settersBefore = settersBefore(node)
  for (const node of nodes.toReversed()) {
    if (node.type.effect !== 'control') continue
    node.settersWithin = [...node.settersBefore, ...node.body.filter(setsVariables)]
    // Loops within come later in the order, so they know already.
    node.isPureLoop = node.body.every((inner) => inner.type.effect === 'pure' || inner.isPureLoop)
  }
  return nodes
}

function draft(node: GraphNode): Draft {
  const { definition, type, rank } = node
  const { id, key, title, onError, timeoutSeconds } = definition
  const config = currentConfig(definition, type)
  const ports = portsOf(type, config).outputs.map((port) => port.name)
  const passPort = ports.includes('done') ? 'done' : (ports[0] ?? 'out')
  return {
    ...{ id, key, title, type, definition, rank, passPort },
    config: definition.disabled ? SWITCHED_OFF : compileConfig(type, config),
    failurePort: onError === 'stop' ? null : onError === 'port' ? ERROR_PORT.name : passPort,
    timeoutMs: timeoutSeconds === undefined ? null : timeoutSeconds * 1000,
    ...{
      loop: null,
      slot: 0,
      body: [],
      incoming: [],
      outgoing: [],
      bodyEdges: [],
      settersBefore: [],
      settersWithin: [],
      isPureLoop: false,
    },
  }
}

/** Of a step that never runs. */
const SWITCHED_OFF: CompiledConfig = {
  render: () => ({}),
  renderPass: () => ({}),
  problems: [],
  uses: new Set(),
  secretFields: [],
}

const setsVariables = ({ type }: PlanNode): boolean => type.setsVariables === true

/** All earlier nodes that set variables, those before an enclosing loop included. */
function settersBefore(node: PlanNode): PlanNode[] {
  const before = new Set(node.incoming.map((edge) => edge.source))
  for (const earlier of before) for (const edge of earlier.incoming) before.add(edge.source)
  return [...before].filter(setsVariables).sort((a, b) => a.rank - b.rank)
}
