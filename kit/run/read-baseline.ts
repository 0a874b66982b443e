/** Reads a baseline file: known failures, each with its reason. */
import { readFileSync } from 'node:fs';
import { z } from 'zod';
import { knownCases } from '../cases/server';
import type { BaselineEntry } from '../core/baseline';
import { KitError } from '../core/kit-error';

const example = '{"exceptions": [{"case": "freeze/answer-fin", "target": "ws", "reason": "issue 7"}]}';

const file = z.strictObject({
  exceptions: z
    .array(
      z.strictObject({
        case: z.string().min(1).max(200),
        target: z.string().min(1).max(200),
        reason: z.string().trim().min(1).max(2000),
        link: z
          .url({ protocol: /^https?$/ })
          .max(2000)
          .optional(),
      }),
    )
    .max(10_000),
});

/** @throws {KitError} `BASELINE` it cannot be read, is of another form, or names a case that does not exist */
export function readBaseline(path: string): readonly BaselineEntry[] {
  const { exceptions } = decode(path);
  const seen = new Set<string>();
  for (const entry of exceptions) {
    const [id = ''] = entry.case.split('@');
    if (!knownCases.some((kase) => kase.id === id)) {
      throw new KitError(
        'BASELINE',
        `\`--baseline ${path}\`: there is no case ${entry.case}; \`lastword list cases\` shows all`,
      );
    }
    const key = `${entry.case}\0${entry.target}`;
    if (seen.has(key))
      throw new KitError('BASELINE', `\`--baseline ${path}\`: ${entry.case} of ${entry.target} stands there twice`);
    seen.add(key);
  }
  return exceptions.map(({ link, ...entry }) => ({ ...entry, ...(link === undefined ? {} : { link }) }));
}

function decode(path: string): z.infer<typeof file> {
  let value: unknown;
  try {
    value = JSON.parse(readFileSync(path, 'utf8'));
  } catch (error) {
    const why = error instanceof Error ? error.message : String(error);
    throw new KitError('BASELINE', `\`--baseline ${path}\` cannot be read (${why}); expected ${example}`);
  }
  const decoded = file.safeParse(value);
  if (decoded.success) return decoded.data;
  const [issue] = decoded.error.issues;
  throw new KitError(
    'BASELINE',
    `\`--baseline ${path}\`: ${issue?.path.join('.') ?? ''} ${issue?.message ?? 'is wrong'}; expected ${example}`,
  );
}
