import { AdapterRefusal } from '../core/target';
import { AdapterHost } from './adapter-host';
import { admit } from './admission';
import { targetOf } from './testing/target-of';

/** An adapter whose thread can be held, and which answers `ping` so behind that. */
function hostOf(answers: boolean): Promise<AdapterHost> {
  const proof = {
    frozenAtNs: 1,
    thawedAtNs: 2,
    processes: 1,
    threads: 1,
    how: 'main-thread' as const,
    confirmed: true,
  };
  const target = targetOf((listener) => ({
    mode: 'resident',
    run: ({ trial }) => {
      listener.onEvent(trial, { event: 'unsupported', feature: 'made up', line: 1, atNs: 1 });
      return Promise.resolve();
    },
    hold: () => Promise.resolve({ thaw: () => Promise.resolve(proof) }),
    ping: () => Promise.resolve(answers),
    stderrTail: () => '',
  }));
  return AdapterHost.start(target, 1, () => undefined);
}

it('an adapter that goes on when it was held is admitted', async () => {
  await expect(admit(await hostOf(true))).resolves.toBeUndefined();
});

it('an adapter that ends while it is held is not: it stood still, but to its end', async () => {
  const admission = admit(await hostOf(false));
  await expect(admission).rejects.toThrow(AdapterRefusal);
  await expect(admission).rejects.toThrow('has ended, or does not answer, when it was held');
});
