import { Refused } from '../http/answers.ts'

// Every way in which a replay is refused.

/** Its steps may still change. */
export const stillGoing = () =>
  new Refused({
    status: 409,
    code: 'replay.still_going',
    title: 'This execution is not over yet',
    detail: 'Only an execution that has ended can be replayed.',
    hint: 'Wait for its end, or cancel it first.',
  })

/** "Newest" of nothing. */
export const neverPublished = () =>
  new Refused({
    status: 409,
    code: 'api.never_published',
    title: 'There is no newest version',
    detail: 'This workflow was never published.',
    hint: 'Publish it first, or replay on the version that the execution ran on.',
  })

/** For some items of a loop a step has acted, and the loop may now get others. */
export const undecided = (titles: readonly string[]) =>
  new Refused({
    status: 409,
    code: 'replay.undecided',
    title: 'It is unclear what should be repeated',
    detail: `${titles.map((title) => `"${title}"`).join(', ')} acted for some items of a list that may be another one now.`,
    hint: 'Choose to repeat these steps, replay with the same data and version, or start after them.',
  })

/** Among many replays: nobody knows what a step has done, and nobody looks at each of them. */
export const mayHaveActed = (titles: readonly string[]) =>
  new Refused({
    status: 409,
    code: 'replay.may_have_acted',
    title: 'It is unclear whether a step took effect',
    detail: `Nobody knows whether ${titles.map((title) => `"${title}"`).join(', ')} happened, so it was not done again.`,
    hint: 'Look on the other side whether it arrived. Then replay the earlier execution by itself.',
  })

/** Data goes in at the trigger; whoever starts further on keeps what the trigger said. */
export const dataWithoutStart = () =>
  new Refused({
    status: 400,
    code: 'replay.data_without_start',
    title: 'Other data needs a replay from the start',
    detail: 'From a later step on, the steps before it keep what they made of the earlier data.',
    hint: 'Replay from the start with other data, or from this step with the same.',
  })
