import { record } from './jest';
import { failure, headline } from './testing/failure';
import { frozenLoss, hung, inapplicable, lost, unwitnessed } from './testing/faults';
import { caseReport, observe, observedCase, observedRun, report, targetReport, violated } from './testing/observe';
import { makeSocket } from './testing/socket';

const other = { id: 'close/answer-cn-fin' } as const;

describe('toConform, of a trial', () => {
  it('holds where no MUST was broken', async () => {
    await expect(observe()).toConform();
    await expect(observe(lost)).not.toConform();
    await expect(observe(hung)).not.toConform();
  });

  it('fails with what the judge found', async () => {
    const text = await failure(() => expect(observe(frozenLoss)).toConform());
    expect(text).toMatch(
      /^B was never delivered although the client’s TCP had acknowledged it \(W2\+\); the close was\nreported\n/,
    );
    expect(text).toContain('Clause     RFC 6455 §6.2, WHATWG WebSockets §4, RFC 9293 §3.6');
    expect(await headline(() => expect(observe()).not.toConform())).toBe('All that was expected was seen');
  });

  it('fails both forms where it is inconclusive, or does not apply', async () => {
    const why = /^No statement about the client: the trial is inconclusive/;
    expect(await headline(() => expect(observe(unwitnessed)).toConform())).toMatch(why);
    expect(await headline(() => expect(observe(unwitnessed)).not.toConform())).toMatch(why);
    expect(await headline(() => expect(observe(inapplicable)).not.toConform())).toMatch(/the case does not apply/);
  });
});

describe('toConform, of a case', () => {
  it('holds for the verdicts that the command line ends with 0 for', async () => {
    for (const verdict of ['conforms', 'deviates', 'observed', 'not-applicable'] as const) {
      await expect(caseReport({ verdict })).toConform();
    }
    await expect(caseReport(violated)).not.toConform();
    await expect(caseReport({ verdict: 'kit-fail' })).not.toConform();
    await expect(caseReport({ also: ['kit-fail'] })).not.toConform();
    await expect(observedCase([observe()])).toConform();
  });

  it('fails with the sentence, the clause, the layer, the rows and what runs it again', async () => {
    expect(await failure(() => expect(caseReport(violated)).toConform())).toBe(
      `freeze/answer-fin@tls13 violates

await expect(kase).toConform()

Expected   every verdict conforms, deviates, observed or not-applicable
Received   violates
Case       freeze/answer-fin@tls13 violates. In 16 of 20 trials a message that had reached the
           client (witness up to W2+) was not reported. For instance: A was never delivered
           although the client’s TCP had acknowledged it (W2+); the close was reported.
Clause     RFC 6455 §6.2
Lost at    the TLS layer: the same case passes on plain ws:
Rows       13 (16 trials)
Replay     lastword run ws --case freeze/answer-fin@tls13 --seed 1`,
    );
  });

  it('shows the timeline of the first trial that shows it', async () => {
    const text = await failure(() => expect(observedCase([observe(), observe(frozenLoss)], violated)).toConform());
    expect(text).toContain('│ ░░░ frozen ░░░');
  });

  it('fails both forms where it is inconclusive or suspect', async () => {
    for (const verdict of ['inconclusive', 'suspect'] as const) {
      const why = 'No statement: 1 case of 1 without a clear verdict';
      expect(await headline(() => expect(caseReport({ verdict })).toConform())).toBe(why);
      expect(await headline(() => expect(caseReport({ verdict })).not.toConform())).toBe(why);
    }
  });
});

