import type { Topic } from '#lib/templates/define-template.ts'

const topics: Record<Topic, string> = {
  customers: 'Customers',
  team: 'Team',
  reminders: 'Reminders and reports',
  watching: 'Watching over things',
}

/** All words of the first five minutes: the ways in, the starter workflows, the plain form, files. */
export const startTexts = {
  home: {
    title: 'No workflows yet. How would you like to begin?',
    lead: 'A workflow does a routine job for you: it starts by itself, for example when a form is sent or every Monday at nine, and then does one step after another.',
    template: {
      title: 'Take a starter workflow',
      text: 'Twelve that others need, too: thank new contacts, approve expenses, get a weekly report. Change what you like.',
      action: 'Look at starter workflows',
    },
    form: {
      title: 'Describe it',
      text: 'Say when it should start and what it should do, in a plain form. Weft draws the steps for you.',
      action: 'Fill in the form',
    },
    tour: {
      title: 'Take the tour',
      text: 'Two minutes, six stops, on a real example: what starts a workflow, what a step does, how to try it.',
      action: 'Show me around',
      again: 'Take it again',
    },
    or: 'Or',
    empty: 'begin with an empty drawing',
    file: 'bring in a workflow from a file',
    runHint: 'Nothing runs for real until you publish it.',
  },
  header: {
    templates: 'Starter workflows',
    more: 'More ways to begin',
    describe: 'Describe a workflow',
    tour: 'Take the tour',
    file: 'Bring in a file',
  },
  gallery: {
    title: 'Starter workflows',
    lead: 'Each is complete. You get a copy of your own, can change everything, and publish it when you like it.',
    search: 'Search starter workflows',
    topics,
    all: 'All',
    topic: 'What it is about',
    use: 'Use this',
    useOf: (title: string) => `Use this: ${title}`,
    steps: (count: number) => (count === 1 ? '1 step' : `${count} steps`),
    picture: (titles: string) => `Its steps: ${titles}`,
    makes: (name: string, fields: string) =>
      `Makes the pipeline “${name}” with the fields ${fields}.`,
    keeps: (name: string) => `Keeps its records in your pipeline “${name}”.`,
    needs: (what: string) => `You fill in: ${what}.`,
    nothing: {
      title: 'No starter workflow fits',
      text: 'Try another word, or describe in the plain form what you would like to have done.',
      action: 'Show all',
      form: 'Describe it instead',
    },
    made: (title: string) =>
      `“${title}” is yours. Try it with Run, and publish it when you like it.`,
  },
  file: {
    strange:
      'This is no workflow that Weft has written. Choose a file that was downloaded from the history of a workflow.',
    newer: 'This file was written by a newer Weft and cannot be read here.',
    nameless: 'Workflow from a file',
    done: (name: string) =>
      `“${name}” is brought in. Connections and secrets do not travel in files: look at its problems.`,
  },
  problems: {
    nameMissing: 'Give the workflow a name.',
    unreadable: 'This workflow cannot be read. It may be damaged, or from a newer Weft.',
    tooLarge:
      'This file is too large to bring in here. Make an empty workflow, open its history and bring the file in there.',
    failed: 'That did not work. Try again in a moment.',
    unreachable: 'We can’t reach the server just now. Try again in a moment.',
  },
} as const
