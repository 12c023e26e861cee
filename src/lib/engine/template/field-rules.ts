import type { DataObject } from '../data.ts'
import { isRule } from './rule-tree.ts'
import type { RuleNode, RuleTree } from './rules.ts'

/** Rules about a record name its fields on the left; here they get the values of one. */
export function filledIn(tree: RuleTree, record: DataObject): RuleTree {
  const fill = (node: RuleNode): RuleNode =>
    isRule(node) ? { ...node, left: record[String(node.left)] } : filledIn(node, record)
  if ('all' in tree) return { all: tree.all.map(fill) }
  if ('any' in tree) return { any: tree.any.map(fill) }
  return { none: tree.none.map(fill) }
}
