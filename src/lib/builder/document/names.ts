const ALPHABET = 'abcdefghijkmnopqrstuvwxyz23456789'

/** Makes the id of a new node: short, and unguessably unlikely to be made twice. */
export type MakeId = () => string

/** Ten characters from the system's randomness. */
export const randomId: MakeId = () => {
  const bytes = crypto.getRandomValues(new Uint8Array(10))
  return Array.from(bytes, (byte) => ALPHABET[byte % ALPHABET.length]).join('')
}

const SMALL_WORDS = new Set(['a', 'an', 'the', 'of', 'to', 'with', 'and', 'or'])

/** A key for templates from a title: "Create a record" -> `create_record`. */
export function keyFromTitle(title: string): string {
  const words = title
    .normalize('NFKD')
    .toLowerCase()
    .replace(/[^a-z0-9]+/g, ' ')
    .trim()
    .split(' ')
    .filter((word) => word !== '' && !SMALL_WORDS.has(word))
  const key = words.join('_').replace(/^[^a-z]+/, '')
  return key === '' ? 'step' : key.slice(0, 48)
}

/** The wanted name, or the first of `name_2`, `name_3`… that nobody has. */
export function uniqueKey(wanted: string, taken: ReadonlySet<string>): string {
  if (!taken.has(wanted)) return wanted
  const base = wanted.replace(/_\d+$/, '').slice(0, 56)
  for (let number = 2; ; number += 1) {
    const key = `${base}_${number}`
    if (!taken.has(key)) return key
  }
}

/** Like `uniqueKey`, for titles: "Send an e-mail 2". */
export function uniqueTitle(wanted: string, taken: ReadonlySet<string>): string {
  // A step without a name of its own is called as its type is.
  if (wanted === '' || !taken.has(wanted)) return wanted
  const base = wanted.replace(/ \d+$/, '')
  for (let number = 2; ; number += 1) {
    const title = `${base} ${number}`
    if (!taken.has(title)) return title
  }
}

/** The same two ports are the same edge, whoever draws it: two people connecting at once make one line. */
export function edgeId(edge: {
  source: string
  sourcePort: string
  target: string
  targetPort: string
}): string {
  return `${edge.source}.${edge.sourcePort}-${edge.target}.${edge.targetPort}`.slice(0, 200)
}
