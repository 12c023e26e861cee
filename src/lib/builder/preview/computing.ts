import type { Data } from '#lib/engine/data.ts'
import {
  createPreview,
  isTrigger,
  NodeId,
  WorkflowId,
  WorkspaceId,
  type Evaluated,
  type JudgedGroup,
  type JudgedRule,
  type NodeDefinition,
  type PreviewStep,
  type Registry,
  type WorkflowDefinition,
  type WorkflowPreview,
} from '#lib/engine/index.ts'
import { brief } from './brief.ts'
import type {
  Answer,
  BriefStep,
  Filled,
  Heard,
  Question,
  SentDraft,
  SentNode,
  SentSample,
  Told,
} from './messages.ts'

const RIGHT_SIDE = 200

/**
 * Works out previews, away from the page: it keeps the drawing and the sample, and says only what changed. Whatever comes
 * in while it's busy is looked at together.
 */
export class Computing {
  readonly #registry: Registry
  readonly #say: (heard: Heard) => void
  readonly #now: () => number
  readonly #later: (work: () => void) => void
  readonly #nodes = new Map<string, SentNode>()
  readonly #questions = new Map<number, Question>()
  #place: Extract<Told, { kind: 'place' }> | null = null
  #draft: SentDraft | null = null
  #sample: SentSample = { triggers: {}, outputs: {}, ports: {} }
  #trigger: string | null = null
  #preview: WorkflowPreview | null = null
  /** What was said last, to say only what is new; as text. */
  readonly #saidSteps = new Map<string, string>()
  readonly #saidAnswers = new Map<number, string>()
  #saidRuns: boolean | null = null
  #isPlanned = false
  #isStale = false

  constructor(options: {
    registry: Registry
    say: (heard: Heard) => void
    now: () => number
    later: (work: () => void) => void
  }) {
    this.#registry = options.registry
    this.#say = options.say
    this.#now = options.now
    this.#later = options.later
  }

  hear(told: Told): void {
    switch (told.kind) {
      case 'place':
        this.#place = told
        break
      case 'draft':
        this.#takeDraft(told.draft)
        break
      case 'sample':
        this.#sample = told.sample
        break
      case 'trigger':
        if (this.#trigger === told.trigger) return
        this.#trigger = told.trigger
        break
      case 'watch':
        this.#questions.set(told.id, told.question)
        this.#plan()
        return
      case 'unwatch':
        this.#questions.delete(told.id)
        this.#saidAnswers.delete(told.id)
        return
    }
    this.#isStale = true
    this.#plan()
  }

  #takeDraft(draft: SentDraft): void {
    for (const sent of draft.changed) this.#nodes.set(sent.node.id, sent)
    const left = new Set(draft.order)
    for (const id of this.#nodes.keys()) if (!left.has(id)) this.#nodes.delete(id)
    this.#draft = draft
  }

  #plan(): void {
    if (this.#isPlanned) return
    this.#isPlanned = true
    this.#later(() => {
      this.#isPlanned = false
      if (this.#isStale) this.#compute()
      this.#answer()
    })
  }

  #compute(): void {
    this.#isStale = false
    if (this.#draft === null || this.#place === null) return
    const { workspace, workflow } = this.#place
    const sent = this.#draft.order.flatMap((id) => this.#nodes.get(id) ?? [])
    const trigger = this.#triggerOf(sent.map(({ node }) => node))
    const examples = Object.fromEntries(sent.map(({ node, example }) => [node.id, example]))
    const outputs = { ...examples, ...this.#sample.outputs }
    const definition: WorkflowDefinition = {
      schema: 1,
      nodes: sent.map(({ node }) => node),
      edges: [...this.#draft.edges],
      settings: this.#draft.settings,
    }
    this.#preview =
      trigger === undefined
        ? null
        : createPreview(definition, this.#registry, {
            trigger: NodeId.parse(trigger),
            triggerData: this.#sample.triggers[trigger] ?? outputs[trigger] ?? null,
            outputs,
            ports: this.#sample.ports,
            workspace: { ...workspace, id: WorkspaceId.parse(workspace.id) },
            workflow: { ...workflow, id: WorkflowId.parse(workflow.id) },
            now: this.#now(),
          })
    this.#saySteps()
  }

  #triggerOf(nodes: readonly NodeDefinition[]): string | undefined {
    const triggers = nodes.filter((node) => {
      const type = this.#registry.get(node.type)
      return type !== undefined && isTrigger(type) && !node.disabled
    })
    return (triggers.find(({ id }) => id === this.#trigger) ?? triggers[0])?.id
  }

  #saySteps(): void {
    const steps = Object.values(this.#preview?.steps ?? {}).map(briefStep)
    const there = new Set<string>(steps.map(({ node }) => node))
    const gone = [...this.#saidSteps.keys()].filter((id) => !there.has(id))
    for (const id of gone) this.#saidSteps.delete(id)
    const changed = steps.filter((step) => isNews(this.#saidSteps, step.node, step))
    const canRun = this.#preview !== null
    if (changed.length + gone.length === 0 && canRun === this.#saidRuns) return
    this.#saidRuns = canRun
    this.#say({ kind: 'steps', changed, gone, canRun })
  }

  #answer(): void {
    const answers = [...this.#questions]
      .map(([id, question]) => ({ id, answer: this.#answerTo(question) }))
      .filter(({ id, answer }) => isNews(this.#saidAnswers, id, answer))
    if (answers.length > 0) this.#say({ kind: 'answers', answers })
  }

  #answerTo(question: Question): Answer | null {
    if (this.#preview === null) return null
    const node = NodeId.parse(question.node)
    if (question.kind === 'judge') {
      const judged = this.#preview.judge(node, question.tree)
      return judged && { kind: 'judge', judged: briefGroup(judged) }
    }
    const filled: Filled[] = []
    for (const template of question.templates) {
      const evaluated = this.#preview.evaluate(node, template)
      if (evaluated === null) return null
      filled.push(briefValue(evaluated))
    }
    return { kind: 'fill', filled }
  }
}

/** Whether it differs from what was said under this name last; remembers it. */
function isNews<Key>(said: Map<Key, string>, key: Key, thing: unknown): boolean {
  const text = JSON.stringify(thing)
  if (said.get(key) === text) return false
  said.set(key, text)
  return true
}

function briefStep(step: PreviewStep): BriefStep {
  const input = brief(step.input)
  const output = brief(step.output)
  return {
    ...step,
    input: input.value,
    output: output.value,
    isPart: input.isPart || output.isPart,
  }
}

const briefValue = (evaluated: Evaluated): Filled =>
  'value' in evaluated ? brief(evaluated.value) : evaluated

const briefGroup = (group: JudgedGroup): JudgedGroup => ({
  ...group,
  members: group.members.map((member) =>
    'members' in member ? briefGroup(member) : briefRule(member),
  ),
})

const briefRule = (rule: JudgedRule): JudgedRule => ({
  ...rule,
  left: side(rule.left),
  right: side(rule.right),
})

const side = (value: Data): Data => brief(value, RIGHT_SIDE).value
