/** What makes two records of a target one target: its command, its bytes, and all that its adapter says of it. */
import type { TargetLine } from './journal';

/**
 * What has to be the same, in words, and how it is told. The judge reads all that an adapter says of its client: trials of
 * one hello are never judged by another.
 */
export const targetLikenesses: readonly (readonly [string, (line: TargetLine) => string])[] = [
  ['the target', describeTarget],
  ['how the target is started', ({ spec }) => spec],
  ['`api` of its hello', ({ hello }) => hello?.api ?? ''],
  ['`model` of its hello', ({ hello }) => hello?.model ?? ''],
  ...(['habits', 'observes', 'features'] as const).map(
    (field) =>
      [
        `\`${field}\` of its hello`,
        ({ hello }: TargetLine): string => hello?.[field].toSorted().join(' ') ?? '',
      ] as const,
  ),
  ['`limits` of its hello', ({ hello }) => JSON.stringify(hello?.limits ?? {})],
];

export interface TargetDifference {
  readonly what: string;
  readonly was: string;
  readonly is: string;
}

/** The first thing in which two lines differ; a target that was refused without a hello differs in nothing. */
export function targetDifference(before: TargetLine, now: TargetLine): TargetDifference | undefined {
  if (before.hello === null || now.hello === null) return undefined;
  for (const [what, tell] of targetLikenesses) {
    const [was, is] = [tell(before), tell(now)];
    if (was !== is) return { what, was: was || 'none', is: is || 'none' };
  }
  return undefined;
}

function describeTarget({ hello, digest }: TargetLine): string {
  if (hello === null) return '';
  const { client } = hello;
  return `${client.name} ${client.version} ${client.runtime} ${digest?.sha256 ?? ''} ${hello.freeze ?? ''}`.trimEnd();
}
