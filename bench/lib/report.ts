/** Prints a benchmark's figures as a table, and with --json as one last line of JSON. */
export function report(bench: string, figures: Record<string, number>): void {
  console.log(`\n${bench}`)
  const width = Math.max(...Object.keys(figures).map((name) => name.length))
  for (const [name, value] of Object.entries(figures))
    console.log(`  ${name.padEnd(width)}  ${value}`)
  if (process.argv.includes('--json')) console.log(JSON.stringify({ bench, figures }))
}

/** Says what is being done, on the other stream, so that the last line of output stays the figures. */
export function progress(line: string): void {
  process.stderr.write(`${line}\n`)
}
