const { playCase } = require('lastword');
require('lastword/jest');

test('the frozen form of the bug', async () => {
  const kase = await playCase('ws', 'freeze/answer-fin@tls13', { trials: 5 });
  await expect(kase).toConform();
  await expect(kase).toLoseAtMost(0.5);
  await expect(kase.trials[0]).toBeWitnessed('w2');
}, 60_000);
