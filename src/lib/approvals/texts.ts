/** All words of approvals. */
export const texts = {
  title: 'Approvals',
  lead: 'Workflows stop here until somebody has decided.',
  open: {
    title: 'Waiting for you',
    none: 'Nothing waits for you',
    noneText:
      'When a workflow comes to a step "Approval" and you are among those who decide, it appears here. Put that step into a workflow wherever somebody should agree first.',
    example: 'Look at a starter workflow with one',
  },
  earlier: {
    title: 'Others, and earlier ones',
    none: 'Nothing was decided yet.',
    more: (count: number) => `The latest ${count} are shown.`,
  },
  comment: 'Comment',
  commentHint: 'Later steps of the workflow can use it.',
  approve: 'Approve',
  reject: 'Reject',
  approved: 'You have approved this.',
  rejected: 'You have rejected this.',
  execution: 'Look at the execution',
  asked: 'Asked',
  due: 'Due',
  policy: {
    any: 'The first who decides counts',
    all: 'All who are asked have to approve',
    majority: 'More than half of those who are asked have to approve',
  },
  status: {
    pending: 'Waiting',
    approved: 'Approved',
    rejected: 'Rejected',
    closed: 'No longer needed',
  },
  live: {
    connecting: 'Connecting…',
    live: 'Live',
    offline: 'Not live just now, trying again…',
    refused: 'Not live',
  },
  titleWith: (count: number) => (count === 0 ? 'Approvals' : `(${count}) Approvals`),
  goneMeanwhile: (title: string) => `"${title}" does not wait for you any more.`,
  mails: {
    sent: (count: number) => `Asked by e-mail: ${count === 1 ? '1 person' : `${count} people`}`,
    reminded: (times: number) => (times === 1 ? 'reminded once' : `reminded ${times} times`),
    failed: (count: number, why: string) =>
      `${count === 1 ? '1 e-mail' : `${count} e-mails`} could not be sent: ${why}`,
  },
  voice: (name: string, decision: 'approved' | 'rejected') =>
    `${name} ${decision === 'approved' ? 'approved' : 'rejected'}`,
}
