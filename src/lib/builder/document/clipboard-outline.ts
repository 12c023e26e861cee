import type { Clipping } from './clipboard.ts'

/** What was copied, in words: a line for each step with where it leads. Titles only: no settings, which may be private. */
export function outline({ nodes, edges, notes, groups }: Clipping): string {
  const titles = new Map<string, string>(nodes.map(({ id, title, type }) => [id, title || type]))
  const lines = nodes.map(({ id, group }) => {
    const targets = edges.flatMap(({ source, sourcePort, target }) => {
      if (source !== id) return []
      const port = sourcePort === 'out' ? '' : ` (${sourcePort})`
      return `${titles.get(target) ?? ''}${port}`
    })
    const frame = groups.find((one) => one.id === group)?.title ?? ''
    return [
      `- ${titles.get(id) ?? ''}`,
      targets.length > 0 ? ` → ${targets.join(', ')}` : '',
      frame === '' ? '' : ` [${frame}]`,
    ].join('')
  })
  const more = notes.length > 0 ? [`- ${count(notes.length, 'note')}`] : []
  return [
    `Weft: ${count(nodes.length, 'step')}. Copy all of this text and paste it into a workflow.`,
    '',
    ...lines,
    ...more,
  ].join('\n')
}

const count = (number: number, word: string): string =>
  `${number} ${word}${number === 1 ? '' : 's'}`
