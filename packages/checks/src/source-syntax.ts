/**
 * Reads the syntax of a source file: what it exports, what is documented, how many lines hold code. No type checker.
 *
 * @module
 */

import ts from 'typescript'
import { readText } from './repository.ts'

const parsed = new Map<string, ts.SourceFile>()

/** Parses a file of the repository once. */
export function parseSource(path: string): ts.SourceFile {
  const known = parsed.get(path)
  if (known !== undefined) return known
  const source = ts.createSourceFile(path, readText(path), ts.ScriptTarget.Latest, true)
  parsed.set(path, source)
  return source
}

/** A declaration that a file makes and exports itself. */
export interface ExportedDeclaration {
  /** The name under which it is exported. */
  readonly name: string
  /** Whether it exists when the program runs. */
  readonly kind: 'value' | 'type'
  /** Where it is documented. */
  readonly node: ts.Statement
}

/** Lists the declarations that carry `export` in a file. Re-exports are not among them. */
export function exportedDeclarations(source: ts.SourceFile): readonly ExportedDeclaration[] {
  return source.statements.flatMap((node): readonly ExportedDeclaration[] => {
    if (!ts.canHaveModifiers(node) || !hasModifier(node, ts.SyntaxKind.ExportKeyword)) return []
    if (ts.isVariableStatement(node)) {
      const names = node.declarationList.declarations.map(({ name }) => name.getText(source))
      return names.map((name) => ({ name, kind: 'value', node }))
    }
    if (ts.isInterfaceDeclaration(node) || ts.isTypeAliasDeclaration(node)) {
      return [{ name: node.name.text, kind: 'type', node }]
    }
    const isNamed = ts.isFunctionDeclaration(node) || ts.isClassDeclaration(node) || ts.isEnumDeclaration(node)
    return [{ name: (isNamed && node.name?.text) || 'default', kind: 'value', node }]
  })
}

/** A re-export with names: `export { a, type B as C } from './x.ts'`. */
export interface ReExport {
  /** The specifier after `from`. */
  readonly from: string
  /** The names there and here, or undefined for `export *`. */
  readonly names: readonly { readonly there: string; readonly here: string; readonly typeOnly: boolean }[] | undefined
}

/** Lists the re-exports of a file, also those of a name that it imports first (`import type { A } ...; export type { A }`). */
export function reExports(source: ts.SourceFile): readonly ReExport[] {
  const imported = importedNames(source)
  return source.statements.filter(ts.isExportDeclaration).flatMap((node): readonly ReExport[] => {
    const from = node.moduleSpecifier === undefined ? undefined : (node.moduleSpecifier as ts.StringLiteral).text
    const clause = node.exportClause
    if (clause === undefined || !ts.isNamedExports(clause))
      return from === undefined ? [] : [{ from, names: undefined }]
    return clause.elements.flatMap((element) => {
      const there = (element.propertyName ?? element.name).text
      const origin = from === undefined ? imported.get(there) : { from, there, typeOnly: false }
      if (origin === undefined) return []
      const typeOnly = node.isTypeOnly || element.isTypeOnly || origin.typeOnly
      return [{ from: origin.from, names: [{ there: origin.there, here: element.name.text, typeOnly }] }]
    })
  })
}

function importedNames(source: ts.SourceFile): ReadonlyMap<string, { from: string; there: string; typeOnly: boolean }> {
  const entries = source.statements.filter(ts.isImportDeclaration).flatMap((node) => {
    const bindings = node.importClause?.namedBindings
    if (bindings === undefined || !ts.isNamedImports(bindings)) return []
    const from = (node.moduleSpecifier as ts.StringLiteral).text
    const isType = node.importClause?.phaseModifier === ts.SyntaxKind.TypeKeyword
    return bindings.elements.map((element) => {
      const there = (element.propertyName ?? element.name).text
      return [element.name.text, { from, there, typeOnly: isType || element.isTypeOnly }] as const
    })
  })
  return new Map(entries)
}

/** Tells whether a declaration has a docblock with text. */
export function isDocumented({ node }: ExportedDeclaration): boolean {
  return hasDocblock(node)
}

/** Lists the members of an interface, an object type or a class that lack a docblock. */
export function undocumentedMembers({ name, node }: ExportedDeclaration): readonly string[] {
  return membersOf(node)
    .filter((member) => member.name !== undefined && !ts.isPrivateIdentifier(member.name) && !hasDocblock(member))
    .map((member) => `${name}.${member.name?.getText()}`)
}

function membersOf(node: ts.Statement): readonly (ts.TypeElement | ts.ClassElement)[] {
  if (ts.isInterfaceDeclaration(node)) return [...node.members]
  if (ts.isTypeAliasDeclaration(node) && ts.isTypeLiteralNode(node.type)) return [...node.type.members]
  if (ts.isClassDeclaration(node)) return node.members.filter((member) => !ts.isConstructorDeclaration(member))
  return []
}

function hasDocblock(node: ts.Node): boolean {
  return ts.getJSDocCommentsAndTags(node).some((part) => ts.isJSDoc(part) && part.comment !== undefined)
}

function hasModifier(node: ts.HasModifiers, kind: ts.SyntaxKind): boolean {
  return ts.getModifiers(node)?.some((modifier) => modifier.kind === kind) ?? false
}

/** Counts the lines that hold code: no blank line, no comment. */
export function countCodeLines(source: ts.SourceFile): number {
  const lines = new Set<number>()
  const visit = (node: ts.Node): void => {
    if (ts.isJSDoc(node)) return
    if (node.getChildCount(source) > 0) {
      for (const child of node.getChildren(source)) visit(child)
      return
    }
    if (node.getWidth(source) === 0) return
    const first = source.getLineAndCharacterOfPosition(node.getStart(source)).line
    const last = source.getLineAndCharacterOfPosition(node.getEnd()).line
    for (let line = first; line <= last; line += 1) lines.add(line)
  }
  visit(source)
  return lines.size
}
