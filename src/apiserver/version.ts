// Which Kubernetes the server says it is: clients choose features by it.
export const version = {
  major: '1',
  minor: '34',
  gitVersion: 'v1.34.0+fairway',
  gitCommit: '',
  gitTreeState: 'clean',
  buildDate: '1970-01-01T00:00:00Z',
  goVersion: '',
  compiler: 'node',
  platform: `${process.platform}/${process.arch === 'x64' ? 'amd64' : process.arch}`,
} as const
