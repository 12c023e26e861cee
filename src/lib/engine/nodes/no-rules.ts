import { ruleCount } from '../template/rule-tree.ts'
import type { RuleTree } from '../template/rules.ts'
import type { ConfigIssue } from './define-node.ts'

/** A field of rules that is shown and holds none: a group without rules is never true. `detail` says what that means here. */
export const noRules = (
  field: string,
  rules: RuleTree | undefined,
  detail: string,
): ConfigIssue[] =>
  rules !== undefined && ruleCount(rules) > 0
    ? []
    : [
        {
          code: 'config.required',
          field,
          title: 'A field is empty',
          detail,
          hint: 'Add at least one rule.',
        },
      ]
