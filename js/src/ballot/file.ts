// A ballot on paper: what Python wrote into the page, and the file that a voter hands back. src/routebook/judging/people/collect.py
// reads it; tests/fixtures/ballot.json holds both sides to the same letters.

import { hmac } from '@noble/hashes/hmac.js';
import { sha256 } from '@noble/hashes/sha2.js';
import { bytesToHex, hexToBytes, utf8ToBytes } from '@noble/hashes/utils.js';
import type { Winner } from '../messages';
import { visible } from '../view/words';

/** One prompt with two answers; the templates of the page that hold them are `p<prompt>`, `t<a>` and `t<b>`. */
export interface Item {
  id: string;
  prompt: number;
  a: number;
  b: number;
}

/** What the page was written with. */
export interface Ballot {
  ballot: string;
  /** 64 hex digits. Whoever takes the page apart has it: a signature shows damage and careless edits, not more. */
  key: string;
  title: string;
  /** Who may vote; nobody named is everybody. */
  voters: readonly string[];
  /** How many pairs one voter is asked; null is all. */
  most: number | null;
  /** Whether simulated models gave all the answers. */
  simulated?: boolean;
  items: readonly Item[];
}

export interface VoteLine {
  item: string;
  winner: Winner;
  note: string;
  /** UTC, ISO. */
  at: string;
}

/** What is signed. */
export interface Unsigned {
  routebook: 1;
  kind: 'ballot';
  ballot: string;
  voter: string;
  /** Made at random when somebody begins: two files of one token are by one person. */
  token: string;
  /** How many pairs this voter was asked. */
  asked: number;
  votes: readonly VoteLine[];
}

export interface BallotFile extends Unsigned {
  signature: string;
}

export const LONGEST_NOTE = 10_000; // as in src/routebook/votes.py

/** A text that can be written as UTF-8 and obeyed by nobody, of at most so many UTF-16 units. */
export const clean = (text: string, longest: number): string =>
  visible(visible(text).trim().slice(0, longest)).normalize('NFC'); // what is cut may be half an emoji

/** JSON with sorted keys and without spaces: the same bytes here and in Python. Numbers are whole. */
export function canonical(value: unknown): string {
  if (Array.isArray(value)) return `[${value.map(canonical).join(',')}]`;
  if (typeof value !== 'object' || value === null) return JSON.stringify(value);
  const fields = Object.entries(value).sort(([one], [other]) => (one < other ? -1 : 1));
  return `{${fields.map(([name, field]) => `${JSON.stringify(name)}:${canonical(field)}`).join(',')}}`;
}

/** With HMAC-SHA256 of our own, since a page served by plain http has no `crypto.subtle`. */
export function signed(content: Unsigned, key: string): BallotFile {
  const signature = bytesToHex(hmac(sha256, hexToBytes(key), utf8ToBytes(canonical(content))));
  return { ...content, signature };
}

/** What the file is called: `ballot-<title>-<voter>.json`, with letters and digits of any script. */
export function fileName(title: string, voter: string): string {
  const words = (text: string): string =>
    text.toLowerCase().replace(/[^\p{L}\p{M}\p{N}]+/gu, '-').replace(/^-|-$/g, '').slice(0, 60);
  return `${['ballot', words(title), words(voter)].filter(Boolean).join('-')}.json`;
}
