import { readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { parseSync } from 'rolldown/utils';

/** A node of a syntax tree (ESTree). */
interface Node {
  readonly type: string;
  readonly start: number;
  readonly end: number;
  readonly [key: string]: unknown;
}
/** A declaration, by its file and the name that it has there; or, named `ALL`, everything that the file exports. */
export interface Place {
  readonly file: string;
  readonly name: string;
}
export const ALL = '*';

interface File {
  readonly text: string;
  readonly comments: readonly Node[];
  readonly declared: Map<string, Node[]>;
  readonly imported: Map<string, Place>;
  readonly exported: Map<string, Place>;
}

const isNode = (value: unknown): value is Node => typeof value === 'object' && value !== null && 'type' in value;
const nodes = (value: unknown): Node[] => [value].flat().filter(isNode);
const nameOf = (value: unknown): string => nodes(value).map((node) => String(node.name ?? node.value))[0] ?? '';

function walk(node: Node, visit: (node: Node) => void): void {
  visit(node);
  for (const value of Object.values(node)) for (const child of nodes(value)) walk(child, visit);
}

/** The `.d.ts` files that the compiler wrote: what they declare, and what their names mean. */
export class DeclarationFiles {
  readonly #files = new Map<string, File>();
  /** What files add to interfaces and classes of others, by `declare module`. */
  readonly #additions: { to: Place; file: File; node: Node }[] = [];

  /** Reads a file, and those that it imports. */
  read(path: string): File {
    const known = this.#files.get(path);
    if (known) return known;
    const text = readFileSync(path, 'utf8');
    const { program, comments } = parseSync(path, text, { lang: 'dts' });
    const file: File = {
      text,
      comments: comments.map((comment) => ({ ...comment })),
      declared: new Map(),
      imported: new Map(),
      exported: new Map(),
    };
    this.#files.set(path, file);
    for (const statement of program.body) this.#take(path, file, { ...statement });
    return file;
  }

  #take(path: string, file: File, node: Node): void {
    walk(node, ({ source, type }) => {
      if (type.startsWith('TSImport') && nameOf(source).startsWith('.')) this.read(fileOf(path, source));
    });
    const from = nameOf(node.source).startsWith('.') ? fileOf(path, node.source) : null;
    if (from) this.read(from);
    if (node.type === 'ImportDeclaration') {
      for (const { local, imported } of from ? nodes(node.specifiers) : []) {
        file.imported.set(nameOf(local), { file: from ?? '', name: nameOf(imported) || ALL });
      }
    } else if (node.type === 'ExportAllDeclaration') {
      file.imported.set(nameOf(node.exported), { file: from ?? '', name: ALL });
      file.exported.set(nameOf(node.exported), { file: path, name: nameOf(node.exported) });
    } else if (node.type === 'ExportNamedDeclaration') {
      for (const { local, exported } of nodes(node.specifiers)) {
        const name = nameOf(local);
        if (from) file.imported.set(name, { file: from, name });
        file.exported.set(nameOf(exported), { file: path, name });
      }
      for (const declaration of nodes(node.declaration)) {
        for (const name of this.#declare(file, declaration)) file.exported.set(name, { file: path, name });
      }
    } else if (node.type === 'TSModuleDeclaration') {
      for (const declaration of nodes(nodes(node.body)[0]?.body)) {
        this.#additions.push({
          to: { file: fileOf(path, node.id), name: nameOf(declaration.id) },
          file,
          node: declaration,
        });
      }
    } else {
      this.#declare(file, node);
    }
  }

  #declare(file: File, node: Node): string[] {
    const names = [node.id, ...nodes(node.declarations).map(({ id }) => id)].map(nameOf).filter(Boolean);
    for (const name of names) file.declared.set(name, [...(file.declared.get(name) ?? []), node]);
    return names;
  }

  /** Where that which a file calls `name` is declared; null where that is another package, or the language. */
  resolve(path: string, name: string): Place | null {
    const file = this.read(path);
    if (file.declared.has(name)) return { file: path, name };
    const place = file.imported.get(name);
    if (!place || place.name === ALL) return place ?? null;
    const exported = this.read(place.file).exported.get(place.name);
    return exported ? this.resolve(exported.file, exported.name) : null;
  }

  /** A declaration, overloads and all, with what other files add to it. */
  #parts({ file: path, name }: Place): { file: File; node: Node }[] {
    const file = this.read(path);
    const own = (file.declared.get(name) ?? []).map((node) => ({ file, node }));
    return [...own, ...this.#additions.filter(({ to }) => to.file === path && to.name === name)];
  }

  /** A declaration without docstrings and private members. */
  textOf(place: Place): string {
    const texts = this.#parts(place).map(({ file, node }) => {
      const hidden = [...file.comments];
      walk(node, (each) => {
        const isPrivate = each.accessibility === 'private' || nodes(each.key)[0]?.type === 'PrivateIdentifier';
        if (isPrivate) hidden.push(each);
      });
      let text = '';
      let at = node.start;
      for (const { start, end } of hidden.sort((a, b) => a.start - b.start)) {
        if (start < at || start >= node.end) continue;
        text += file.text.slice(at, start);
        at = end;
      }
      const [indent] = /[^\n]*$/.exec(file.text.slice(0, node.start)) ?? [''];
      return (text + file.text.slice(at, node.end))
        .replace(/^declare /, '')
        .replace(/\s+$/gm, '')
        .replace(new RegExp(`^ {${indent.trim() ? 0 : indent.length}}`, 'gm'), '');
    });
    return texts.join('\n');
  }

  /** The declarations of ours that this one names. */
  references(place: Place): Place[] {
    const found: (Place | null)[] = [];
    const paths = new Map([...this.#files].map(([path, file]) => [file, path]));
    for (const { file, node } of this.#parts(place)) {
      const path = paths.get(file) ?? place.file;
      walk(node, (each) => {
        if (each.type === 'TSImportType' && nameOf(each.source).startsWith('.') && each.qualifier) {
          const exported = this.read(fileOf(path, each.source)).exported.get(nameOf(each.qualifier));
          if (exported) found.push(this.resolve(exported.file, exported.name));
        }
        for (const user of [each.typeName, each.exprName, each.superClass, each.expression].flatMap(nodes)) {
          found.push(this.resolve(path, nameOf(user.type === 'TSQualifiedName' ? user.left : user)));
        }
      });
    }
    return found.filter((each) => each !== null);
  }
}

const fileOf = (path: string, source: unknown) => join(dirname(path), nameOf(source).replace(/\.js$/, '.d.ts'));
