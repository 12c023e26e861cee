import type { FilterKind } from '#lib/engine/template/filters.ts'

/** Words of templates: pills, what they can be changed by, and what comes of them. */
export const templateTexts = {
  keys: 'Type / to insert data. Alt and arrow down opens what to do with the data beside the caret.',
  gives: 'Gives',
  problem: 'On this sample:',
  part: 'shown in part',
  menu: {
    title: (name: string) => `Change ${name}`,
    sample: 'On the sample',
    changes: 'What happens to it',
    none: 'It is used as it comes.',
    byHand:
      'This was written by hand, so it can’t be changed here. Edit it as text, or start over.',
    startOver: 'Use it as it comes',
    add: 'Add a change',
    search: 'Search changes…',
    nothing: 'No change fits that word.',
    needs: 'asks for a value',
    notHere: 'does not fit this value',
    removeChange: (title: string) => `Take out: ${title}`,
    removePill: 'Remove this data',
    done: 'Done',
    added: (title: string) => `${title} added.`,
    removed: (title: string) => `${title} taken out.`,
  },
  groups: {
    text: 'Text',
    number: 'Number',
    date: 'Date',
    list: 'List',
    any: 'Anything',
  } satisfies Record<FilterKind, string>,
  /** Plain names where the engine's are for people who know computers. */
  titles: {
    json: 'As text for computers (JSON)',
    parse_json: 'Read text for computers (JSON)',
    iso: 'As computers write dates',
  } as Record<string, string>,
  kinds: {
    text: 'text',
    number: 'number',
    date: 'date',
    boolean: 'yes or no',
    list: (count: number) => (count === 1 ? 'list of 1' : `list of ${count.toLocaleString('en')}`),
    group: (count: number) => (count === 1 ? '1 field' : `${count} fields`),
    empty: 'empty',
  },
} as const
