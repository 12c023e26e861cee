/**
 * The key of a field with this title: what templates call it. Small letters, digits and underscores, beginning with a
 * letter, and none that's taken.
 */
export function keyFromTitle(title: string, taken: ReadonlySet<string>): string {
  const plain = title
    .normalize('NFD')
    .replace(/\p{Diacritic}/gu, '')
    .replaceAll('ß', 'ss')
    .toLowerCase()
    .replace(/[^a-z0-9]+/g, '_')
    .replace(/^_+|_+$/g, '')
  const wanted = (/^[a-z]/.test(plain) ? plain : `field_${plain}`).slice(0, 60).replace(/_+$/, '')
  if (!taken.has(wanted)) return wanted
  let number = 2
  while (taken.has(`${wanted.slice(0, 58)}_${number}`)) number += 1
  return `${wanted.slice(0, 58)}_${number}`
}
