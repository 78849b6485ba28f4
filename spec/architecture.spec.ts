import { expect } from 'chai'
import { readdirSync, readFileSync } from 'node:fs'
import { dirname, join, normalize } from 'node:path'
import ts from 'typescript'

/** What one file of `lib` says about the others. */
interface Source {
  /** From `lib` on, such as `core/link.ts`. */
  readonly path: string
  /** `errors`, `bytes`, `framings`, `core`, `protocols/NAME`, `pages`, `lab`, `bench`, `cli`, or `index` for the public surface. */
  readonly room: string
  readonly lines: number
  /** What it imports, as a path from `lib` on, or a package or built-in as it stands. */
  readonly imports: readonly string[]
  /** Members it uses of `process`, and `console.NAME`. */
  readonly globals: readonly string[]
  readonly anys: number
  /** Kinds of its top-level statements. */
  readonly statements: readonly ts.SyntaxKind[]
  /** What it declares and exports without a word about it. */
  readonly undescribed: readonly string[]
  /** `NAME of PATH` for what it exports of another file; `* of PATH` for all of it. */
  readonly passesOn: readonly string[]
}

const roomOf = (path: string): string => {
  const [room = '', name = ''] = path.split('/')
  if (room === 'protocols') return `protocols/${name}`
  return room.replace(/\.[jt]s$/, '')
}

const readSource = (path: string): Source => {
  const text = readFileSync(join('lib', path), 'utf8')
  const file = ts.createSourceFile(path, text, ts.ScriptTarget.Latest, true)
  const imports: string[] = []
  const globals: string[] = []
  let anys = 0
  const imported = (name: ts.Node | undefined): void => {
    if (name === undefined || !ts.isStringLiteral(name)) return
    if (name.text.startsWith('@/')) imports.push(name.text.slice(2))
    else imports.push(name.text.startsWith('.') ? normalize(join(dirname(path), name.text)) : name.text)
  }
  const visit = (node: ts.Node): void => {
    if (ts.isImportDeclaration(node) || ts.isExportDeclaration(node)) imported(node.moduleSpecifier)
    if (ts.isCallExpression(node) && node.expression.kind === ts.SyntaxKind.ImportKeyword) imported(node.arguments[0])
    if (ts.isImportTypeNode(node) && ts.isLiteralTypeNode(node.argument)) imported(node.argument.literal)
    if (node.kind === ts.SyntaxKind.AnyKeyword) anys++
    if (ts.isPropertyAccessExpression(node) && ts.isIdentifier(node.expression)) {
      const { text: object } = node.expression
      if (object === 'process' || object === 'console') globals.push(`${object}.${node.name.text}`)
    }
    node.forEachChild(visit)
  }
  visit(file)
  const lines = text.trimEnd().split('\n').length
  const statements = file.statements.map(({ kind }) => kind)
  const undescribed = file.statements.filter((statement) => ts.getJSDocCommentsAndTags(statement).length === 0)
  return {
    ...{ path, room: roomOf(path), lines, imports, globals, anys, statements },
    undescribed: undescribed.flatMap(namesExportedBy),
    passesOn: file.statements.flatMap(namesPassedOnBy),
  }
}

const namesExportedBy = (statement: ts.Statement): readonly string[] => {
  if (!ts.canHaveModifiers(statement)) return []
  if (ts.getModifiers(statement)?.some(({ kind }) => kind === ts.SyntaxKind.ExportKeyword) !== true) return []
  const declared = ts.isVariableStatement(statement) ? statement.declarationList.declarations : [statement]
  return declared
    .flatMap((one) => (ts.isDeclarationStatement(one) || ts.isVariableDeclaration(one) ? [one.name] : []))
    .flatMap((name) => (name === undefined ? [] : [name.getText()]))
}

const namesPassedOnBy = (statement: ts.Statement): readonly string[] => {
  if (!ts.isExportDeclaration(statement) || statement.moduleSpecifier === undefined) return []
  const from = statement.moduleSpecifier.getText().replace(/^'@\/(.*)\.js'$/, '$1.ts')
  const { exportClause } = statement
  if (exportClause === undefined || !ts.isNamedExports(exportClause)) return [`* of ${from}`]
  return exportClause.elements.map(({ name, propertyName }) => `${(propertyName ?? name).text} of ${from}`)
}

const SOURCES = readdirSync('lib', { recursive: true, encoding: 'utf8' })
  .filter((path) => path.endsWith('.ts'))
  .map((path) => readSource(path.replaceAll('\\', '/')))

