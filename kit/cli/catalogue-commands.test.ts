import { knownCases } from '../cases/server';
import { listCommand, showCommand } from './catalogue-commands';

it('lists every case that a run can have asked, and says which are of a real server', () => {
  const lines = listCommand('cases').split('\n');
  expect(lines.map((line) => line.split(' ')[0])).toEqual(knownCases.map(({ id }) => id));
  expect(lines.filter((line) => line.includes('--server '))).toHaveLength(9);
  expect(lines.at(-1)).toMatch(/^server\/haproxy-terminate +F .*\(`--server haproxy-terminate`\)$/);
});

it('shows a case against a real server', () => {
  const text = showCommand('server/nginx@tls13');
  expect(text).toMatch(/^server\/nginx {2}An answer of nginx,/);
  expect(text).toContain('\n  asked by `--server nginx` alone, which is that server in a container\n');
  expect(showCommand('freeze/answer-fin')).not.toContain('--server');
});
