/** What the tour says. */
export const tourTexts = {
  title: 'The tour',
  lead: 'Six stops on a real example. You can leave at any time and take it again.',
  viewer: 'The tour makes a workflow of its own to show you around in.',
  making: 'Making the example…',
  again: 'Try again',
  label: 'Tour',
  stop: (number: number, all: number) => `Stop ${number} of ${all}`,
  back: 'Back',
  next: 'Next',
  done: 'Done',
  leave: 'Leave the tour',
  left: 'You can take the tour again: “Take the tour” in the menu ⋯ at the top, or with Ctrl K.',
  trigger: {
    title: 'This starts it',
    text: 'Every workflow begins with a trigger. This one starts when you press Run; others start at nine o’clock, or when a form on your website is sent.',
  },
  step: {
    title: 'A step, and what it works with',
    text: 'Each box does one thing. Its settings are here. The coloured pill stands for the customer’s name: press / in a field to put in data of an earlier step.',
  },
  add: {
    title: 'This adds the next step',
    text: 'The + behind a step asks what should happen next; the + on a line puts a step in between. A condition has two ways out, one for yes and one for no.',
  },
  run: {
    title: 'Trying it out',
    text: 'Run tries the drawing with example data. Press Next, and we run this one for you: a letter for an order of 480.',
    cannot: 'Run tries the drawing with example data. Your role can look at what came of it.',
  },
  result: {
    title: 'What came of it',
    text: 'Each step with what it gave out. The order was large, so the way “True” was taken. Choose a step to see its data.',
    running: 'It is running…',
    failed: 'The test could not be started just now. Press Run to try it yourself.',
  },
  publish: {
    title: 'Making it live',
    text: 'Until you publish, nothing starts by itself. Publishing keeps a version: you can always see what changed, and go back.',
  },
} as const
