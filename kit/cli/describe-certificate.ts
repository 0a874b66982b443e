/** A certificate in words. What it says of the client is a stranger's, and shown as such. */
import type { Certificate } from '../../reports/certificate/certificate';
import { excerpt } from '../../targets/excerpt';

/** Several lines, indented but for the first, without a line end behind the last. */
export function describeCertificate({ subject, predicate }: Certificate): string {
  const { target, profile, tier, tls, verdicts, notApplicable, notObservable, kit, run } = predicate;
  const { name, version, runtime, platform } = target.client;
  const { environment, issuedAt, expiresAt } = predicate;
  const count = (verdict: string): number => verdicts.filter((each) => each.verdict === verdict).length;
  const counts = ['conforms', 'deviates', 'observed']
    .filter((each) => count(each) > 0)
    .map((each) => `${count(each)} ${each}`);
  const deviating = verdicts.filter((each) => each.verdict === 'deviates').map((each) => each.case);
  const client = [`${name} ${version}`, runtime, platform].filter((each) => each.trim() !== '').join(', ');
  return [
    `${show(target.name)}: profile ${profile.name}, tier ${tier}, TLS ${tls.join(' and ')}`,
    show(client),
    ...subject.slice(0, 12).map((each) => {
      const [[algorithm, value] = ['', '']] = Object.entries(each.digest);
      return `subject  ${show(each.name)}  ${algorithm} ${value}`;
    }),
    ...(subject.length > 12 ? [`and ${subject.length - 12} subjects more`] : []),
    `${verdicts.length} verdicts on ${profile.cases.length} cases: ${counts.join(', ')}`,
    ...(deviating.length > 0 ? [`deviates (a SHOULD): ${deviating.join(', ')}`] : []),
    ...notApplicable.map((each) => `not applicable  ${each.case}: ${show(each.why)}`),
    ...notObservable.map((each) => `not observable  ${each.what}, in ${each.cases.length} verdicts that ask for it`),
    ...(target.freeze === undefined ? [] : [`frozen was its ${show(target.freeze)} alone`]),
    ...(profile.unbuilt.length > 0
      ? [`UNFINISHED PROFILE  nothing is said of ${profile.unbuilt.length} cases: ${profile.unbuilt.join(', ')}`]
      : []),
    `kit ${show(kit.version)}, catalogue ${kit.catalogueDigest.slice(0, 12)}; ${show(`${environment.os} ${environment.kernel} ${environment.arch}`)}, endpoint ${environment.endpoint}, witness ${environment.witness}`,
    `run ${show(run.id)}, seed ${show(run.seed)}, ended ${show(run.endedAt)}`,
    `valid from ${issuedAt} until ${expiresAt}`,
  ].join('\n  ');
}

function show(text: string): string {
  return excerpt(text, 300);
}