describe('toConform, of a run', () => {
  it('holds where every case that decides does; plain ws: does not', async () => {
    const plain = caseReport({ ...violated, variant: 'plain' });
    await expect(observedRun([caseReport(), plain])).toConform();
    await expect(report([targetReport([caseReport(), caseReport(other)])])).toConform();
    await expect(targetReport([caseReport(), plain])).toConform();
    await expect(targetReport([plain])).not.toConform();
    expect(await headline(() => expect(observedRun([caseReport(), caseReport(other)])).not.toConform())).toBe(
      'All 2 cases conform',
    );
  });

  it('fails with the number, and with each of the cases that do not', async () => {
    const text = await failure(() => expect(observedRun([caseReport(violated), caseReport(other)])).toConform());
    expect(text).toMatch(
      /^1 of 2 cases does not conform: freeze\/answer-fin@tls13\n\nawait expect\(run\)\.toConform\(\)/,
    );
    expect(text).toContain('Received   1 violates, 1 conforms');
    expect(text).toContain('Case       ws: freeze/answer-fin@tls13 violates.');
  });

  it('shows the timeline of the first case that does not, where the run has its trials', async () => {
    const run = observedRun([caseReport(violated)], { cases: [observedCase([observe(frozenLoss)], violated)] });
    expect(await failure(() => expect(run).toConform())).toContain('│ ░░░ frozen ░░░');
  });

  it('fails both forms where too little is known', async () => {
    const partial = report([targetReport([caseReport()])], { run: { ...report([]).run, partial: true } });
    const refused = report([targetReport([], { admitted: false, refusal: 'no hello' })]);
    const said = async (run: typeof partial) => [
      await headline(() => expect(run).toConform()),
      await headline(() => expect(run).not.toConform()),
    ];
    const twice = (text: string) => [text, text];
    expect(await said(partial)).toEqual(twice('No statement: the run was interrupted and is not complete'));
    expect(await said(refused)).toEqual(twice('No statement: the adapter of ws was not admitted: no hello'));
    expect(await said(report([]))).toEqual(twice('No statement: no case was judged'));
  });

  it('leaves out exceptions, by id or by variant, and no others', async () => {
    const run = observedRun([caseReport(violated), caseReport(other)]);
    await expect(run).toConform({ except: { 'freeze/answer-fin': 'known, issue 12' } });
    await expect(run).toConform({ except: { 'freeze/answer-fin@tls13': 'known, issue 12' } });
    const both = observedRun([caseReport(violated), caseReport({ ...violated, variant: 'tls12' })]);
    await expect(both).not.toConform({ except: { 'freeze/answer-fin@tls13': 'known' } });
  });

  it('refuses an exception that is needless, unknown or without a reason, in both forms', async () => {
    const run = observedRun([caseReport(violated), caseReport(other)]);
    const except = (all: unknown) => [
      () => expect(run).toConform({ except: all as never }),
      () => expect(run).not.toConform({ except: all as never }),
    ];
    for (const form of except({ [other.id]: 'was broken in 1.0' })) {
      expect(await headline(form)).toBe(
        'Needless exception, take it out of `except`: close/answer-cn-fin ("was broken in 1.0") conforms',
      );
    }
    for (const form of except({ 'freeze/anser-fin': 'x' })) {
      expect(await headline(form)).toBe(
        'toConform: `except` names `freeze/anser-fin`, which is not among the cases here (2). Did you mean `freeze/answer-fin`?',
      );
    }
    for (const form of except({ 'freeze/answer-fin': '' })) expect(await headline(form)).toContain('needs a reason');
    for (const form of except(['freeze/answer-fin'])) expect(await headline(form)).toContain('`except` is an object');
  });

  it('keeps an exception of a case that says nothing', async () => {
    const run = observedRun([caseReport({ verdict: 'inconclusive' }), caseReport(other)]);
    await expect(run).toConform({ except: { 'freeze/answer-fin': 'no TCP_INFO on this machine' } });
  });

  it('checks the profile by its list, or by what the run says of it', async () => {
    const run = observedRun([caseReport(), caseReport(other)]);
    await expect(run).toConform({ profile: 'smoke' });
    await expect(run).toConform({ profile: ['freeze/answer-fin', 'close/answer-cn-fin'] });
    expect(await headline(() => expect(run).toConform({ profile: 'core' }))).toBe(
      'No statement: the run was one of profile smoke, and not of core',
    );
    const lacks = 'No statement: the run lacks 1 of the profile’s 2 cases: code/none';
    expect(await headline(() => expect(run).toConform({ profile: ['code/none', other.id] }))).toBe(lacks);
    const knowing = { ...run, profiles: { smoke: ['code/none', other.id] } };
    expect(await headline(() => expect(knowing).not.toConform({ profile: 'smoke' }))).toBe(lacks);
    expect(await headline(() => expect(caseReport()).toConform({ profile: 'smoke' }))).toBe(
      'toConform: `profile` is asked of a whole run or report.',
    );
  });

  it('refuses a recorded connection, which has no witness, and unknown options', async () => {
    expect(await headline(() => expect(record(makeSocket()) as never).toConform())).toContain(
      'A connection that was only recorded has no endpoint and so no witness: nobody knows what reached the client.',
    );
    expect(await headline(() => expect(caseReport()).toConform({ exept: {} } as never))).toBe(
      'toConform: takes `{ profile, except }`, and not {"exept": {}}.',
    );
  });
});

