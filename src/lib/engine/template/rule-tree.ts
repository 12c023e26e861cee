import type { Rule, RuleNode, RuleTree } from './rules.ts'

/** Whether this is a single comparison rather than a group of them. */
export const isRule = (node: RuleNode): node is Rule => 'op' in node

/** How a group joins its members, and the members. */
export function groupOf(tree: RuleTree): { join: 'all' | 'any' | 'none'; members: RuleNode[] } {
  if ('all' in tree) return { join: 'all', members: tree.all }
  if ('any' in tree) return { join: 'any', members: tree.any }
  return { join: 'none', members: tree.none }
}

/** How many comparisons a tree has, groups within groups included. */
export function ruleCount(tree: RuleTree): number {
  let count = 0
  for (const member of groupOf(tree).members) count += isRule(member) ? 1 : ruleCount(member)
  return count
}
