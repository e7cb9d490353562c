// What the bars show, as a table: every figure of a prompt's answers.

import type { Answer, Model, Score } from '../messages';
import { headOf, headsOf, wordsOf } from './scores';
import { growing, listed } from './ui';
import { amount, oneLine, rate, seconds, usd, type Figure } from './words';

interface TableProps {
  answers: readonly Answer[];
  models: readonly Model[];
  /** What was said of them, by their ids. */
  scores: ReadonlyMap<string, readonly Score[]>;
  name: (answer: Answer) => string;
  /** Whether there is more than one repeat. */
  repeats: boolean;
  /** Whether names, times and costs are hidden. */
  hides: boolean;
}

const tokens = (value: Figure): string => (value === null || value === undefined ? 'unknown' : amount(value));

/** A part of the tokens that is left out is none of them, where they are told at all. */
const part = (value: Figure, { output_tokens: told }: Answer): string => tokens(value === undefined && told !== undefined ? 0 : value);

const COLUMNS: Record<string, (answer: Answer) => string> = {
  cost: (answer) => usd(answer.usd),
  'when asked': (answer) => usd(listed(answer)),
  'first token': (answer) => seconds(answer.ttft_s),
  total: (answer) => seconds(answer.latency_s),
  speed: (answer) => rate(answer.tokens_per_s),
  'tokens in': (answer) => tokens(answer.input_tokens),
  'from cache': (answer) => part(answer.cached_tokens, answer),
  'tokens out': (answer) => tokens(answer.output_tokens),
  reasoning: (answer) => part(answer.reasoning_tokens, answer),
  tries: (answer) => amount(answer.tries ?? 1),
  ended: (answer) => answer.finish ?? '–',
};

export function TableTwin({ answers, models, scores, name, repeats, hides }: TableProps) {
  const columns = hides ? [] : Object.entries(COLUMNS);
  const said = (answer: Answer): readonly Score[] => (hides ? [] : (scores.get(answer.id) ?? []));
  const names = headsOf(answers.flatMap(said));
  return (
    <div class="rbv-wide" tabIndex={0} role="group" aria-label="Figures of the answers to this prompt">
      <table class="rbv-sum rbv-twin">
        <caption class="rbv-said">Figures of the answers to this prompt</caption>
        <thead>
          <tr>
            <th scope="col">answer</th>
            {repeats && <th scope="col">repeat</th>}
            <th scope="col">state</th>
            {names.map((head) => (
              <th scope="col">{head}</th>
            ))}
            {columns.map(([head]) => (
              <th scope="col">{head}</th>
            ))}
            <th scope="col">characters</th>
          </tr>
        </thead>
        <tbody>
          {answers.map((answer) => {
            const model = hides || answer.model === null ? undefined : models[answer.model];
            return (
              <tr>
                <th scope="row" class={model ? `rbv-m${model.colour % 8}` : ''} title={answer.price && `Price: ${answer.price}`}>
                  {oneLine(name(answer), 80)}
                </th>
                {repeats && <td>{answer.repeat + 1}</td>}
                <td>
                  {answer.phase === 'missing' ? 'not asked' : answer.phase}
                  {!hides && answer.badges?.map(({ text }) => <span class="rbv-soft">, {oneLine(text, 60)}</span>)}
                </td>
                {names.map((head) => {
                  const one = said(answer).find((found) => headOf(found) === head);
                  return <td title={one?.note && oneLine(one.note, 200)}>{one ? wordsOf(one) : '–'}</td>;
                })}
                {columns.map(([, figure]) => (
                  <td>{growing(answer) || answer.phase === 'missing' ? '–' : figure(answer)}</td>
                ))}
                <td>{amount(answer.text?.length ?? 0)}</td>
              </tr>
            );
          })}
        </tbody>
      </table>
    </div>
  );
}
