/** Part of a workflow's address while the tour leads through it. */
export const TOUR = 'tour'

/** The path that makes the tour's workflow and leads there. */
export const tourPath = (workspace: string): string => `/w/${workspace}/workflows/tour`
