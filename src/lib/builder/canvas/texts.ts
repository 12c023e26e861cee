/** Words of notes, groups and what is done with several things of the drawing. */
export const drawing = {
  noteText: 'Text of the note',
  notePlaceholder: 'Write here. **Bold**, # title, - list, [link](https://…)',
  noteEmpty: 'Empty note. Double-click to write.',
  group: (title: string, count: number) =>
    `Group ${title || 'without a name'}, ${count === 1 ? '1 thing' : `${count} things`}`,
  groupName: 'Name of the group',
  unnamedGroup: 'Group',
  newGroup: (number: number) => (number === 1 ? 'Group' : `Group ${number}`),
  selectAreas: 'Select by dragging an area',
  addNote: 'Add a note',
  selected: (count: number) => `${count} selected`,
  selectionHint: 'What to do with what is selected',
  align: 'Line up',
  tapTarget: (step: string, port = '') =>
    port === ''
      ? `Now choose the step that comes after ${step}`
      : `Now choose the step that “${port}” of ${step} leads to`,
  tapCancel: 'Cancel',
  notThere: (step: string) => `No line can lead to ${step} from there.`,
  colours: {
    yellow: 'Yellow',
    green: 'Green',
    blue: 'Blue',
    purple: 'Purple',
    red: 'Red',
    grey: 'Grey',
  },
} as const
