/**
 * Where something that floats belongs: in the dialog that it was opened from, otherwise in the page's main part. What
 * lies outside of all parts can't be found by those who go from part to part with a screen reader.
 */
export function homeOf(opener: Element | null): Element | string {
  return (
    opener?.closest('[role="dialog"], [role="alertdialog"], main') ??
    document.querySelector('main') ??
    'body'
  )
}
