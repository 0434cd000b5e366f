// How the access modes of volumes are abbreviated in tables.

const abbreviations: Readonly<Record<string, string>> = {
  ReadWriteOnce: 'RWO',
  ReadOnlyMany: 'ROX',
  ReadWriteMany: 'RWX',
  ReadWriteOncePod: 'RWOP',
}

/** In the fixed order of the real printers, without repeats. */
export function accessModesText(modes: readonly string[] | null | undefined): string {
  return Object.keys(abbreviations)
    .filter(mode => modes?.includes(mode))
    .map(mode => abbreviations[mode])
    .join(',')
}
