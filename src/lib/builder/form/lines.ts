import type { Data, DataObject } from '#lib/engine/data.ts'

/** A stored list of named parts, whatever lies there. */
export function linesOf(value: Data | undefined): DataObject[] {
  if (!Array.isArray(value)) return []
  return value.filter(
    (line): line is DataObject => typeof line === 'object' && line !== null && !Array.isArray(line),
  )
}

/** The list with some parts of one line changed, or without it. */
export function withLine(
  lines: readonly DataObject[],
  index: number,
  change: DataObject | null,
): DataObject[] {
  return lines.flatMap((line, at) => {
    if (at !== index) return [line]
    return change === null ? [] : [{ ...line, ...change }]
  })
}

/** The list with one line moved up or down. */
export function moved(lines: readonly DataObject[], index: number, by: 1 | -1): DataObject[] {
  const line = lines[index]
  if (!line || index + by < 0 || index + by >= lines.length) return [...lines]
  return lines.toSpliced(index, 1).toSpliced(index + by, 0, line)
}
