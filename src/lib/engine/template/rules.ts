import { z } from 'zod'

/** Operators of the rule builder. Their coercion rules stand beside their evaluation in conditions.ts. */
export const RULE_OPERATORS = [
  'equals',
  'not_equals',
  'contains',
  'not_contains',
  'starts_with',
  'ends_with',
  'in',
  'not_in',
  'matches',
  'greater_than',
  'greater_or_equal',
  'less_than',
  'less_or_equal',
  'between',
  'before',
  'after',
  'on_day',
  'in_last_days',
  'in_next_days',
  'is_empty',
  'is_not_empty',
  'is_true',
  'is_false',
  'exists',
  'not_exists',
  'changed',
  'changed_from',
  'changed_to',
  'increased_by',
  'decreased_by',
] as const

/** One comparison. `left` and `right` are templates until the step runs. */
export const rule = z.object({
  left: z.unknown(),
  op: z.enum(RULE_OPERATORS),
  right: z.unknown().optional(),
})
export type Rule = z.infer<typeof rule>

/** Rules joined by all, any or none; groups nest. */
export type RuleTree = { all: RuleNode[] } | { any: RuleNode[] } | { none: RuleNode[] }
export type RuleNode = Rule | RuleTree

const ruleNode: z.ZodType<RuleNode> = z.lazy(() => z.union([ruleTree, rule]))
export const ruleTree: z.ZodType<RuleTree> = z.union([
  z.object({ all: z.array(ruleNode).max(100) }),
  z.object({ any: z.array(ruleNode).max(100) }),
  z.object({ none: z.array(ruleNode).max(100) }),
])
