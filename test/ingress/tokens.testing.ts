// An independent reading of nginx.conf: which directives stand in it, with which arguments. Written from NGINX's
// description of its syntax (ngx_conf_read_token), and sharing nothing with the serializer that it checks.

export interface ReadDirective {
  readonly words: readonly string[]
  readonly block?: readonly ReadDirective[]
}

export function readConfiguration(text: string): readonly ReadDirective[] {
  let at = 0

  function directives(isTop: boolean): ReadDirective[] {
    const found: ReadDirective[] = []
    let words: string[] = []
    for (;;) {
      const character = text[at]
      if (character === undefined) {
        if (!isTop || words.length > 0) throw new Error('unexpected end of file')
        return found
      }
      if (/[ \t\r\n]/.test(character)) at++
      else if (character === '#') {
        while (at < text.length && text[at] !== '\n') at++
      } else if (character === ';') {
        at++
        if (words.length === 0) throw new Error(`unexpected ";" at ${at}`)
        found.push({ words })
        words = []
      } else if (character === '{') {
        at++
        found.push({ words, block: directives(false) })
        words = []
      } else if (character === '}') {
        at++
        if (isTop || words.length > 0) throw new Error(`unexpected "}" at ${at}`)
        return found
      } else words.push(character === '"' || character === "'" ? quoted(character) : plain())
    }
  }

  function quoted(quote: string): string {
    at++
    let value = ''
    for (;;) {
      const character = text[at++]
      if (character === undefined) throw new Error('unexpected end of file in a string')
      if (character === quote) break
      value += character === '\\' ? escaped() : character
    }
    if (text[at] !== undefined && !/[ \t\r\n;{)]/.test(text[at] ?? ''))
      throw new Error(`unexpected ${JSON.stringify(text[at])} after a string`)
    return value
  }

  function plain(): string {
    let value = ''
    for (;;) {
      const character = text[at]
      if (character === undefined || /[ \t\r\n;]/.test(character)) return value
      // `${name}` is a variable, any other brace opens a block.
      if (character === '{' && !value.endsWith('$')) return value
      at++
      value += character === '\\' ? escaped() : character
    }
  }

  function escaped(): string {
    const character = text[at++] ?? ''
    const known = { t: '\t', r: '\r', n: '\n', '"': '"', "'": "'", '\\': '\\' }[character]
    return known ?? `\\${character}`
  }

  return directives(true)
}

/** The names of all directives, with the kind of block they stand in; map and geo entries count as `entry`. */
export function outline(nodes: readonly ReadDirective[], parent = ''): string[] {
  return nodes.flatMap(({ words, block }) => {
    const isEntry = parent === 'map' || parent === 'geo' || parent === 'split_clients'
    const name = isEntry ? 'entry' : (words[0] ?? '')
    return [`${parent}/${name}`, ...outline(block ?? [], name)]
  })
}
