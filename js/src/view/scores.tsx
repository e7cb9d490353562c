// What was said of answers: by checks and judges, as Python wrote it, and by people, whose votes the page knows anew.

import type { Answer, Comparison, Mean, Score, Vote } from '../messages';
import { amount, oneLine, pairs, score } from './words';

const PEOPLE = 'people';
const MOST_CHIPS = 3;
const LONGEST_NAME = 40;
const LONGEST_NOTE = 200;

const name = (one: { name: string }): string => oneLine(one.name, LONGEST_NAME);

const head = (one: Score | Mean, paired = false): string => name(one) + (paired ? ', pairs' : '');

const ofPairs = ({ won }: Score): boolean => won !== undefined;

/** What it is called in a table. */
export const headOf = (one: Score): string => head(one, ofPairs(one));

/** What a table's columns are called: of single answers first. */
export const headsOf = (all: readonly Score[]): string[] => [
  ...new Set([...all.filter((one) => !ofPairs(one)), ...all.filter(ofPairs)].map(headOf)),
];

export const wordsOf = ({ value, n = 1, won, tied = 0 }: Score): string =>
  won === undefined ? score(value, n) : pairs(won, tied, n);

/** Who said it, and what: "exact 1.00", "people: won 2 of 3". */
function parts(one: Score): [who: string, words: string] {
  const words = wordsOf(one);
  return [name(one) + (/^\d/.test(words) ? '' : ':'), words];
}

/** The line of a card. */
export function Judged({ scores }: { scores: readonly Score[] }) {
  const rest = scores.slice(MOST_CHIPS);
  return (
    <div class="rbv-judged">
      <dt class="rbv-said">judged</dt>
      <dd>
        {scores.slice(0, MOST_CHIPS).map((one) => {
          const [who, words] = parts(one);
          const whole = oneLine(one.name, LONGEST_NOTE);
          const why = [whole.length > LONGEST_NAME && whole, one.note && oneLine(one.note, LONGEST_NOTE)].filter(Boolean);
          return (
            <span class="rbv-chip" title={why.join(': ') || undefined}>
              {one.value !== null && <i aria-hidden="true" style={`--part:${100 * one.value}%`} />}
              {who} <strong>{words}</strong>
            </span>
          );
        })}
        {rest.length > 0 && (
          <span class="rbv-chip" title={rest.map((one) => parts(one).join(' ')).join('; ')}>
            +{rest.length}
          </span>
        )}
      </dd>
    </div>
  );
}

const mean = (values: readonly number[]): number => values.reduce((sum, value) => sum + value, 0) / values.length;

/** The votes that stand: of what one person said of the same answers, the last. */
function standing(votes: readonly Vote[]): Vote[] {
  const last = new Map<string, Vote>();
  for (const vote of votes) {
    const about = JSON.stringify([vote.by, vote.kind, ...(vote.kind === 'pair' ? [vote.a, vote.b].sort() : [vote.answer])]);
    const before = last.get(about);
    if (!before || vote.at >= before.at) last.set(about, vote);
  }
  return [...last.values()];
}

interface Said {
  values: number[];
  notes: string[];
}

/** What people say, by the answer's id: ratings 1 to 5 as 0 to 1, and of pairs the share that the answer got. */
function peoples(votes: readonly Vote[]): Record<Vote['kind'], Map<string, Said>> {
  const said = { rating: new Map<string, Said>(), pair: new Map<string, Said>() };
  for (const vote of standing(votes)) {
    const shares: [string, number][] =
      vote.kind === 'rating'
        ? [[vote.answer, (vote.rating - 1) / 4]]
        : [[vote.a, ({ a: 1, b: 0 } as Partial<Record<string, number>>)[vote.winner] ?? 0.5]];
    if (vote.kind === 'pair') shares.push([vote.b, 1 - (shares[0]?.[1] ?? 0)]);
    for (const [id, value] of shares) {
      const one = said[vote.kind].get(id) ?? { values: [], notes: [] };
      one.values.push(value);
      if (vote.note) one.notes.push(`${vote.by}: ${vote.note}`);
      said[vote.kind].set(id, one);
    }
  }
  return said;
}

function folded({ values, notes }: Said, paired: boolean): Score {
  return {
    name: PEOPLE,
    value: mean(values),
    n: values.length,
    ...(paired && {
      won: values.filter((value) => value > 0.5).length,
      tied: values.filter((value) => value === 0.5).length,
    }),
    ...(notes.length && { note: notes.join(' · ') }),
  };
}

/** All that is said of answers, by their ids: of single answers first. */
export function scoresOf(answers: readonly Answer[], votes: readonly Vote[]): Map<string, Score[]> {
  const { rating, pair } = peoples(votes);
  return new Map(
    answers.map(({ id, scores = [] }) => {
      const [rated, compared] = [rating.get(id), pair.get(id)];
      const all = [
        ...scores.filter((one) => !ofPairs(one)),
        ...(rated ? [folded(rated, false)] : []),
        ...scores.filter(ofPairs),
        ...(compared ? [folded(compared, true)] : []),
      ];
      return [id, all];
    }),
  );
}

/** What people say of each model: each prompt counts the same, and of it each repeat; see routebook.judging.figures.folding. */
function peoplesMeans({ prompts, models, votes }: Comparison): Mean[][] {
  const { rating, pair } = peoples(votes);
  return models.map((_, model) => {
    const own = prompts.map(({ answers }) => answers.filter((answer) => answer.model === model).map(({ id }) => id));
    const rated = own.map((ids) => ids.flatMap((id) => rating.get(id) ?? [])).filter((of) => of.length);
    const shares = own.flat().flatMap((id) => pair.get(id)?.values ?? []);
    return [
      ...(rated.length
        ? [{ name: PEOPLE, value: mean(rated.map((of) => mean(of.map(({ values }) => mean(values))))), n: rated.length }]
        : []),
      ...(shares.length ? [{ name: PEOPLE, value: mean(shares), n: shares.length, pairs: true as const }] : []),
    ];
  });
}

/** Further columns of the models' table: a head, and a text for each model. */
export type Columns = readonly (readonly [head: string, cells: readonly string[]])[];

export function meansOf(comparison: Comparison): Columns {
  if (!comparison.models.some(({ summary }) => summary)) return [];
  const people = peoplesMeans(comparison);
  const of = comparison.models.map(({ means = [] }, index) => [...means, ...(people[index] ?? [])]);
  const all = of.flat();
  const named = (one: Mean): string => head(one, one.pairs);
  const heads = new Set([...all.filter(({ pairs: are }) => !are), ...all.filter(({ pairs: are }) => are)].map(named));
  return [...heads].map((words) => [
    words,
    of.map((means) => {
      const one = means.find((found) => named(found) === words);
      return one ? `${score(one.value, 1)} (n=${amount(one.n)})` : '–';
    }),
  ]);
}
