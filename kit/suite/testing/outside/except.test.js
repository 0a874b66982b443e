const { describeConformance } = require('lastword/jest');
const { fromFunction } = require('lastword/targets');
const { HastyClient } = require('./hasty-client.cjs');

describeConformance(
  fromFunction(({ url, ca }) => new HastyClient(url, ca), { name: 'excepted' }),
  {
    cases: ['control/close-without-answer', 'freeze/answer-fin'],
    except: { 'freeze/answer-fin': 'clears its queue on end: issue 7' },
  },
);