describe('toLoseAtMost', () => {
  const of = (lostTrials: number, valid: number) =>
    caseReport({
      trials: { planned: valid, valid, violating: lostTrials, inconclusive: 0 },
      outcomes: { pass: valid - lostTrials, ...(lostTrials === 0 ? {} : { lost: lostTrials }) },
      ...(lostTrials > 1 ? { verdict: 'violates' } : {}),
    });

  it('holds where the exact one-sided upper bound is at most the rate', async () => {
    await expect(of(0, 59)).toLoseAtMost(0.05);
    await expect(of(0, 20)).toLoseAtMost(0.14);
    await expect(of(1, 100)).toLoseAtMost(0.05);
    expect(await headline(() => expect(of(0, 59)).not.toLoseAtMost(0.05))).toBe('The rate of losses is at most 5.0 %');
  });

  it('fails where the lower bound is above the rate', async () => {
    await expect(caseReport(violated)).not.toLoseAtMost(0.05);
    expect(await failure(() => expect(caseReport(violated)).toLoseAtMost(0.05))).toBe(
      `16 of 20 witnessed answers lost: more than 5.0 %

await expect(kase).toLoseAtMost(0.05)

Expected   a loss rate of at most 5.0 % (95 %, one-sided, exact)
Received   16 of 20 lost: from 60 % to 93 %
Case       freeze/answer-fin@tls13: 16 of 20 lost: from 60 % to 93 %
Clause     RFC 6455 §6.2
Replay     lastword run ws --case freeze/answer-fin@tls13 --seed 1`,
    );
  });

  it('fails both forms in between, and says how many trials it takes', async () => {
    const clean =
      'No statement: 0 of 20 witnessed answers lost leaves up to 14 % open; 5.0 % needs 59 trials without a loss';
    expect(await headline(() => expect(of(0, 20)).toLoseAtMost(0.05))).toBe(clean);
    expect(await headline(() => expect(of(0, 20)).not.toLoseAtMost(0.05))).toBe(clean);
    expect(await headline(() => expect(of(0, 59)).toLoseAtMost(0.05, { confidence: 0.99 }))).toContain('90 trials');
    expect(await headline(() => expect(of(1, 59)).toLoseAtMost(0.05))).toMatch(/needs \d+ trials at that rate$/);
    expect(await headline(() => expect(of(0, 59)).toLoseAtMost(0))).toContain('and no number of trials shows 0 %');
    expect(await headline(() => expect(of(2, 20)).toLoseAtMost(0.05))).toContain('no number of trials shows 5.0 %');
  });

  it('fails both forms where the case is inconclusive, or no trial counts', async () => {
    const few = { ...of(0, 20), verdict: 'inconclusive' as const };
    expect(await headline(() => expect(few).toLoseAtMost(0.5))).toContain('is inconclusive');
    expect(await headline(() => expect(few).not.toLoseAtMost(0.5))).toContain('is inconclusive');
    const reset = caseReport({ verdict: 'observed', outcomes: { observed: 20 } });
    expect(await headline(() => expect(reset).toLoseAtMost(0.5))).toBe('No statement: no trial counts');
  });

  it('asks every case of a run, which share the confidence', async () => {
    await expect(observedRun([of(0, 59)])).toLoseAtMost(0.05);
    expect(await headline(() => expect(observedRun([of(0, 59), of(0, 59)])).toLoseAtMost(0.05))).toContain(
      '0 of 59 witnessed answers lost leaves up to 6.1 % open; 5.0 % needs 72 trials without a loss',
    );
    await expect(report([targetReport([of(0, 72), of(0, 72)])])).toLoseAtMost(0.05);
    await expect(observedRun([of(0, 500), of(16, 20)])).not.toLoseAtMost(0.05);
  });

  it('says how to write it', async () => {
    const wrong = (rate: unknown, options?: unknown) =>
      headline(() => expect(caseReport()).toLoseAtMost(rate as never, options as never));
    expect(await wrong(5)).toBe('toLoseAtMost: takes a rate from 0 up to 1, such as 0.05 for 5 %, and not 5.');
    expect(await wrong('5 %')).toContain('and not "5 %"');
    expect(await wrong(0.05, 0.9)).toContain('takes `{ confidence }` between 0.5 and 1, such as 0.95, and not 0.9.');
    expect(await wrong(0.05, { confidence: 95 })).toContain('and not 95.');
    expect(await headline(() => expect(observe() as never).toLoseAtMost(0.05))).toContain(
      'One trial has no rate: ask its case.',
    );
  });
});

