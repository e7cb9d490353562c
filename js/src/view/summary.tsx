// A line for each model over all its calls.

import type { Model, Summary } from '../messages';
import { Chip } from './ask';
import { memo } from './memo';
import type { Columns } from './scores';
import { amount, numberOfSeconds, oneLine, rate, seconds, usd } from './words';

const HEADS = ['calls', 'errors', 'cost', 'per 1,000 calls', 'first, p50 / p95', 'total, p50 / p95', 'speed'];

export const Summaries = memo(function Summaries({ models, more }: { models: readonly Model[]; more: Columns }) {
  if (!models.some((model) => model.summary)) return null;
  return (
    <div class="rbv-wide" tabIndex={0} role="group" aria-label="Models over all prompts">
      <table class="rbv-sum">
        <thead>
          <tr>
            <th scope="col">model</th>
            {[...HEADS, ...more.map(([head]) => head)].map((head) => (
              <th scope="col">{head}</th>
            ))}
          </tr>
        </thead>
        <tbody>
          {models.map(({ id, colour, simulated, summary }, index) => (
            <tr>
              <th scope="row" class={`rbv-m${colour % 8}`}>
                {oneLine(id, 80)} {simulated && <Chip text="simulated" kind="simulated" />}
              </th>
              {[
                ...(summary ? cells(summary) : ['not asked', ...HEADS.slice(1).map(() => '–')]),
                ...more.map(([, said]) => said[index]),
              ].map((cell) => (
                <td>{cell}</td>
              ))}
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  );
});

const cells = (summary: Summary): string[] => [
  amount(summary.calls) + (summary.cached ? `, ${amount(summary.cached)} cached` : ''),
  amount(summary.errors),
  usd(summary.cost_usd) + (summary.priced % summary.calls ? `, ${amount(summary.priced)} priced` : ''),
  usd(summary.usd_per_1k_calls),
  pair(summary.ttft_p50_s, summary.ttft_p95_s),
  pair(summary.latency_p50_s, summary.latency_p95_s),
  rate(summary.tokens_per_s),
];

const pair = (p50: number | null, p95: number | null): string =>
  p50 === null || p95 === null ? 'unknown' : `${numberOfSeconds(p50)} / ${seconds(p95)}`;
