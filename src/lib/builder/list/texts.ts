/** All words of the list of steps that people read. */
export const listTexts = {
  label: 'Steps of the workflow',
  help: 'Up and down arrow keys go from step to step. Enter opens a step, A adds one below it, Alt with up or down moves it, M moves it elsewhere, left and right arrow keys hide and show the steps in its ways, F2 renames it, Delete deletes it.',
  view: {
    label: 'How the workflow is shown',
    canvas: 'Drawing',
    list: 'List',
    both: 'Both',
  },
  trigger: 'Starts the workflow',
  or: 'or',
  loose: {
    title: 'Not connected',
    hint: 'Nothing leads to these steps, so they never run. Move them to where they belong, or delete them.',
  },
  joins: (count: number) => `${count} ways come together here`,
  of: (title: string) => `of ${title}`,
  side: (number: number, of: number, label: string) =>
    label === ''
      ? `At the same time, ${number} of ${of}`
      : `${label}, at the same time: ${number} of ${of}`,
  each: 'Then the next item',
  ends: 'Ends here',
  goesOn: (number: number, title: string) => `Continues at ${number}. ${title}`,
  goesAlsoOn: (number: number, title: string) => `Continues at ${number}. ${title} as well`,
  goesBack: (number: number, title: string) => `Goes back to ${number}. ${title}: a circle`,
  gone: (port: string) => `An output that the step no longer has (${port})`,
  folds: {
    hide: (label: string, of: string) => `Hide the steps in ${label} of ${of}`,
    show: (label: string, of: string) => `Show the steps in ${label} of ${of}`,
    hidden: (count: number) => (count === 1 ? '1 step hidden' : `${count} steps hidden`),
    failed: (count: number) => `${count} failed`,
    running: (count: number) => `${count} running`,
    waiting: (count: number) => `${count} waiting`,
    all: 'Hide inner steps',
    none: 'Show all steps',
    saidClosed: (count: number) =>
      count === 1 ? '1 step is hidden now.' : `${count} steps are hidden now.`,
    saidOpen: (count: number) =>
      count === 1 ? '1 step is shown again.' : `${count} steps are shown again.`,
  },
  add: 'Add a step',
  addTrigger: 'Add another way to start',
  addFirstTrigger: 'Add what starts it',
  searchTriggers: 'Search what can start it…',
  noTrigger: 'Nothing like that can start a workflow.',
  addAfter: (title: string) => `Add a step after ${title}`,
  addIn: (label: string, of: string) => `Add a step in ${label} of ${of}`,
  addBefore: (title: string) => `Add a step before ${title}, where the ways come together`,
  addBehind: (title: string) => `Add a step after all ways of ${title}`,
  problems: (count: number) => (count === 1 ? '1 problem' : `${count} problems`),
  rename: (title: string) => `New name of ${title}`,
  menu: {
    label: (title: string) => `What to do with ${title}`,
    open: 'Set up',
    look: 'Open',
    rename: 'Rename',
    addAfter: 'Add a step after it…',
    addBefore: 'Add a step before it…',
    addBeside: 'Add a step at the same time…',
    moveUp: 'Move up',
    moveDown: 'Move down',
    moveTo: 'Move to…',
    continueAt: (label: string) => (label === '' ? 'Continue at…' : `${label}: continue at…`),
    hideWays: 'Hide the steps in its ways',
    showWays: 'Show the steps in its ways',
    hideWay: (label: string) => `Hide “${label}”`,
    showWay: (label: string) => `Show “${label}”`,
    cut: 'Cut',
    copy: 'Copy',
    paste: 'Paste after it',
    duplicate: 'Duplicate',
    disable: 'Switch off',
    enable: 'Switch on',
    remove: 'Delete',
    removeAll: (count: number) =>
      count === 1
        ? 'Delete with the step in its ways'
        : `Delete with the ${count} steps in its ways`,
    removeOnly: 'Delete this step only',
    run: 'Run the workflow…',
    change: 'Continue elsewhere…',
    disconnect: 'Don’t continue there',
    jump: 'Go there',
    addHere: 'Add a step before it continues…',
    link: (title: string) => `What to do with the way to ${title}`,
  },
  move: {
    title: (title: string) => `Move ${title} to…`,
    search: 'Search places…',
    nothing: 'There is no such place.',
    after: (number: number, title: string) => `After ${number}. ${title}`,
    first: (label: string, number: number, title: string) =>
      `First in “${label}” of ${number}. ${title}`,
    before: (number: number, title: string) =>
      `Before ${number}. ${title}, where the ways come together`,
    behind: (number: number, title: string) => `After all ways of ${number}. ${title}`,
    beside: (number: number, title: string) =>
      `At the same time as what follows ${number}. ${title}`,
    loose: 'On its own, connected to nothing',
    here: 'Here now',
  },
  continue: {
    title: (title: string, label: string) =>
      label === '' ? `After ${title}, continue at…` : `${title}, ${label}: continue at…`,
    search: 'Search steps…',
    nothing: 'There is no other step that this one can lead to.',
    also: 'It leads to other steps already; this one starts at the same time.',
  },
  where: (number: number, branch: { label: string; of: string } | null, isLoose: boolean) =>
    isLoose
      ? `step ${number}, not connected`
      : branch
        ? `step ${number}, in ${branch.label} of ${branch.of}`
        : `step ${number}`,
  undo: 'Undo',
  said: {
    added: (title: string, where: string) => `Added ${title} as ${where}.`,
    moved: (title: string, where: string) => `Moved ${title}: now ${where}.`,
    duplicated: (title: string, where: string) => `Made ${title}, ${where}.`,
    removed: (title: string, more: number) =>
      more === 0
        ? `Deleted ${title}.`
        : `Deleted ${title} and ${more === 1 ? 'the step' : `the ${more} steps`} in its ways.`,
    removedByOther: (title: string) => `Somebody else deleted ${title}.`,
    disconnected: 'The way no longer leads there.',
    isFirst: 'It can’t go further up.',
    isLast: 'It can’t go further down.',
    notThere: 'The step can’t go there.',
    onlyDrawn: 'That is for the drawing. Switch to it first.',
    notLast: 'Something else was changed since. Undo that first.',
  },
}
