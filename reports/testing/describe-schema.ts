/** The JSON Schema of a report as a page for people: every field, in its place, with its type and its meaning. */

interface Schema {
  readonly description?: string;
  readonly type?: string | readonly string[];
  readonly enum?: readonly unknown[];
  readonly const?: unknown;
  readonly $ref?: string;
  readonly properties?: Readonly<Record<string, Schema>>;
  readonly required?: readonly string[];
  readonly items?: Schema;
  /** A boolean: whether there may be others. */
  readonly additionalProperties?: Schema | boolean;
  readonly $defs?: Readonly<Record<string, Schema>>;
}

/** Every field, a line each. */
export function describeFields(schema: Schema): string {
  return `${fieldsOf(schema, schema, 0).join('\n')}\n`;
}

/** The page. */
export function describeSchema(schema: Schema & { readonly title: string }): string {
  const head = [
    `# ${schema.title}`,
    '',
    `${schema.description ?? ''} The JSON Schema is \`lastword/report.schema.json\` in the package; this page is made of it.`,
    '',
    'A field marked _optional_ may be absent; all others are always there. A reader leaves alone what it does not know.',
    '',
  ];
  return `${[...head, ...fieldsOf(schema, schema, 0)].join('\n')}\n`;
}

function fieldsOf(of: Schema, root: Schema, depth: number): readonly string[] {
  return Object.entries(of.properties ?? {}).flatMap(([name, field]) => {
    const isOptional = of.required?.includes(name) !== true;
    const words = `${typeOf(field, root)}${isOptional ? ', _optional_' : ''}`;
    const line = `${'  '.repeat(depth)}- \`${name}\` (${words}): ${field.description ?? ''}`;
    const within = field.items ?? (typeof field.additionalProperties === 'object' ? field.additionalProperties : field);
    return [line, ...fieldsOf(within, root, depth + 1)];
  });
}

function typeOf(field: Schema, root: Schema): string {
  if (field.$ref !== undefined) return typeOf(root.$defs?.[field.$ref.split('/').at(-1) ?? ''] ?? {}, root);
  if (field.const !== undefined) return `always \`${JSON.stringify(field.const)}\``;
  if (field.enum !== undefined) return field.enum.map((each) => `\`${String(each)}\``).join(', ');
  if (field.type === 'array') return `list of ${field.items === undefined ? 'anything' : typeOf(field.items, root)}`;
  if (field.type === 'object' && typeof field.additionalProperties === 'object') return 'object by name';
  return typeof field.type === 'string' ? field.type : (field.type ?? []).join(' or ');
}
