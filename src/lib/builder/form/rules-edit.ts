import {
  groupOf,
  isRule,
  ruleTree,
  type Rule,
  type RuleNode,
  type RuleTree,
} from '#lib/engine/index.ts'
import type { Data } from '#lib/engine/data.ts'

export type Join = 'all' | 'any' | 'none'

/** A tree of rules as it's stored; an empty one for anything else. */
export function readRules(value: Data | undefined): RuleTree {
  return ruleTree.safeParse(value).data ?? { all: [] }
}

export const groupWith = (join: Join, members: RuleNode[]): RuleTree =>
  join === 'all' ? { all: members } : join === 'any' ? { any: members } : { none: members }

/** The tree with another join. */
export const rejoined = (tree: RuleTree, join: Join): RuleTree =>
  groupWith(join, groupOf(tree).members)

/** The tree with one member replaced, or taken out. */
export function withMember(tree: RuleTree, index: number, member: RuleNode | null): RuleTree {
  const { join, members } = groupOf(tree)
  return groupWith(join, members.toSpliced(index, 1, ...(member === null ? [] : [member])))
}

/** The tree with one member more. */
export function withAdded(tree: RuleTree, member: RuleNode): RuleTree {
  const { join, members } = groupOf(tree)
  return groupWith(join, [...members, member])
}

export const newRule = (left = ''): Rule => ({ left, op: 'equals', right: '' })

/** Stored trees are data. */
export const asData = (tree: RuleTree): Data => tree as unknown as Data // templates and texts only

export { isRule, groupOf }
