// Which folders the benchmark starts, and by which URL it sees that they are up.

export interface LabScenario {
  readonly name: 'anton' | 'five-hundred-pods'
  readonly folder: string
  readonly url: string
}

export const scenarios: readonly LabScenario[] = [
  { name: 'anton', folder: 'scenarios/anton', url: 'https://echo.anton.example/' },
  { name: 'five-hundred-pods', folder: 'scenarios/five-hundred-pods', url: 'https://alpha.office.example/' },
]
