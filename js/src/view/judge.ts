// What is being judged and what was said of it, from the answers as they are shown and the votes there are.

import type { Answer, Ballot, PairBallot, Prompt, RatingBallot, Vote, Winner } from '../messages';
import { oneLine } from './words';

export type Pair = readonly [Answer, Answer];

/** What a ballot says besides who won. */
type Facts = Pick<Ballot, 'prompt' | 'note' | 'blind' | 'order'>;

export const ended = (answers: readonly Answer[]): Answer[] => answers.filter(({ phase }) => phase === 'done');

/** All pairs of answers that can be compared, in the order in which they are shown, of the same repeat. */
export function pairs(shown: readonly Answer[]): Pair[] {
  const all = ended(shown);
  return all.flatMap((a, index) =>
    all.slice(index + 1).flatMap((b): Pair[] => (a.repeat === b.repeat ? [[a, b]] : [])),
  );
}

const about = (ballot: PairBallot, [a, b]: Pair): boolean =>
  (ballot.a === a.id && ballot.b === b.id) || (ballot.a === b.id && ballot.b === a.id);

/** Of votes of the same moment, the later in the list; times are UTC and sort as text. */
const newest = <V extends Vote>(votes: readonly V[]): V | undefined =>
  votes.reduce<V | undefined>((last, vote) => (last && vote.at < last.at ? last : vote), undefined);

const ofPairs = (votes: readonly Vote[]) => votes.filter((vote) => vote.kind === 'pair');

/** The vote on a pair that stands, its winner told in this pair's order. */
export function standingPair(votes: readonly Vote[], pair: Pair): (Vote & PairBallot) | undefined {
  const vote = newest(ofPairs(votes).filter((one) => about(one, pair)));
  if (!vote || vote.a === pair[0].id) return vote;
  const winner = vote.winner === 'a' ? 'b' : vote.winner === 'b' ? 'a' : vote.winner;
  return { ...vote, a: vote.b, b: vote.a, winner };
}

/** The rating of an answer that stands. */
export const standingRating = (votes: readonly Vote[], answer: Answer): (Vote & RatingBallot) | undefined =>
  newest(votes.filter((vote) => vote.kind === 'rating').filter((vote) => vote.answer === answer.id));

/** The pair that was judged so far, in either order; else the one judged last; else the first. */
export function currentPair(all: readonly Pair[], votes: readonly Vote[], kept: readonly string[]): Pair | undefined {
  const last = newest(ofPairs(votes).filter((vote) => all.some((pair) => about(vote, pair))));
  return (
    all.find((pair) => pair.every(({ id }) => kept.includes(id))) ??
    all.find((pair) => last && about(last, pair)) ??
    all[0]
  );
}

/** The next pair after this one that nobody has judged, or simply the next; after the last comes the first. */
export function nextPair(all: readonly Pair[], votes: readonly Vote[], now: Pair): Pair {
  const at = all.indexOf(now) + 1;
  const rest = [...all.slice(at), ...all.slice(0, at)];
  return rest.find((pair) => !standingPair(votes, pair)) ?? rest[0] ?? now;
}

export function factsOf(prompt: Prompt, shown: readonly Answer[], blind: boolean, note: string): Facts {
  const words = note.trim();
  return { prompt: prompt.id, blind, order: shown.map(({ id }) => id), ...(words && { note: words }) };
}

export const pairBallot = ([a, b]: Pair, winner: Winner, facts: Facts): PairBallot => ({
  kind: 'pair',
  ...facts,
  a: a.id,
  b: b.id,
  winner,
});

export const ratingBallot = (answer: Answer, rating: number, facts: Facts): RatingBallot => ({
  kind: 'rating',
  ...facts,
  answer: answer.id,
  rating,
});

/** What a vote says, in words: "b is better", "4 of 5". */
export function verdict(vote: Vote, [a, b]: readonly string[]): string {
  if (vote.kind === 'rating') return `${vote.rating} of 5 for ${a}`;
  if (vote.winner === 'tie') return 'a tie';
  return vote.winner === 'both_bad' ? 'both are bad' : `${vote.winner === 'a' ? a : b} is better`;
}

/** What was said besides: whether it was blind, and why. */
export const besides = ({ blind, note }: Vote): string =>
  `${blind ? ' · blind' : ''}${note ? ` · “${oneLine(note, 80)}”` : ''}`;
