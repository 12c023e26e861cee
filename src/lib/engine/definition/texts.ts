import type { ConfigProblem } from '../errors.ts'
import type { EdgeDefinition, NodeDefinition } from './schema.ts'
import type { Problem } from './problem.ts'

/** A node as people know it. */
const nameOf = (node: { title: string; key: string }): string =>
  `"${node.title === '' ? node.key : node.title}"`

const names = (nodes: NodeDefinition[]): string =>
  nodes.length > 5
    ? `${nodes.slice(0, 5).map(nameOf).join(', ')} and ${nodes.length - 5} more`
    : nodes.map(nameOf).join(', ')

/** Every sentence that validation can say, in one place. */
export const texts = {
  noTrigger: (): Problem => ({
    code: 'workflow.no_trigger',
    severity: 'error',
    title: 'Nothing starts this workflow',
    detail: 'There is no trigger, so it would never run.',
    hint: 'Add a trigger, for example "Run by hand", "Webhook" or "Schedule".',
  }),
  ownErrorWorkflow: (): Problem => ({
    code: 'workflow.own_error_workflow',
    severity: 'warning',
    title: 'This workflow is its own error workflow',
    detail: 'When it fails it would start itself, and what is broken would break again.',
    hint: 'Choose another workflow in the settings of the workflow.',
  }),
  unknownType: (node: NodeDefinition, nearest: string | undefined): Problem => ({
    code: 'node.unknown_type',
    severity: 'error',
    node: node.id,
    title: 'Unknown kind of step',
    detail: `${nameOf(node)} is of the kind "${node.type}", which this installation does not know.`,
    hint:
      nearest === undefined
        ? 'Remove it, or update Weft.'
        : `Did you mean "${nearest}"? Or update Weft.`,
  }),
  newerType: (node: NodeDefinition): Problem => ({
    code: 'node.newer_version',
    severity: 'error',
    node: node.id,
    title: 'This step was made with a newer Weft',
    detail: `${nameOf(node)} has settings that this installation cannot read.`,
    hint: 'Update Weft, or add the step again.',
  }),
  duplicateId: (node: NodeDefinition): Problem => ({
    code: 'node.duplicate_id',
    severity: 'error',
    node: node.id,
    title: 'Two steps are mixed up',
    detail: `There are two steps with the same inner name as ${nameOf(node)}.`,
    hint: 'Remove one of them and add it again.',
  }),
  duplicateKey: (node: NodeDefinition): Problem => ({
    code: 'node.duplicate_key',
    severity: 'error',
    node: node.id,
    title: 'Two steps have the same name for variables',
    detail: `"steps.${node.key}" could mean ${nameOf(node)} or another step.`,
    hint: 'Remove one of the two and add it again.',
  }),
  unreachable: (node: NodeDefinition): Problem => ({
    code: 'node.unreachable',
    severity: 'warning',
    node: node.id,
    title: 'This step never runs',
    detail: `No path leads from a trigger to ${nameOf(node)}.`,
    hint: 'Connect an earlier step to it, or remove it.',
  }),
  edgeToNowhere: (edge: EdgeDefinition): Problem => ({
    code: 'edge.unknown_node',
    severity: 'error',
    edge: edge.id,
    title: 'A connection leads nowhere',
    detail: 'One of the two steps that it connects is gone.',
    hint: 'Remove the connection.',
  }),
  missingPort: (
    node: NodeDefinition,
    edge: EdgeDefinition,
    port: string,
    side: 'out' | 'in',
  ): Problem => ({
    code: 'edge.unknown_port',
    severity: 'error',
    node: node.id,
    edge: edge.id,
    title: 'A connection has lost its end',
    detail:
      side === 'in'
        ? `${nameOf(node)} has no place where a connection could arrive${port === 'in' ? '' : ` called "${port}"`}.`
        : `A connection leaves ${nameOf(node)} at "${port}", which is not there any more.`,
    hint:
      side === 'in'
        ? 'Remove the connection. Triggers come first: nothing leads into them.'
        : 'Remove the connection and draw it again from one of the ends that are there.',
  }),
  doubleEdge: (node: NodeDefinition, edge: EdgeDefinition): Problem => ({
    code: 'edge.duplicate',
    severity: 'warning',
    node: node.id,
    edge: edge.id,
    title: 'The same connection is there twice',
    detail: `Two connections lead the same way into ${nameOf(node)}. One is enough.`,
    hint: 'Remove one of them.',
  }),
  cycle: (nodes: NodeDefinition[]): Problem => ({
    code: 'graph.cycle',
    severity: 'error',
    ...(nodes[0] === undefined ? {} : { node: nodes[0].id }),
    title: 'These steps go round in a circle',
    detail: `${names(nodes)} lead back to themselves and would never end.`,
    hint: 'Remove the connection that leads back. To repeat steps, use "For each".',
  }),
  loopMixed: (node: NodeDefinition, loop: NodeDefinition): Problem => ({
    code: 'loop.mixed_inputs',
    severity: 'error',
    node: node.id,
    title: 'This step is half inside a loop',
    detail: `${nameOf(node)} comes after "For each item" of ${nameOf(loop)}, and also after a step outside of that loop.`,
    hint: `Connect it to only one of the two. To go on after the loop, use "When all are done" of ${nameOf(loop)}.`,
  }),
  outsideOfLoop: (node: NodeDefinition): Problem => ({
    code: 'loop.end_outside',
    severity: 'error',
    node: node.id,
    title: 'This step is not inside a loop',
    detail: `${nameOf(node)} stops the loop that it is in, but it is in none.`,
    hint: 'Move it behind "For each item" or "Each time" of a loop, or remove it. To end the whole workflow, use "Stop with an error".',
  }),
  emptyLoop: (node: NodeDefinition): Problem => ({
    code: 'loop.empty_body',
    severity: 'warning',
    node: node.id,
    title: 'This loop does nothing',
    detail: `No step follows "For each item" of ${nameOf(node)}.`,
    hint: 'Connect the steps to repeat to "For each item".',
  }),
  noErrorPath: (node: NodeDefinition): Problem => ({
    code: 'node.error_port_unused',
    severity: 'warning',
    node: node.id,
    title: 'Nothing happens if this step fails',
    detail: `${nameOf(node)} is set to go its own way if it fails, but no step follows there.`,
    hint: 'Connect a step to "If it fails", or let the workflow stop on errors.',
  }),
  /** A problem that a template or a node's own check found. */
  ofField: (
    node: NodeDefinition,
    found: Pick<ConfigProblem, 'code' | 'title' | 'detail' | 'hint'>,
    field: string | undefined,
  ): Problem => ({
    code: found.code,
    severity: 'error',
    node: node.id,
    ...(field === undefined ? {} : { field }),
    title: found.title,
    detail: `${nameOf(node)}: ${found.detail}`,
    hint: found.hint ?? 'Change this field.',
  }),
  unknownVariable: (node: NodeDefinition, field: string, unknown: UnknownName): Problem => ({
    code: unknown.why === 'unknown' ? 'template.unknown_variable' : `template.${unknown.why}`,
    severity: 'error',
    node: node.id,
    field,
    ...WHY[unknown.why](nameOf(node), unknown),
  }),
}

