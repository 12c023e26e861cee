import { isTrigger, type Registry } from '../nodes/registry.ts'
import type { NodeType } from '../nodes/define-node.ts'
import { readGraph, type Graph } from '../plan/graph.ts'
import { nearest } from './nearest.ts'
import { NodeFindings } from './node-findings.ts'
import type { Problem } from './problem.ts'
import type { NodeDefinition, WorkflowDefinition } from './schema.ts'
import { texts } from './texts.ts'
import { variableProblems } from './validate-variables.ts'

/**
 * Everything that's wrong with a workflow, in the order of its steps; with an error in it, it can't be published.
 * `own` is the workflow's id, for those who know it.
 */
export const validateDefinition = (
  definition: WorkflowDefinition,
  registry: Registry,
  own?: string,
): Problem[] => validator(registry, own)(definition)

/**
 * Validates the states of one workflow that is being drawn, one after the other. What was found out about a node holds
 * for as long as it's the same object: whoever changes a node hands in another.
 */
export function validator(
  registry: Registry,
  own?: string,
): (definition: WorkflowDefinition) => Problem[] {
  const findings = new NodeFindings(registry)
  return (definition) => problemsOf(definition, registry, findings, own)
}

function problemsOf(
  definition: WorkflowDefinition,
  registry: Registry,
  findings: NodeFindings,
  own: string | undefined,
): Problem[] {
  const { errorWorkflow } = definition.settings
  const graph = readGraph(definition, registry)
  const found = [
    ...(errorWorkflow !== undefined && errorWorkflow === own ? [texts.ownErrorWorkflow()] : []),
    ...triggerProblems(definition, registry),
    ...nameProblems(definition),
    ...edgeProblems(definition, findings),
    ...graphProblems(graph),
    ...definition.nodes.flatMap((node) => nodeProblems(node, definition, registry, findings)),
    ...variableProblems(graph, findings),
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
  const [ids, keys] = [new Set<string>(), new Set<string>()]
  return nodes.flatMap((node) => {
    const [isSameId, isSameKey] = [ids.has(node.id), keys.has(node.key)]
    ids.add(node.id)
    keys.add(node.key)
    if (isSameId) return [texts.duplicateId(node)]
    return isSameKey ? [texts.duplicateKey(node)] : []
  })
}

function edgeProblems({ nodes, edges }: WorkflowDefinition, findings: NodeFindings): Problem[] {
  const byId = new Map(nodes.map((node) => [node.id, node]))
  const seen = new Set<string>()
  return edges.flatMap((edge) => {
    const [source, target] = [byId.get(edge.source), byId.get(edge.target)]
    if (source === undefined || target === undefined) return [texts.edgeToNowhere(edge)]
    const problems: Problem[] = []
    if (!hasPort(source, 'outputs', edge.sourcePort, findings)) {
      problems.push(texts.missingPort(source, edge, edge.sourcePort, 'out'))
    }
    if (!hasPort(target, 'inputs', edge.targetPort, findings)) {
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
  findings: NodeFindings,
): boolean {
  const type = findings.typeOf(node)
  // Of an unknown kind of step, nobody knows the ports.
  if (type === undefined) return true
  return findings.portsOf(node, type)[side].some((port) => port.name === name)
}

function graphProblems({ unreachable, cyclic, mixed, strayEnds }: Graph): Problem[] {
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
  findings: NodeFindings,
): Problem[] {
  const type = findings.typeOf(node)
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
  return [...findings.configProblems(node, type), ...pathProblems(node, type, definition)]
}

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
