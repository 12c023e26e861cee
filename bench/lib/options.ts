/** A number given as `--name 12` on the command line, or the usual one. */
export function numberOption(name: string, usual: number): number {
  const at = process.argv.indexOf(`--${name}`)
  if (at < 0) return usual
  const value = Number(process.argv[at + 1])
  if (Number.isFinite(value) && value >= 0) return value
  throw new Error(`--${name} needs a number, such as --${name} ${usual}`)
}
