import { durationWords } from '#lib/ui/moment.ts'
import type { Verdict } from './paired-steps.ts'

const counted = (count: number, one: string, many: string): string =>
  count === 1 ? `1 ${one}` : `${count.toLocaleString('en')} ${many}`

/** All words of the comparison of two executions. */
export const texts = {
  open: 'Compare',
  title: 'Compare two executions',
  lead: 'What went differently, step by step: how each ended, how long it took, and which data it had.',
  here: 'This one',
  there: 'The other one',
  pick: 'Compare with',
  choose: 'Choose an execution…',
  loading: 'Fetching the other execution…',
  finding: 'Looking for other executions of this workflow…',
  none: 'Nothing to compare with yet',
  noneText:
    'This workflow has no other execution. Run it once more, then the two can stand side by side.',
  tryAgain: 'Try again',
  relation: {
    original: 'This one is a replay of it',
    replay: 'A replay of this one',
    test: 'A test',
  },
  candidate: (status: string, when: string): string => `${status} · ${when}`,
  facts: {
    status: 'Status',
    took: 'Duration',
    started: 'Started',
    otherVersion: 'The two ran different versions of the drawing.',
  },
  label: 'Steps of both executions, side by side',
  onlyDiffering: 'Only what differs',
  same: 'Nothing differs',
  sameText: 'All steps ended alike, with the same data.',
  noSteps: 'Neither of the two has a step yet.',
  uncompared: (count: number): string =>
    `${counted(count, 'step', 'steps')} ended alike. Their data is compared when you open them.`,
  counts: (differing: number, all: number): string =>
    `${counted(differing, 'step differs', 'steps differ')}, of ${all.toLocaleString('en')}`,
  verdicts: {
    only_here: 'Only in this one',
    only_there: 'Only in the other one',
    status: 'Ended differently',
    way: 'Went another way',
    data: 'Other data',
    alike: 'Alike',
    open: 'Not compared yet',
  } satisfies Record<Verdict, string>,
  item: (number: number): string => `Item ${number}`,
  attempts: (count: number): string => counted(count, 'attempt', 'attempts'),
  notRun: 'Not there',
  slower: (by: number): string => `${durationWords(by)} longer`,
  faster: (by: number): string => `${durationWords(by)} shorter`,
  details: {
    label: 'What differs in this step',
    pick: 'Choose a step to see what differs in it.',
    fetching: 'Fetching the data of both…',
    input: 'Input',
    output: 'Output',
    problem: 'Problem',
    alike: 'The same in both.',
    differences: (count: number, cut: boolean): string =>
      cut
        ? `The first ${count} places that differ`
        : counted(count, 'place differs', 'places differ'),
    onlyHere: 'Only this execution came to this step.',
    onlyThere: 'Only the other execution came to this step.',
    way: (here: string, there: string): string =>
      `Here it went the way “${here}”, in the other one “${there}”.`,
    absent: 'not there',
    whole: 'The whole',
    inside: (count: number): string => counted(count, 'place', 'places'),
    noProblem: 'No problem',
    place: 'Place',
  },
} as const
