import type { NodeType } from '../nodes/define-node.ts'

/**
 * Whether a step of this type leaves something behind, outside or in the workspace's data: what a replay must not do
 * a second time unless somebody asks for it. A call of another workflow or a question to a person counts; a delay doesn't.
 */
export function acts(type: NodeType): boolean {
  if (type.effect === 'pure' || type.effect === 'control') return false
  return type.readOnly !== true
}
