import type { Calendar } from './compare.ts'
import { OPERATORS } from './operators.ts'
import { groupOf, isRule } from './rule-tree.ts'
import type { Rule, RuleNode, RuleTree } from './rules.ts'

/** One rule's verdict with both values, for people to see why. */
export interface ExplainedRule {
  op: Rule['op']
  left: unknown
  right: unknown
  verdict: boolean
  /** Why the values couldn't be compared, where that's so. */
  reason: string | null
}

/** A group's verdict with those of its members, in their order. */
export interface ExplainedGroup {
  join: 'all' | 'any' | 'none'
  verdict: boolean
  members: (ExplainedRule | ExplainedGroup)[]
}

/**
 * Whether a tree of rules is true. Its left and right sides are values already: templates have been rendered.
 * A group without rules is false, so that a condition that nobody filled in lets nothing through.
 */
export function evaluate(tree: RuleTree, calendar: Calendar): boolean {
  const { join, members } = groupOf(tree)
  if (members.length === 0) return false
  const holds = (node: RuleNode): boolean =>
    isRule(node)
      ? OPERATORS[node.op](node.left, node.right, calendar) === true
      : evaluate(node, calendar)
  if (join === 'all') return members.every(holds)
  return members.some(holds) === (join === 'any')
}

/** The same verdict as `evaluate`, with every rule's own: nothing is cut short. */
export function explain(tree: RuleTree, calendar: Calendar): ExplainedGroup {
  const { join, members } = groupOf(tree)
  const explained = members.map((node) =>
    isRule(node) ? explainRule(node, calendar) : explain(node, calendar),
  )
  return { join, verdict: evaluate(tree, calendar), members: explained }
}

function explainRule({ op, left, right }: Rule, calendar: Calendar): ExplainedRule {
  const verdict = OPERATORS[op](left, right, calendar)
  return {
    ...{ op, left, right },
    verdict: verdict === true,
    reason: typeof verdict === 'boolean' ? null : verdict.reason,
  }
}
