import { isTrigger, portsOf, type Registry } from '../nodes/registry.ts'
import type { NodeType } from '../nodes/define-node.ts'
import { compileConfig } from '../plan/compile-config.ts'
import { currentConfig } from '../plan/current-config.ts'
import { readGraph } from '../plan/graph.ts'
import { nearest } from './nearest.ts'
import type { Problem } from './problem.ts'
import type { NodeDefinition, WorkflowDefinition } from './schema.ts'
import { texts } from './texts.ts'
import { variableProblems } from './validate-variables.ts'

/**
 * Everything that's wrong with a workflow, in the order of its steps; with an error in it, it can't be published.
 * `own` is the workflow's id, for those who know it.
 */
export function validateDefinition(
  definition: WorkflowDefinition,
  registry: Registry,
  own?: string,
): Problem[] {
  const { errorWorkflow } = definition.settings
  const found = [
    ...(errorWorkflow !== undefined && errorWorkflow === own ? [texts.ownErrorWorkflow()] : []),
    ...triggerProblems(definition, registry),
    ...nameProblems(definition),
    ...edgeProblems(definition, registry),
    ...graphProblems(definition, registry),
    ...definition.nodes.flatMap((node) => nodeProblems(node, definition, registry)),
    ...variableProblems(definition, registry),
  ]
  const place = new Map(definition.nodes.map((node, index) => [node.id, index]))
  const rank = ({ node }: Problem): number => (node === undefined ? -1 : (place.get(node) ?? 0))
  return found.sort((a, b) => rank(a) - rank(b))
}

function triggerProblems({ nodes }: WorkflowDefinition, registry: Registry): Problem[] {
  const starts = nodes.some((node) => {
    const type = registry.get(node.type)
    return type !== undefined && isTrigger(type) && !node.disabled
  })
  return starts ? [] : [texts.noTrigger()]
}

function nameProblems({ nodes }: WorkflowDefinition): Problem[] {
  return nodes.flatMap((node, index) => {
    const earlier = nodes.slice(0, index)
    if (earlier.some((other) => other.id === node.id)) return [texts.duplicateId(node)]
    return earlier.some((other) => other.key === node.key) ? [texts.duplicateKey(node)] : []
  })
}

function edgeProblems({ nodes, edges }: WorkflowDefinition, registry: Registry): Problem[] {
  const byId = new Map(nodes.map((node) => [node.id, node]))
  const seen = new Set<string>()
  return edges.flatMap((edge) => {
    const [source, target] = [byId.get(edge.source), byId.get(edge.target)]
    if (source === undefined || target === undefined) return [texts.edgeToNowhere(edge)]
    const problems: Problem[] = []
    if (!hasPort(source, 'outputs', edge.sourcePort, registry)) {
      problems.push(texts.missingPort(source, edge, edge.sourcePort, 'out'))
    }
    if (!hasPort(target, 'inputs', edge.targetPort, registry)) {
      problems.push(texts.missingPort(target, edge, edge.targetPort, 'in'))
    }
    const way = JSON.stringify([edge.source, edge.sourcePort, edge.target, edge.targetPort])
    if (seen.has(way)) problems.push(texts.doubleEdge(target, edge))
    seen.add(way)
    return problems
  })
}

function hasPort(
  node: NodeDefinition,
  side: 'inputs' | 'outputs',
  name: string,
  registry: Registry,
): boolean {
  const type = registry.get(node.type)
  // Of an unknown kind of step, nobody knows the ports.
  if (type === undefined) return true
  return portsOf(type, currentConfig(node, type), node.onError)[side].some(
    (port) => port.name === name,
  )
}

function graphProblems(definition: WorkflowDefinition, registry: Registry): Problem[] {
  const { unreachable, cyclic, mixed, strayEnds } = readGraph(definition, registry)
  return [
    ...(cyclic.length === 0 ? [] : [texts.cycle(cyclic.map((node) => node.definition))]),
    ...strayEnds.map((node) => texts.outsideOfLoop(node.definition)),
    ...mixed.map(({ node, loop }) => texts.loopMixed(node.definition, loop.definition)),
    ...unreachable
      .filter((node) => !node.definition.disabled)
      .map((node) => texts.unreachable(node.definition)),
  ]
}

function nodeProblems(
  node: NodeDefinition,
  definition: WorkflowDefinition,
  registry: Registry,
): Problem[] {
  const type = registry.get(node.type)
  if (type === undefined) {
    return [
      texts.unknownType(
        node,
        nearest(
          node.type,
          registry.all.map((known) => known.type),
        ),
      ),
    ]
  }
  if (node.version > type.version) return [texts.newerType(node)]
  // What is switched off may be unfinished.
  if (node.disabled) return []
  return [...configProblems(node, type), ...pathProblems(node, type, definition)]
}

const configProblems = (node: NodeDefinition, type: NodeType): Problem[] =>
  compileConfig(type, currentConfig(node, type)).problems.map((problem) =>
    texts.ofField(node, problem, problem.field),
  )

function pathProblems(
  node: NodeDefinition,
  type: NodeType,
  { edges }: WorkflowDefinition,
): Problem[] {
  const leaves = (port: string): boolean =>
    edges.some((edge) => edge.source === node.id && edge.sourcePort === port)
  const problems: Problem[] = []
  if (type.effect === 'control' && !leaves('each')) problems.push(texts.emptyLoop(node))
  if (node.onError === 'port' && !leaves('error')) problems.push(texts.noErrorPath(node))
  return problems
}