describe('toBeWitnessed', () => {
  it('holds at this tier and above', async () => {
    await expect(observe()).toBeWitnessed('w2');
    await expect(observe(frozenLoss)).toBeWitnessed('W2+');
    await expect(observe()).not.toBeWitnessed('w3');
  });

  it('has an answer for a trial that nobody witnessed', async () => {
    await expect(observe(unwitnessed)).not.toBeWitnessed('w2');
    const text = await failure(() => expect(observe(unwitnessed)).toBeWitnessed('w2'));
    expect(text).toMatch(/^The trial is witnessed at W1\n\nawait expect\(trial\)\.toBeWitnessed\("w2"\)/);
    expect(text).toContain('Expected   witness W2 or above\nReceived   witness W1');
  });

  it('fails under `.not` where it is', async () => {
    expect(await headline(() => expect(observe()).not.toBeWitnessed('w2'))).toBe('The trial is witnessed at W2');
  });

  it('is asked of each trial of a case, and so is its negation', async () => {
    const mixed = observedCase([observe(), observe(frozenLoss)]);
    await expect(mixed).toBeWitnessed('w2');
    expect(await headline(() => expect(mixed).toBeWitnessed('w2+'))).toBe(
      '1 of 2 trials of freeze/answer-fin@tls13 are witnessed below W2+, for instance at W2',
    );
    expect(await headline(() => expect(mixed).not.toBeWitnessed('w2+'))).toBe(
      '1 of 2 trials of freeze/answer-fin@tls13 are witnessed at W2+ or above, for instance at W2+',
    );
    await expect(mixed).not.toBeWitnessed('w3');
  });

  it('refuses a recorded connection and an unknown tier', async () => {
    expect(await headline(() => expect(record(makeSocket()) as never).toBeWitnessed('w2'))).toContain(
      'has no endpoint and so no witness',
    );
    expect(await headline(() => expect(observe()).toBeWitnessed('w9' as never))).toBe(
      'toBeWitnessed: knows the tiers w0, w1, w2, w2+, w3 and w4, and not "w9".',
    );
  });
});
