import type { DataObject } from '../data.ts'
import type { NodeType, Ports } from '../nodes/define-node.ts'
import { formFields, isShown } from '../nodes/form-fields.ts'
import { portsOf, type Registry } from '../nodes/registry.ts'
import { compileConfig } from '../plan/compile-config.ts'
import { currentConfig } from '../plan/current-config.ts'
import { variablesIn, type VariableReference } from '../template/variables.ts'
import type { Problem } from './problem.ts'
import type { NodeDefinition } from './schema.ts'
import { texts } from './texts.ts'

/** A variable that must be there when a step runs, and the field that it's in. */
export interface NeededVariable {
  field: string
  /** Filled in after each pass of a loop instead of before the first. */
  perPass: boolean
  reference: VariableReference
}

/**
 * What can be known of a node by itself. Kept for as long as the node is the same object: of a large drawing in which
 * one step changes, only that one is worked out again.
 */
export class NodeFindings {
  readonly #registry: Registry
  readonly #ports = new WeakMap<NodeDefinition, Ports>()
  readonly #problems = new WeakMap<NodeDefinition, Problem[]>()
  readonly #needed = new WeakMap<NodeDefinition, NeededVariable[]>()

  constructor(registry: Registry) {
    this.#registry = registry
  }

  /** Undefined for an unknown kind of step. */
  typeOf(node: NodeDefinition): NodeType | undefined {
    return this.#registry.get(node.type)
  }

  portsOf(node: NodeDefinition, type: NodeType): Ports {
    return kept(this.#ports, node, () => portsOf(type, currentConfig(node, type), node.onError))
  }

  /** What is wrong with its config. */
  configProblems(node: NodeDefinition, type: NodeType): Problem[] {
    return kept(this.#problems, node, () =>
      compileConfig(type, currentConfig(node, type)).problems.map((problem) =>
        texts.ofField(node, problem, problem.field),
      ),
    )
  }

  neededVariables(node: NodeDefinition, type: NodeType): NeededVariable[] {
    return kept(this.#needed, node, () => neededIn(type, currentConfig(node, type)))
  }
}

function kept<Found>(
  known: WeakMap<NodeDefinition, Found>,
  node: NodeDefinition,
  find: () => Found,
): Found {
  const before = known.get(node)
  if (before !== undefined) return before
  const found = find()
  known.set(node, found)
  return found
}

const neededIn = (type: NodeType, config: DataObject): NeededVariable[] =>
  formFields(type)
    .filter((field) => field.templated && isShown(type, field, config))
    .flatMap(({ name, perPass = false }) =>
      variablesIn(config[name] ?? null)
        .filter(({ optional }) => !optional)
        .map((reference) => ({ field: name, perPass, reference })),
    )
