import { defaultConfig, type Data, type WorkflowDefinition } from '#lib/engine/index.ts'
import { ME, TOPICS, type Template } from './define-template.ts'
import { drawn } from './sketch.ts'
import { askForApproval } from './starters/ask-for-approval.ts'
import { firstDays } from './starters/first-days.ts'
import { followUp } from './starters/follow-up.ts'
import { formToInbox } from './starters/form-to-inbox.ts'
import { sortRequests } from './starters/sort-requests.ts'
import { takeAnUmbrella } from './starters/take-an-umbrella.ts'
import { tellMeOfFailures } from './starters/tell-me-of-failures.ts'
import { tellTheChat } from './starters/tell-the-chat.ts'
import { thankALead } from './starters/thank-a-lead.ts'
import { watchAWebsite } from './starters/watch-a-website.ts'
import { weeklyReminder } from './starters/weekly-reminder.ts'
import { weeklyReport } from './starters/weekly-report.ts'

const all: readonly Template[] = [
  formToInbox,
  thankALead,
  sortRequests,
  followUp,
  askForApproval,
  firstDays,
  tellTheChat,
  weeklyReminder,
  weeklyReport,
  takeAnUmbrella,
  watchAWebsite,
  tellMeOfFailures,
]

/** The starter workflows, topic by topic: a new one is one file and one line here. */
export const templates: readonly Template[] = TOPICS.flatMap((topic) =>
  all.filter((template) => template.topic === topic),
)

/** What a template doesn't know by itself. */
export interface Filling {
  /** The address of whoever uses it. */
  me: string
  /** The pipeline that it keeps its records in; left open when there is none. */
  pipeline?: string
  makeId: () => string
}

/** The workflow that a template makes. */
export function fromTemplate(
  template: Template,
  { me, pipeline, makeId }: Filling,
): WorkflowDefinition {
  const keepers = new Set(template.pipeline?.steps)
  const steps = template.steps.map((one) => {
    const config = Object.entries(one.config).map(([name, value]): [string, Data] => [
      name,
      value === ME ? me : value,
    ])
    const kept: [string, Data][] =
      keepers.has(one.key) && pipeline !== undefined ? [['pipeline', pipeline]] : []
    return {
      ...one,
      config: { ...defaultConfig(one.type), ...Object.fromEntries([...config, ...kept]) },
    }
  })
  return drawn({ steps, lines: template.lines }, makeId)
}
