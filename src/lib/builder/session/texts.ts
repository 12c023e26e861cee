/** What people read about working together. */
export const togetherTexts = {
  follow: (name: string) => `Follow ${name}`,
  unfollow: (name: string) => `Stop following ${name}`,
  morePeople: (count: number) => `${count} more people have this open`,
  following: (name: string) => `Following ${name}`,
  stop: 'Stop',
  hint: 'Esc, or any move of your own, ends it.',
  follows: (name: string) => `${name} follows you`,
  nowFollowing: (name: string) => `You follow ${name}. Press Escape to stop.`,
  ended: (name: string) => `You don’t follow ${name} any more.`,
  offlineSince: (time: string) => `Offline since ${time}`,
  keptHere: (count: number) =>
    count === 1 ? '1 change is kept in this browser' : `${count} changes are kept in this browser`,
  nothingUnsaved: 'everything so far is saved',
  offlineDetail:
    'Go on drawing. Your changes join the others’ by themselves when the connection is back.',
  leftOut: (source: string, target: string) =>
    `The line from “${source}” to “${target}” is left out: with a line that somebody else drew at the same time it would lead in a circle.`,
  moreLeftOut: (count: number) => (count === 1 ? '… and one more.' : `… and ${count} more.`),
  leftOutNext: (count: number) =>
    count === 1
      ? 'It is drawn as soon as another line of the circle is deleted.'
      : 'They are drawn as soon as another line of the circle is deleted.',
  dropLeftOut: (count: number) => (count === 1 ? 'Delete this line' : 'Delete these lines'),
  back: 'The connection is back. All your changes are saved.',
} as const
