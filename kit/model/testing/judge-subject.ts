/** Plays model clients through the catalogue, for tests. */
import { catalogue } from '../../cases/catalogue';
import type { Case, CasePart, Transport } from '../../core/case';
import { expand, type Expanded } from '../../core/expand';
import { judgeTrial } from '../../core/judge-trial';
import { violatingOutcomes, type Finding, type TrialJudgement } from '../../core/outcome';
import { simulatedNonce, simulateTrial } from '../simulate';
import { helloOf, type Subject } from '../subject';

/** One trial, judged. */
export interface Judged {
  readonly case: string;
  /** `part@transport`. */
  readonly variant: string;
  readonly transport: Transport;
  readonly judgement: TrialJudgement;
}

const expansions = new Map<string, Expanded>();

/** Making the messages takes longer than the trial, and they are the same for every client. */
function expandOnce(kase: Case, part: CasePart, transport: Transport): Expanded {
  const key = `${kase.id} ${part.name ?? ''} ${transport}`;
  const expanded = expansions.get(key) ?? expand(kase, part, { nonce: simulatedNonce, transport });
  expansions.set(key, expanded);
  return expanded;
}

/** 16 MiB in memory, for every client and transport, take minutes, and show what 4 do. */
const isAffordable = ({ name }: CasePart): boolean => name !== '16-mib';

/** Every part of every case on every transport. */
export function judgeEverywhere(subject: Subject, random: () => number = dice()): Judged[] {
  return catalogue.flatMap((kase) => judgeCaseOf(subject, kase, random));
}

/** Every part of one case on every transport. */
export function judgeCaseOf(subject: Subject, kase: Case, random: () => number): Judged[] {
  return kase.parts.filter(isAffordable).flatMap((part) =>
    (part.transports ?? kase.transports).map((transport): Judged => {
      const expanded = expandOnce(kase, part, transport);
      const { trial } = simulateTrial({ kase, part, transport, switches: subject.switches, random, expanded });
      const hello = helloOf(subject);
      const judgement = judgeTrial(trial, { kase, part, expanded, hello, codeSeenInControl: true, gate: undefined });
      return { case: kase.id, variant: `${part.name ?? ''}@${transport}`, transport, judgement };
    }),
  );
}

/** A finding that speaks against the client, however binding the broken assertion is. */
export function isAccusation({ outcome, level }: Finding): boolean {
  return level !== 'informational' && (violatingOutcomes.has(outcome) || outcome === 'hang' || outcome === 'crash');
}

/** What speaks against the client in one trial, in words. */
export function accusationsOf({ judgement, variant, ...judged }: Judged): string[] {
  return [judgement.main, ...judgement.also]
    .filter(isAccusation)
    .map((finding) => `${judged.case} ${variant}: ${finding.outcome}, row ${finding.row}: ${finding.note}`);
}

/** Numbers that look random and are the same in every run. */
export function dice(seed = 1): () => number {
  let state = seed;
  return () => {
    state = (state * 16_807) % 2_147_483_647;
    return state / 2_147_483_647;
  };
}
