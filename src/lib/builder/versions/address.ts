/** One side of a comparison: before anything was drawn, a published version by its number, or the draft. */
export type Side = 'start' | 'draft' | number

/** What is compared with what. */
export interface Comparison {
  before: Side
  after: Side
}

/** The name of the part of the page's address that holds a comparison. */
export const COMPARE = 'compare'

const readSide = (text: string | undefined): Side | null => {
  if (text === 'start' || text === 'draft') return text
  return text !== undefined && /^[1-9]\d{0,8}$/.test(text) ? Number(text) : null
}

/** Reads `3..draft`; null when it says nothing that can be shown: then the most telling comparison is chosen. */
export function readComparison(text: string): Comparison | null {
  const [first, second, ...more] = text.split('..')
  const [before, after] = [readSide(first), readSide(second)]
  return before === null || after === null || more.length > 0 ? null : { before, after }
}

export const writeComparison = ({ before, after }: Comparison): string => `${before}..${after}`

/** The address of the same page with a comparison; without one, of the drawing. */
export function addressOf(
  page: { readonly href: string },
  comparison: Comparison | 'any' | null,
): string {
  const to = new URL(page.href)
  to.searchParams.delete(COMPARE)
  if (comparison !== null) {
    to.searchParams.set(COMPARE, comparison === 'any' ? '' : writeComparison(comparison))
  }
  return `${to.pathname}${to.search}`
}

/** What is shown first: what isn't published yet; when there's no such thing, what the newest version brought. */
export function firstComparison(
  versions: readonly { number: number; is_live: boolean }[],
  isChanged: boolean,
): Comparison {
  const newest = versions[0]?.number
  if (newest === undefined) return { before: 'start', after: 'draft' }
  const live = versions.find(({ is_live }) => is_live)?.number ?? newest
  return isChanged ? { before: live, after: 'draft' } : broughtBy(newest)
}

/** What a version brought: it compared with the one before it. */
export const broughtBy = (number: number): Comparison => ({
  before: number === 1 ? 'start' : number - 1,
  after: number,
})
