import type { DataObject } from '../data.ts'
import type { NodeDefinition } from '../definition/schema.ts'
import type { NodeType } from '../nodes/define-node.ts'

/** A node's config as its type wants it today: one that was written for an older version is brought up to date. */
export const currentConfig = (node: NodeDefinition, type: NodeType): DataObject =>
  node.version < type.version && type.upgrade !== undefined
    ? type.upgrade(node.config, node.version)
    : node.config
