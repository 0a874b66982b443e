import { spawnSync } from 'node:child_process';
import { join } from 'node:path';
import { renderJunit } from './junit';
import { sampleInput, sampleReport } from './testing/sample';

const xml = renderJunit(sampleInput);
const hasXmllint = spawnSync('xmllint', ['--version']).status === 0;
if (!hasXmllint && process.env['CI'] !== undefined) throw new Error('xmllint is missing: install libxml2-utils');
if (!hasXmllint) console.warn('skipped: JUnit against its schema, xmllint is missing (package libxml2-utils)');

const withXmllint = hasXmllint ? it : it.skip;

withXmllint('is valid against the schema that the consumers have in common', () => {
  const schema = join(__dirname, 'testing/junit.xsd');
  const { status, stderr } = spawnSync('xmllint', ['--noout', '--nonet', '--schema', schema, '-'], { input: xml });
  expect({ status, stderr: String(stderr) }).toEqual({ status: 0, stderr: '- validates\n' });
});

it('counts what decides: failures, errors, and what is skipped', () => {
  expect(xml).toContain('<testsuite name="ws" ');
  expect(xml).toMatch(/<testsuite name="ws" .*tests="6" failures="1" errors="1" skipped="2">/);
  expect(xml).toMatch(/<testsuite name="refused" .*tests="1" failures="0" errors="1" skipped="0">/);
});

it('tells a failure with its type, its sentence, a timeline and the command', () => {
  const failure = /<failure [\s\S]*?<\/failure>/.exec(xml)?.[0] ?? '';
  expect(failure).toContain('type="violates"');
  expect(failure).toContain('message="In 16 of 20 trials a message that had reached the client');
  expect(failure).toContain('Lost at the TLS layer');
  expect(failure).toContain('Replay: lastword run ws --case freeze/answer-fin@tls13 --seed 1');
  expect(failure).toContain('close 1006');
});

it('lets no words of a target become markup', () => {
  const outside = xml.replaceAll(/<!\[CDATA\[[\s\S]*?\]\]>/g, '');
  expect(outside).not.toContain('<script');
  // oxlint-disable-next-line no-control-regex -- none may be there
  expect(xml).not.toMatch(/[\u0000-\u0008\u000b\u000c\u000e-\u001f]/);
});

it('gives the same text for the same report', () => {
  expect(renderJunit({ ...sampleInput, report: structuredClone(sampleReport) })).toBe(xml);
});
