/** `lastword list` and `lastword show`. */
import { KitError } from '../core/kit-error';
import type { Case, CasePart } from '../core/case';
import { sayingOf, sectionsOf } from '../core/clauses';
import { describeReaction, describeScript } from '../core/describe-script';
import { trialsPlanned } from '../core/plan-trials';
import { catalogue, profiles } from '../cases/catalogue';
import { knownCases, serverNames } from '../cases/server';
import { findTarget, listTargets } from '../../targets/catalogue';
import { nearest } from '../../targets/nearest';
import { wrap } from '../../reports/terminal';

/** @throws {KitError} `LIST` */
export function listCommand(what: string): string {
  switch (what) {
    case 'cases':
      return table(
        knownCases.map((kase) => {
          const server = serverOf(kase);
          const title = server === undefined ? kase.title : `${kase.title} (\`--server ${server}\`)`;
          return [kase.id, kase.class, kase.level, kase.transports.join(' '), title];
        }),
      );
    case 'targets':
      return table(
        listTargets().map((target) => [target.name, versionOf(target), target.description ?? '', target.homepage]),
      );
    case 'profiles':
      return table([
        ...Object.entries(profiles).map(([name, profile]) => [
          name,
          `${profile.cases.length} of ${profile.cases.length + profile.planned.length} cases`,
          profile.description,
        ]),
        ['all', `${catalogue.length} cases`, 'Every case of this kit.'],
      ]);
    default:
      throw new KitError('LIST', `\`lastword list ${what}\`: expected cases, targets or profiles`);
  }
}

/** @throws {KitError} `SHOW` */
export function showCommand(what: string): string {
  // A variant, as a summary names one, stands for its case.
  const kase = knownCases.find((each) => each.id === what.split('@')[0]);
  if (kase !== undefined) return showCase(kase);
  try {
    return showTarget(what);
  } catch (error) {
    if (!(error instanceof KitError)) throw error;
    const near = nearest(what, [...knownCases.map((each) => each.id), ...listTargets().map((each) => each.name)]);
    const possible =
      near.length > 0
        ? `did you mean ${near.join(' or ')}?`
        : '`lastword list cases` and `lastword list targets` name them all';
    throw new KitError('SHOW', `\`lastword show ${what}\`: neither a case nor a target; ${possible}`);
  }
}

/** The real server that a case is asked against; undefined for the endpoint. */
function serverOf({ id }: Case): string | undefined {
  return serverNames.find((name) => id === `server/${name}`);
}

function versionOf(target: ReturnType<typeof listTargets>[number]): string {
  return target.install !== undefined && 'npm' in target.install ? target.install.npm.version : '';
}

function table(rows: readonly (readonly string[])[]): string {
  const widths = rows.reduce<number[]>((all, row) => row.map((cell, at) => Math.max(all[at] ?? 0, cell.length)), []);
  return rows
    .map((row) =>
      row
        .map((cell, at) => (at === row.length - 1 ? cell : cell.padEnd(widths[at] ?? 0)))
        .join('  ')
        .trimEnd(),
    )
    .join('\n');
}

const width = { width: 100 };

function showCase(kase: Case): string {
  const server = serverOf(kase);
  const { total } = trialsPlanned(kase.class, 'quick', kase.parts.length);
  const inProfiles = Object.entries(profiles).flatMap(([name, profile]) =>
    profile.cases.includes(kase.id) ? [name] : [],
  );
  return [
    `${kase.id}  ${kase.title}`,
    '',
    `  level    ${kase.level}`,
    `  class    ${kase.class}, ${total} trial${total === 1 ? '' : 's'} on each transport at the tier quick`,
    `  over     ${kase.transports.join(', ')}`,
    `  profiles ${inProfiles.join(', ') || 'none'}`,
    ...(server === undefined ? [] : [`  asked by \`--server ${server}\` alone, which is that server in a container`]),
    `  clauses  ${sectionsOf(kase.basis).join('; ')}`,
    '',
    wrap(`Shows: ${kase.exposes}`, '  ', width),
    ...kase.basis.flatMap((clause) => {
      const saying = sayingOf(clause);
      return saying === undefined ? [] : [wrap(`${clause}: ${saying}`, '  ', width)];
    }),
    '',
    ...kase.parts.flatMap(showPart),
    '',
    wrap(
      'O: the offer was read. A, B, M: messages. C: Close. CN: close_notify. ⟨…⟩: one TLS record. {…}: one TCP segment. FRZ, THW: the client is frozen, thawed; by turns: stopped and let go again and again. netem(…), lose data segments, CPU(…): imposed on the client or on its connection, until: as before. SIGKILL: the endpoint’s process is killed. ACK!: everything is acknowledged. ECHO: the client’s Close. 101(…): a 101 with that defect. 401(A): an answer of that status whose body is the frame of A.',
      '  ',
      width,
    ),
  ].join('\n');
}

const shownParts = 24;

function showPart(part: CasePart, index: number, all: readonly CasePart[]): readonly string[] {
  if (index >= shownParts) return index === shownParts ? [`  … and ${all.length - shownParts} more parts`] : [];
  const { deliver, close, never } = part.expect;
  const names =
    deliver.length > 8 ? `${deliver.slice(0, 3).join(' ')} … ${deliver.at(-1)} (${deliver.length})` : deliver.join(' ');
  const expected = [
    ...(part.expect.open === 'never' ? ['no open'] : []),
    deliver.length === 0 ? 'no message' : `${names} (${part.expect.deliverLevel ?? 'must'})`,
    ...(never === undefined ? [] : [`never ${never.names.join(' ')}`]),
    ...(close.codes === undefined ? [] : [`code ${close.codes.join(' or ')}`]),
    ...(close.clean === undefined ? [] : [`wasClean ${close.clean}`]),
  ];
  return [
    ...(part.name === undefined ? [] : [`  @${part.name}`]),
    wrap(`sends     ${describeScript(part.script)}`, '    ', width),
    ...(part.reactions ?? []).map((reaction) => wrap(`client    ${describeReaction(reaction)}`, '    ', width)),
    wrap(`expects   ${expected.join('; ')}`, '    ', width),
  ];
}

function showTarget(name: string): string {
  const { manifest } = findTarget(name);
  const { install } = manifest;
  return [
    `${manifest.name}  ${manifest.description ?? ''}`.trimEnd(),
    '',
    `  homepage  ${manifest.homepage}`,
    ...(install !== undefined && 'npm' in install
      ? [`  package   ${install.npm.package} ${install.npm.version} (any other: ${manifest.name}@VERSION)`]
      : []),
    ...(install !== undefined && 'crate' in install
      ? [
          `  versions  ${Object.keys(install.crate.versions).join(', ')}: built from the crate ${install.crate.name} (any other build: --prefix DIR)`,
        ]
      : []),
    `  command   ${manifest.command.join(' ')}`,
    `  manifest  targets/${manifest.name}/target.json`,
  ].join('\n');
}
