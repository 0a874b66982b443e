import { catalogue, findCase } from '../cases/catalogue';
import { casesAgainst, caughtBy, faults } from './faults';
import type { Conviction, Fault } from './subject';
import { accusationsOf, dice, judgeEverywhere, type Judged } from './testing/judge-subject';

const sorted = (ids: Iterable<string>): string[] => [...new Set(ids)].sort();

/** A fault that shows in a share of the trials only is judged where it shows. */
const diceFor = (fault: Fault): (() => number) => (fault.probability === undefined ? dice() : () => 0);

function isConvictedAs({ judgement }: Judged, conviction: Conviction): boolean {
  const { main, layer } = judgement;
  return main.outcome === conviction.outcome && main.row === conviction.row && layer === conviction.layer;
}

describe.each(faults.map((fault) => [fault.id, fault] as const))('%s', (_, fault) => {
  const judged = judgeEverywhere(fault, diceFor(fault));
  const accused = judged.filter((each) => accusationsOf(each).length > 0);

  it.each(fault.convictedBy)(
    'is convicted by $case as $outcome, row $row, layer $layer, on every TLS it runs on',
    (one) => {
      const as = judged.filter((each) => each.case === one.case && isConvictedAs(each, one));
      const onTls = findCase(one.case)?.transports.filter((transport) => transport !== 'plain') ?? [];
      expect(onTls).not.toEqual([]);
      expect(sorted(as.map((each) => each.transport))).toEqual(expect.arrayContaining(onTls));
    },
  );

  it('is convicted by no case without an explanation, and by each that has one', () => {
    expect(sorted(accused.map((each) => each.case))).toEqual(sorted(casesAgainst(fault)));
  });

  if (fault.isOfTls === true) {
    it('is acquitted on plain `ws`, where there is no TLS', () => {
      expect(accused.filter((each) => each.transport === 'plain').flatMap(accusationsOf)).toEqual([]);
    });
  }
});

describe('the faults', () => {
  it('have ids of their own', () => {
    expect(sorted(faults.map((fault) => fault.id))).toHaveLength(faults.length);
  });

  it.each(catalogue.map((kase) => kase.id))('%s catches one of them', (id) => {
    expect(caughtBy(id)).not.toEqual([]);
  });

  it('that show at random do not show where the dice say so', () => {
    const random = faults.filter((fault) => fault.probability !== undefined);
    expect(random).toHaveLength(3);
    for (const fault of random) {
      expect(judgeEverywhere(fault, () => 0.999).flatMap(accusationsOf)).toEqual([]);
    }
  });
});
