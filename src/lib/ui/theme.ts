/** How the app looks: as the device says, or as the person chose. */
export type Theme = 'system' | 'light' | 'dark'

/** Reads a theme from a cookie; anything unknown counts as "as the device says". */
export function themeOf(text: string | undefined): Theme {
  return text === 'light' || text === 'dark' ? text : 'system'
}

/** The theme that's in use. Only in the browser. */
export function currentTheme(): Theme {
  return themeOf(document.documentElement.dataset.theme)
}

/** Changes the theme at once and for a year. Only in the browser. */
export function chooseTheme(theme: Theme): void {
  document.documentElement.dataset.theme = theme
  document.cookie = `weft-theme=${theme}; path=/; max-age=31536000; samesite=lax`
}