/** A variable that will not be there. */
export interface UnknownName {
  /** As it's written. */
  variable: string
  why: 'unknown' | 'not_before' | 'switched_off' | 'not_in_loop'
  nearest: string | undefined
  known: string[]
}

type Sentences = Pick<Problem, 'title' | 'detail' | 'hint'>

const WHY: Record<UnknownName['why'], (node: string, unknown: UnknownName) => Sentences> = {
  unknown: (node, { variable, nearest, known }) => ({
    title: 'Unknown variable',
    detail: `${node} uses "${variable}", which does not exist.`,
    hint:
      nearest !== undefined
        ? `Did you mean "${nearest}"?`
        : known.length === 0
          ? 'Pick a variable from the list.'
          : `There are: ${known.slice(0, 8).join(', ')}.`,
  }),
  not_before: (node, { variable }) => ({
    title: 'This value is not there yet',
    detail: `${node} uses "${variable}", but that step does not come before it.`,
    hint: 'Connect the steps so that the other one comes first, or pick another variable.',
  }),
  switched_off: (node, { variable }) => ({
    title: 'This value comes from a step that is switched off',
    detail: `${node} uses "${variable}", but that step does not run.`,
    hint: 'Switch the step on, or pick another variable. If it may be missing, add "| default:".',
  }),
  not_in_loop: (node, { variable }) => ({
    title: 'This value exists only inside a loop',
    detail: `${node} uses "${variable}", but is not inside a "For each".`,
    hint: 'Move the step into the loop, or pick another variable.',
  }),
}