const inRoom = (room: string | RegExp): readonly Source[] =>
  SOURCES.filter((source) => (typeof room === 'string' ? source.room === room : room.test(source.room)))

/** `FILE imports WHAT` for each import of these files that `allowed` does not allow; packages and built-ins aside. */
const strays = (sources: readonly Source[], allowed: (target: string, source: Source) => boolean): string[] =>
  sources.flatMap((source) =>
    source.imports
      .filter((target) => target.endsWith('.js') && !allowed(target, source))
      .map((target) => `${source.path} imports ${target}`),
  )

const within =
  (...rooms: readonly string[]) =>
  (target: string): boolean =>
    rooms.includes(roomOf(target))
const isIndex = (target: string): boolean => target.endsWith('/index.js')

describe('the rooms of lib', () => {
  it('are those of the plan, and every file stands in one of them', () => {
    const rooms = new Set(SOURCES.map(({ room }) => room.replace(/\/.*/, '')))
    expect([
      'errors',
      'index',
      'bytes',
      'framings',
      'core',
      'protocols',
      'pages',
      'lab',
      'bench',
      'cli',
    ]).to.include.members([...rooms])
  })

  it('errors imports nothing', () => {
    expect(strays(inRoom('errors'), () => false)).to.deep.equal([])
  })

  it('bytes imports only errors', () => {
    expect(strays(inRoom('bytes'), within('bytes', 'errors'))).to.deep.equal([])
  })

  it('framings imports only bytes and errors', () => {
    expect(strays(inRoom('framings'), within('framings', 'bytes', 'errors'))).to.deep.equal([])
  })

  it('bytes and framings know no socket, timer, event or clock', () => {
    const impure =
      /^(node:)?(net|tls|dgram|http2?|https|timers(\/.*)?|events|perf_hooks|fs(\/.*)?|stream(\/.*)?|worker_threads)$/
    const found = inRoom(/^(bytes|framings)$/).flatMap(({ path, imports }) =>
      imports.filter((target) => impure.test(target)).map((target) => `${path} imports ${target}`),
    )
    expect(found).to.deep.equal([])
  })

  it('pages imports only errors, and no built-in but the one that hashes', () => {
    const found = inRoom('pages').flatMap(({ path, imports }) =>
      imports
        .filter((target) => !within('pages', 'errors')(target) && target !== 'node:crypto')
        .map((target) => `${path} imports ${target}`),
    )
    expect(found).to.deep.equal([])
  })

  it('pages is imported only by those who have something to show: the bench, the lab and the command line', () => {
    const others = SOURCES.filter(({ room }) => !['pages', 'bench', 'lab', 'cli'].includes(room))
    expect(strays(others, (target) => !within('pages')(target))).to.deep.equal([])
  })

  it('core imports only framings, bytes and errors, so never the lab, the command line or a protocol', () => {
    expect(strays(inRoom('core'), within('core', 'framings', 'bytes', 'errors'))).to.deep.equal([])
  })

  it('a protocol imports core by its index only, what is below, and never another protocol', () => {
    const allowed = (target: string, source: Source): boolean =>
      within(source.room, 'framings', 'bytes', 'errors')(target) || target === 'core/index.js'
    expect(strays(inRoom(/^protocols\//), allowed)).to.deep.equal([])
  })

  it('the lab and the benchmark room import core and pages by their index only, and what is below', () => {
    const allowed = (target: string, source: Source): boolean =>
      within(source.room, 'framings', 'bytes', 'errors')(target) || ['core/index.js', 'pages/index.js'].includes(target)
    expect(strays(inRoom(/^(lab|bench)$/), allowed)).to.deep.equal([])
  })

  it('the command line imports other rooms by their index only', () => {
    expect(strays(inRoom('cli'), (target) => within('cli', 'errors')(target) || isIndex(target))).to.deep.equal([])
  })

  it('nothing but the command line imports the benchmark room, nor but it and the public surface the lab', () => {
    const others = SOURCES.filter(({ room }) => room !== 'cli')
    const outside = (...rooms: readonly string[]): readonly Source[] =>
      others.filter(({ room }) => !rooms.includes(room))
    expect(strays(outside('bench'), (target) => !within('bench')(target))).to.deep.equal([])
    expect(strays(outside('lab', 'index'), (target) => !within('lab')(target))).to.deep.equal([])
  })

  it('nothing at all imports the command line', () => {
    expect(
      strays(
        SOURCES.filter(({ room }) => room !== 'cli'),
        (target) => !within('cli')(target),
      ),
    ).to.deep.equal([])
  })

  it('index.ts only re-exports, and only what the indexes of the rooms and errors offer', () => {
    const [surface] = inRoom('index')
    expect(surface?.statements.every((kind) => kind === ts.SyntaxKind.ExportDeclaration)).to.equal(true)
    expect(strays(inRoom('index'), (target) => isIndex(target) || target === 'errors.js')).to.deep.equal([])
  })

  it('import each other by @/ and never leave lib', () => {
    const found = SOURCES.flatMap(({ path, imports }) =>
      imports.filter((target) => target.startsWith('..')).map((target) => `${path} imports ${target}`),
    )
    expect(found).to.deep.equal([])
  })
})

describe('every file of lib', () => {
  const usesOf = (sources: readonly Source[], forbidden: (name: string) => boolean): string[] =>
    sources.flatMap(({ path, globals }) => globals.filter(forbidden).map((name) => `${path} uses ${name}`))

  it('leaves printing and the process to the command line; beside it only nextTick and emitWarning are used', () => {
    const harmless = new Set(['process.nextTick', 'process.emitWarning'])
    const others = SOURCES.filter(({ room }) => room !== 'cli' && room !== 'bench')
    expect(usesOf(others, (name) => !harmless.has(name))).to.deep.equal([])
  })

  it('prints nothing in the benchmark room, which measures its process; only the program of an end leaves it', () => {
    const spoken = /^console\.|^process\.(stdin|stdout|stderr|argv|exitCode)$/
    expect(usesOf(inRoom('bench'), (name) => spoken.test(name))).to.deep.equal([])
    const leaves = usesOf(inRoom('bench'), (name) => name === 'process.exit')
    expect(leaves).to.deep.equal(['bench/endProcess.ts uses process.exit'])
  })

  it('has at most 300 lines', () => {
    expect(SOURCES.filter(({ lines }) => lines > 300).map(({ path, lines }) => `${path} ${lines}`)).to.deep.equal([])
  })

  it('says what its values are: never any', () => {
    expect(SOURCES.filter(({ anys }) => anys > 0).map(({ path }) => path)).to.deep.equal([])
  })

  it('is named after what it is about, and never utils, helpers, types or common', () => {
    const vague = /(^|\/)(utils?|helpers?|types?|commons?|misc|shared)\.ts$/i
    expect(
      SOURCES.map(({ path }) => path).filter((path) => vague.test(path) && path !== 'core/commons.ts'),
    ).to.deep.equal([])
  })
})

describe('what the package exports', () => {
  const { exports: offered }: { readonly exports: Readonly<Record<string, { readonly types: string } | string>> } =
    JSON.parse(readFileSync('package.json', 'utf8'))
  const entries = Object.values(offered).flatMap((entry) =>
    typeof entry === 'string' ? [] : [entry.types.replace('./dist', 'lib').replace(/\.d\.ts$/, '.ts')],
  )

  it('is what the manual is made of, and what specs and documents find under the same names', () => {
    const { entryPoints }: { readonly entryPoints: readonly string[] } = JSON.parse(
      readFileSync('typedoc.json', 'utf8'),
    )
    expect(entryPoints).to.have.members(entries)
    const { compilerOptions }: { readonly compilerOptions: { readonly paths: Readonly<Record<string, string[]>> } } =
      JSON.parse(readFileSync('tsconfig.json', 'utf8'))
    const { '@/*': _, ...paths } = compilerOptions.paths
    expect(Object.values(paths).flat()).to.have.members(entries.map((entry) => `./${entry}`))
  })

  it('says of each thing what it is', () => {
    const sources = new Map(SOURCES.map((source) => [source.path, source]))
    const undescribedAt = (path: string, chosen: (name: string) => boolean): readonly string[] => {
      const { undescribed = [], passesOn = [] } = sources.get(path) ?? {}
      const own = undescribed.filter(chosen).map((name) => `${name} of ${path}`)
      const others = passesOn.flatMap((each) => {
        const [name = '', from = ''] = each.split(' of ')
        return name === '*'
          ? undescribedAt(from, chosen)
          : chosen(name)
            ? undescribedAt(from, (one) => one === name)
            : []
      })
      return [...own, ...others]
    }
    const found = entries.flatMap((entry) => undescribedAt(entry.replace('lib/', ''), () => true))
    expect([...new Set(found)]).to.deep.equal([])
  })
})
