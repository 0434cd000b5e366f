// What the generated part of a page of docs/checks says: title, meaning, an example, and what is really printed for it.
import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { join, relative } from 'node:path'
import { type Code, codes } from '../../src/diagnostics/codes.ts'
import { explanations } from '../../src/diagnostics/explanations.ts'
import { home, type Scenario, scenarios } from './scenarios.testing.ts'

export const pages = join(home, 'docs/checks')
/** From here on a page is written by hand. */
export const handWritten = '\n## Fix\n'

/** Codes that `fairway check` never prints, with the reason. */
export const notFromCheck: Readonly<Partial<Record<Code, string>>> = {
  FW130: '`fairway up`: what the API server of the lab refused',
  FW213: 'the load-balancer controller; in a folder such a pool is FW107',
  FW404: 'the ingress controller: endpoints exist in a running cluster only',
  FW405: 'the ingress controller; in a folder such a host is FW107',
  FW420: 'the ingress controller: Secrets are often made in the cluster',
  FW421: 'the ingress controller: it reads the certificate',
  FW422: 'the ingress controller: it reads the certificate',
  FW440: 'the ingress controller: NGINX is asked',
}

export const checkCodes = (Object.keys(codes) as Code[]).filter(code => notFromCheck[code] === undefined)

export function scenarioOf(code: string): Scenario | undefined {
  return scenarios.find(scenario => scenario.code === code)
}

export function expectedOf({ folder }: Scenario): string {
  return readFileSync(join(folder, 'expected.txt'), 'utf8')
}

/** The severities with which a scenario reports its code, the worst first. */
export function severitiesOf(scenario: Scenario): readonly string[] {
  const text = expectedOf(scenario)
  return ['error', 'warning', 'info'].filter(severity => text.includes(` ${severity} ${scenario.code}  `))
}

export function generatedPart(code: Code): string {
  const scenario = scenarioOf(code)
  if (scenario === undefined) throw new Error(`no scenario for ${code}`)
  const folder = relative(pages, scenario.folder)
  const files = filesToShow(scenario).map(
    file => `\`${file}\`:\n\n\`\`\`yaml\n${readFileSync(join(scenario.folder, file), 'utf8')}\`\`\`\n`,
  )
  return [
    `# ${code}: ${codes[code]}\n`,
    `${explanations[code]}\n`,
    `Severity: ${severitiesOf(scenario).join(' or ')}.\n`,
    '## Example\n',
    `The folder [${scenario.name}](${folder}).\n`,
    ...files,
    `\`\`\`console\n${expectedOf(scenario)}\`\`\`\n`,
  ].join('\n')
}

/** The files that the findings are in. */
function filesToShow(scenario: Scenario): readonly string[] {
  const found = expectedOf(scenario)
    .split('\n')
    .flatMap(line => new RegExp(`^(\\S+?):\\d+:\\d+  \\w+ ${scenario.code}  `).exec(line)?.[1] ?? [])
  return [...new Set(found)].sort()
}

/** The list of all codes for docs/checks/README.md. */
export function tableOfCodes(): string {
  const rows = checkCodes.map(code => {
    const scenario = scenarioOf(code)
    return `| [${code}](${code}.md) | ${codes[code]} | ${scenario === undefined ? '' : severitiesOf(scenario).join(', ')} |`
  })
  const others = Object.entries(notFromCheck).map(
    ([code, origin]) => `| ${code} | ${codes[code as Code]} | ${origin} |`,
  )
  return [
    '| code | what | severity |\n|---|---|---|',
    ...rows,
    '\nThese come from a running lab, not from `fairway check`:\n\n| code | what | from |\n|---|---|---|',
    ...others,
    '',
  ].join('\n')
}

export function pageFiles(): readonly string[] {
  return existsSync(pages) ? readdirSync(pages).filter(file => /^FW\d{3}\.md$/.test(file)) : []
}
