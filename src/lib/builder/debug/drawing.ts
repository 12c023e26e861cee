import {
  isTrigger,
  portsOf,
  type EdgeDefinition,
  type NodeDefinition,
  type NodeType,
  type Registry,
  type WorkflowDefinition,
} from '#lib/engine/index.ts'
import { texts } from './texts.ts'

/** The drawing that an execution ran: what its steps are called, and how they hang together. */
export class Drawing {
  readonly definition: WorkflowDefinition | null
  readonly #registry: Registry
  readonly #nodes: ReadonlyMap<string, NodeDefinition>

  /** Without a definition (not fetched yet, or too new to be read) steps go by their ids. */
  constructor(definition: WorkflowDefinition | null, registry: Registry) {
    this.definition = definition
    this.#registry = registry
    this.#nodes = new Map(definition?.nodes.map((node) => [node.id, node]))
  }

  node(id: string): NodeDefinition | undefined {
    return this.#nodes.get(id)
  }

  type(id: string): NodeType | undefined {
    const node = this.node(id)
    return node && this.#registry.get(node.type)
  }

  /** What people call the step. */
  title(id: string): string {
    const node = this.node(id)
    if (!node) return this.definition === null ? id : texts.steps.unknown
    return node.title || (this.type(id)?.title ?? node.type)
  }

  /** What its output is called in templates: `trigger`, `steps.<key>`. */
  reference(id: string): string | null {
    const node = this.node(id)
    const type = this.type(id)
    if (!node || !type) return null
    return isTrigger(type) ? 'trigger' : `steps.${node.key}`
  }

  isTrigger(id: string): boolean {
    const type = this.type(id)
    return type !== undefined && isTrigger(type)
  }

  /** What people read beside a port; empty for the only one. */
  portLabel(id: string, port: string): string {
    const node = this.node(id)
    const type = this.type(id)
    if (!node || !type) return port
    const { outputs } = portsOf(type, node.config, node.onError)
    return outputs.find(({ name }) => name === port)?.label ?? port
  }

  /** The lines that lead to a step. */
  into(id: string): EdgeDefinition[] {
    return this.definition?.edges.filter(({ target }) => target === id) ?? []
  }
}
