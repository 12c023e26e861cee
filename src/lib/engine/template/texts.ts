import { ConfigProblem } from '../errors.ts'

const clipped = (text: string, length = 80): string =>
  text.length > length ? `${text.slice(0, length)}…` : text

const someOf = (names: string[]): string => {
  const shown = names.slice(0, 8).map((name) => `"${name}"`)
  return names.length > shown.length ? `${shown.join(', ')} and more` : shown.join(', ')
}

/** Every sentence that templates can say, in one place. */
export const texts = {
  unknownVariable: (found: {
    variable: string
    nearest: string | undefined
    /** The path up to the unknown part. */
    place: string
    /** What exists there. */
    names: string[]
  }): ConfigProblem => {
    const { variable, place, names } = found
    const near =
      found.nearest === undefined
        ? names.length === 0
          ? 'Pick a variable from the list.'
          : `There ${names.length === 1 ? 'is' : 'are'} ${someOf(names)}.`
        : `Did you mean "${found.nearest}"?`
    return new ConfigProblem({
      code: 'template.unknown_variable',
      title: 'Unknown variable',
      detail:
        place === ''
          ? `There is no variable "${clipped(variable)}".`
          : `There is no "${clipped(variable)}": "${clipped(place)}" is there, but has nothing of that name.`,
      hint: `${near} If it may be missing, add "| default:" and what to use instead.`,
      variable,
      nearest: found.nearest,
    })
  },
  noSuchEntry: (variable: string, list: string, size: number): ConfigProblem =>
    new ConfigProblem({
      code: 'template.unknown_variable',
      title: 'Unknown variable',
      detail: `There is no "${clipped(variable)}": "${clipped(list)}" is a list of ${size} ${size === 1 ? 'entry' : 'entries'}.`,
      hint: 'Entries are counted from 0. If the list may be empty, add "| default:" and what to use instead.',
      variable,
    }),
  unknownFilter: (name: string, nearest: string | undefined): ConfigProblem =>
    new ConfigProblem({
      code: 'template.unknown_filter',
      title: 'Unknown filter',
      detail: `There is no filter called "${clipped(name)}".`,
      hint: nearest === undefined ? 'Pick a filter from the list.' : `Did you mean "${nearest}"?`,
      nearest,
    }),
  unknownTag: (name: string, nearest: string | undefined): ConfigProblem =>
    new ConfigProblem({
      code: 'template.unknown_tag',
      title: 'Unknown instruction',
      detail: `"{% ${clipped(name)} %}" is not something that a template can do here.`,
      hint:
        nearest === undefined
          ? 'You can use if, unless, case, for, assign, capture and comment.'
          : `Did you mean "${nearest}"?`,
      nearest,
    }),
  notClosed: (what: string): ConfigProblem =>
    new ConfigProblem({
      code: 'template.not_closed',
      title: 'Something in this template is not closed',
      detail: `${clipped(what)} has no end.`,
      hint: 'Every "{{" needs a "}}", every "{%" a "%}", and every "if" or "for" an "endif" or "endfor".',
    }),
  unreadable: (near: string): ConfigProblem =>
    new ConfigProblem({
      code: 'template.invalid',
      title: 'This template cannot be read',
      detail: near === '' ? 'It is not complete.' : `There is a mistake near ${clipped(near)}.`,
      hint: 'Check the spelling between the braces, or pick the variable from the list.',
    }),
  tooMuch: (): ConfigProblem =>
    new ConfigProblem({
      code: 'template.too_much',
      title: 'This template is too much work',
      detail: 'It is too long or too deep, repeats something too often, or makes too much text.',
      hint: 'Make it shorter. To do something for many items, use the "For each" step.',
    }),
  tooDeep: (): ConfigProblem =>
    new ConfigProblem({
      code: 'template.too_deep',
      title: 'This data is nested too deeply',
      detail: 'There are more than 100 levels of lists and groups inside each other.',
      hint: 'Use a flatter structure.',
    }),
  failed: (near: string): ConfigProblem =>
    new ConfigProblem({
      code: 'template.failed',
      title: 'This template does not work with this data',
      detail:
        near === '' ? 'A value in it does not fit.' : `A value in ${clipped(near)} does not fit.`,
      hint: 'Look at the data of the earlier steps, and check that the values are what you expect.',
    }),
  badInput: (filter: string, value: string, wanted: string): ConfigProblem =>
    new ConfigProblem({
      code: 'template.filter_value',
      title: 'A filter got something it cannot use',
      detail: `"${filter}" needs ${wanted}, but got ${clipped(value)}.`,
      hint: 'Check where the value comes from. If it may be empty, add "| default:" before this filter.',
    }),
  badArgument: (filter: string, detail: string): ConfigProblem =>
    new ConfigProblem({
      code: 'template.filter_argument',
      title: 'A filter is not filled in rightly',
      detail: `"${filter}" ${detail}`,
      hint: 'Look at the example of this filter in the list.',
    }),
}
