// Which paths can be matched, and what their one canonical form is.

export type PathProblem = { readonly problem: string; readonly fix: string }

/**
 * The decoded form, because NGINX compares decoded request paths. Refuses what could never match or would change its meaning when
 * decoded. The rules are those of the API server for Exact and Prefix.
 */
export function parsePath(text: string): { readonly path: string } | PathProblem {
  if (!text.startsWith('/'))
    return { problem: 'it does not start with a slash', fix: `write ${JSON.stringify(`/${text}`)}` }
  if (/%2f/i.test(text))
    return { problem: 'it holds an encoded slash', fix: 'write a plain slash, or match a shorter prefix' }
  let path: string
  try {
    path = decodeURIComponent(text)
  } catch {
    return {
      problem: 'it holds a percent sign that starts no valid escape',
      fix: 'write a literal percent sign as %25',
    }
  }
  if (/\/\/|\/\.\.?(\/|$)/.test(path)) {
    return {
      problem: 'it holds an empty, "." or ".." element, which a request never has after normalisation',
      fix: 'write the path without it',
    }
  }
  // biome-ignore lint/suspicious/noControlCharactersInRegex: control characters are what this looks for
  if (/[\x00-\x1f\x7f]/.test(path)) return { problem: 'it holds a control character', fix: 'remove it' }
  return { path }
}

/** A prefix matches element by element, so a final slash says nothing: `/foo/` serves `/foo` too. */
export function withoutFinalSlash(path: string): string {
  return path === '/' ? path : path.replace(/\/+$/, '')
}

/** Whether `prefix` (without final slash) takes `path`, element by element. */
export function prefixCovers(prefix: string, path: string): boolean {
  return prefix === '/' || path === prefix || path.startsWith(`${prefix}/`)
}
