import type { Data } from '../data.ts'
import { errorData, toWeftError } from '../errors.ts'
import type { ErrorData } from '../store.ts'
import type { Calendar } from '../template/compare.ts'
import { compileValue, render, type TemplateScope } from '../template/compile.ts'
import { explain } from '../template/conditions.ts'
import { groupOf, isRule } from '../template/rule-tree.ts'
import type { Rule, RuleNode, RuleTree } from '../template/rules.ts'

/** What a template gives on a sample, or why it gives nothing. */
export type Evaluated = { value: Data } | { problem: ErrorData }

/** Fills in one template, or data whose texts are templates. Never throws for what people typed. */
export function evaluateIn(scope: TemplateScope, template: Data): Evaluated {
  try {
    return { value: render(compileValue(template), scope) }
  } catch (problem) {
    return { problem: errorData(toWeftError(problem)) }
  }
}

/** One rule's verdict on a sample. */
export interface JudgedRule {
  verdict: boolean
  left: Data
  right: Data
  /** Why the values couldn't be compared, or couldn't be found. */
  reason: string | null
  /** The step would fail because of it. */
  fails: boolean
}

/** A group's verdict with those of its members, in their order. */
export interface JudgedGroup {
  join: 'all' | 'any' | 'none'
  verdict: boolean
  /** One of its rules can't be looked at, so nothing can be said of the whole. */
  fails: boolean
  members: (JudgedRule | JudgedGroup)[]
}

/** Every rule's own verdict and the whole's. What's wrong with one rule is said at that rule. */
export function judgeIn(scope: TemplateScope, tree: RuleTree, calendar: Calendar): JudgedGroup {
  const { join, members } = groupOf(tree)
  const judged = members.map((node: RuleNode) =>
    isRule(node) ? judgeRule(scope, node, calendar) : judgeIn(scope, node, calendar),
  )
  const holds = judged.map(({ verdict }) => verdict)
  const verdict =
    judged.length > 0 &&
    (join === 'all' ? holds.every(Boolean) : holds.some(Boolean) === (join === 'any'))
  return { join, verdict, fails: judged.some(({ fails }) => fails), members: judged }
}

function judgeRule(scope: TemplateScope, rule: Rule, calendar: Calendar): JudgedRule {
  // Rules are data by their schema.
  const filled = evaluateIn(scope, rule as unknown as Data)
  if ('problem' in filled) {
    const { detail } = filled.problem
    return { verdict: false, left: null, right: null, reason: detail, fails: true }
  }
  const { left = null, right = null } = filled.value as { left?: Data; right?: Data } // a rule stays one
  const [explained] = explain({ all: [{ ...rule, left, right }] }, calendar).members
  const reason = explained !== undefined && 'reason' in explained ? explained.reason : null
  return { verdict: explained?.verdict === true, left, right, reason, fails: false }
}
