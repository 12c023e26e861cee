/** What people read about working together. */
export const togetherTexts = {
  follow: (name: string) => `Follow ${name}`,
  unfollow: (name: string) => `Stop following ${name}`,
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
  back: 'The connection is back. All your changes are saved.',
} as const
