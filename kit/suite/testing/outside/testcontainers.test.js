const { runConformance } = require('lastword');
const { containerEndpoint, LastwordEndpointContainer } = require('lastword/containers');
require('lastword/jest');

test('several runs against one container', async () => {
  const started = await new LastwordEndpointContainer().start();
  for (const client of ['ws', 'ws@8.18.0']) {
    const run = await runConformance(client, { cases: ['freeze/answer-fin'], endpoint: containerEndpoint(started) });
    await expect(run).toConform();
  }
  await started.stop();
}, 120_000);
