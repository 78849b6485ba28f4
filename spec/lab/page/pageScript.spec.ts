import { expect } from 'chai'
import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { Script } from 'node:vm'
import ts from 'typescript'
import { pageScript, SCRIPT_PARTS } from '@/lab/page/pageScript.js'

const FILES = ['model', 'view'].flatMap((folder) =>
  readdirSync(join('lib/lab/page', folder)).map((name) => join('lib/lab/page', folder, name)),
)

/** What a file declares and imports at its top. */
const topOf = (path: string) => {
  const { statements } = ts.createSourceFile(path, readFileSync(path, 'utf8'), ts.ScriptTarget.Latest, true)
  const values = statements.filter((one) => !ts.isTypeAliasDeclaration(one) && !ts.isInterfaceDeclaration(one))
  const declared = values.flatMap((one): readonly { readonly name?: ts.Node | undefined }[] => {
    if (ts.isVariableStatement(one)) return one.declarationList.declarations
    return ts.isClassDeclaration(one) || ts.isFunctionDeclaration(one) ? [one] : []
  })
  const isExported = (one: ts.Statement): boolean =>
    ts.canHaveModifiers(one) && (ts.getModifiers(one) ?? []).some(({ kind }) => kind === ts.SyntaxKind.ExportKeyword)
  return {
    names: declared.map(({ name }) => name?.getText() ?? '?'),
    hidden: values.filter((one) => !ts.isImportDeclaration(one) && !isExported(one)).map((one) => one.getText()),
    imports: values.filter(ts.isImportDeclaration).flatMap(({ moduleSpecifier, importClause }) => {
      const typed = importClause?.phaseModifier === ts.SyntaxKind.TypeKeyword
      return typed || !ts.isStringLiteral(moduleSpecifier) ? [] : [moduleSpecifier.text]
    }),
  }
}

describe('the script of a page', () => {
  const names = SCRIPT_PARTS.map(([name]) => name)

  it('has every declaration of its files, each name once', () => {
    const declared = FILES.flatMap((path) => topOf(path).names)
    expect(names.toSorted()).to.deep.equal(declared.toSorted())
    expect(new Set(names).size).to.equal(names.length)
  })

  it('comes from files that export all they declare and import nothing but each other', () => {
    for (const path of FILES) {
      const { hidden, imports } = topOf(path)
      expect(hidden, path).to.deep.equal([])
      for (const from of imports) expect(from, path).to.match(/^@\/lab\/page\/(model|view)\//)
    }
  })

  it('is a script, and its constants are such that JSON brings them back', () => {
    expect(() => new Script(pageScript())).not.to.throw()
    for (const [name, value] of SCRIPT_PARTS) {
      if (typeof value !== 'function') expect(JSON.parse(JSON.stringify(value)), name).to.deep.equal(value)
    }
  })
})
