/** The JavaScript of the README's parts on tests is what `outside.test.ts` and `readme.container.test.ts` run, to the letter. */
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

const outside = join(__dirname, 'testing/outside');
const files = readdirSync(outside).map((name) => readFileSync(join(outside, name), 'utf8').trimEnd());
const readme = readFileSync(join(__dirname, '../../README.md'), 'utf8');
const part = readme.slice(readme.indexOf('## In your tests'), readme.indexOf('## How to read a verdict'));
const snippets = [...part.matchAll(/```js\n(.*?)\n```/gs)].map(([, code = '']) => [code.split('\n')[0] ?? '', code]);

it.each(snippets)('%s: is one of the files that are run', (_, code) => {
  expect(files).toContain(code);
});

it('is not without examples', () => {
  expect(snippets.length).toBeGreaterThanOrEqual(8);
});
