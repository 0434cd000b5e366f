// Writes the package's program: the CLI and the daemon as bundles that any Node 24 runs, with what they read beside them.
// Usage: node scripts/bundle.ts OUTPUT_FOLDER
//
// Node strips types only outside node_modules, so an installed package needs plain JavaScript.
import { cpSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { basename, join } from 'node:path'
import { build, type Metafile, type Plugin } from 'esbuild'

const root = join(import.meta.dirname, '..')
const [output] = process.argv.slice(2)
if (output === undefined) throw new Error('usage: node scripts/bundle.ts OUTPUT_FOLDER')

/** Scripts of the machine's set-up that the package needs as well. */
const setUpScripts = ['ensure-node', 'ensure-debian', 'debian-packages']

/**
 * JSON stays JSON: parsing it takes a fraction of the time that the same as JavaScript takes, and only its readers pay.
 * package.json is where the package has it, beside the output folder.
 */
function jsonBeside(folder: string): Plugin {
  const copied = new Map<string, string>()
  return {
    name: 'json-beside',
    setup(bundler) {
      bundler.onResolve({ filter: /\.json$/ }, ({ path, resolveDir }) => {
        const source = join(resolveDir, path)
        if (source === join(root, 'package.json')) return { path: '../package.json', external: true }
        const name = basename(path)
        const other = copied.get(name)
        if (other !== undefined && other !== source) throw new Error(`${source} and ${other} have the same name`)
        if (other === undefined) {
          copied.set(name, source)
          writeFileSync(join(folder, name), JSON.stringify(JSON.parse(readFileSync(source, 'utf8'))))
        }
        return { path: `./${name}`, external: true }
      })
    },
  }
}

/** The packages that ended up inside the bundle, whose licences ask to be passed on. */
function bundledPackages({ inputs }: Metafile): readonly string[] {
  const names = Object.keys(inputs).flatMap(
    path => /(?:^|\/)node_modules\/((?:@[^/]+\/)?[^/]+)\//.exec(path)?.[1] ?? [],
  )
  return [...new Set(names)].sort()
}

function licenceOf(name: string): string {
  const folder = join(root, 'node_modules', name)
  const { version } = JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8')) as { version: string }
  return `${name} ${version}\n\n${readFileSync(join(folder, 'LICENSE'), 'utf8').trim()}\n`
}

rmSync(output, { recursive: true, force: true })
mkdirSync(output, { recursive: true })
const { metafile } = await build({
  absWorkingDir: root,
  entryPoints: {
    fairway: 'src/cli/main.ts',
    daemon: 'src/cli/daemon/main.ts',
    'attach-thread': 'src/lab/topology/attach-thread.ts',
  },
  outdir: output,
  bundle: true,
  // Each command is a file of its own that only its own run reads.
  splitting: true,
  format: 'esm',
  platform: 'node',
  target: 'node24',
  // A native library: npm picks the one for the machine.
  external: ['koffi'],
  // Names stay, so that an error's stack says where it came from.
  minifyWhitespace: true,
  minifySyntax: true,
  legalComments: 'none',
  metafile: true,
  logLevel: 'warning',
  // Packages written for require() find it missing in a module.
  banner: {
    js: "import{createRequire as __createRequire}from'node:module';const require=__createRequire(import.meta.url);",
  },
  plugins: [jsonBeside(output)],
})
for (const name of setUpScripts) cpSync(join(root, 'scripts', name), join(output, name))
writeFileSync(join(output, 'THIRD-PARTY-LICENSES.txt'), bundledPackages(metafile).map(licenceOf).join('\n----\n\n'))
